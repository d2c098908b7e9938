// Bundles the program `afterlog` into build/: `afterlog.js`, which starts it, and in `program/` a bundle for each command,
// so that a process loads only what its command runs, and one with all of them for the help.
//   --production      without `store` and `demo`: what the image of agent and watch needs
//   --outdir DIR      somewhere else than build/
//   --metafile FILE   esbuild's list of what is in each bundle
// Bundles are CommonJS and share nothing: ES modules that do took 3 MiB more of every node and 40 ms more to start. The
// packages that every agent loads are in them, without the parts that nobody calls, for that saves 5 MiB and 50 ms
// (docs/benchmarks.md); the others stay outside, some for their native parts.
import { build } from 'esbuild';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version, dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const BUNDLED = ['zod', 'commander', 'winston', 'prom-client'];
/** In the order of the help. */
const COMMANDS = ['agent', 'watch', 'logs', 'cases', 'explain', 'capacity', 'doctor'];
const TRIAL_COMMANDS = ['store', 'demo'];
/** The bundle of all commands. */
const HELP = 'help';

/** What all bundles of the shipper's sources share. @type {import('esbuild').BuildOptions} */
export const bundleOptions = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  external: Object.keys(dependencies).filter((name) => !BUNDLED.includes(name)),
  sourcemap: true,
  // A module's text stays in memory. Names are kept: profiles and stacks show them.
  minifyWhitespace: true,
  minifySyntax: true,
  define: { __AFTERLOG_VERSION__: JSON.stringify(version) },
  logLevel: 'warning',
};

/**
 * What nobody calls of the packages in the bundle: prom-client's cluster, push gateway, default metrics, summaries and
 * tracing; winston's debug output of its own, and the copy of Node's streams for other platforms.
 */
const leanPackages = {
  name: 'lean packages',
  setup({ onResolve, onLoad }) {
    const unused = {
      'prom-client': /^(\.\/lib\/(cluster|pushgateway|defaultMetrics|summary)|@opentelemetry\/api)$/,
      winston: /^@dabh\/diagnostics$/,
    };
    for (const [name, filter] of Object.entries(unused)) {
      onResolve({ filter }, ({ path, importer }) =>
        importer.includes(`/node_modules/${name}/`) ? { path, namespace: 'unused' } : undefined
      );
    }
    onLoad({ filter: /./, namespace: 'unused' }, () => ({ contents: 'module.exports = () => () => {};' }));
    onResolve({ filter: /^readable-stream$/ }, () => ({ path: 'node:stream', external: true }));
    onResolve({ filter: /^readable-stream\/lib\/_stream_writable/ }, ({ path }) => ({ path, namespace: 'writable' }));
    onLoad({ filter: /./, namespace: 'writable' }, () => ({
      contents: "module.exports = require('node:stream').Writable;",
    }));
  },
};

/** The entry of a bundle: the program with some commands. */
const entries = (allCommands) => ({
  name: 'entries',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^command:/ }, ({ path }) => ({ path: path.slice('command:'.length), namespace: 'command' }));
    onLoad({ filter: /./, namespace: 'command' }, ({ path }) => {
      const commands = path === HELP ? allCommands : [path];
      const imports = commands.map((name) => `import { ${name}Command } from './commands/${name}';\n`);
      const calls = commands.map((name) => `${name}Command()`);
      // What is about all commands is in the bundle of all commands.
      const about = "import { completionCommand, manPagesCommand } from './commands/completion';\n";
      const [aboutImport, run] =
        path === HELP
          ? [about, `runProgram([${calls}, completionCommand()], [manPagesCommand()]);`]
          : ['', `runProgram([${calls}]);`];
      return {
        contents: `import { runProgram } from './program';\n${imports.join('')}${aboutImport}${run}\n`,
        resolveDir: join(root, 'shipper'),
      };
    });
  },
});

/** Runs the bundle of the command that is asked for. */
const launcher = (commands, leftOut) => `'use strict';
const name = process.argv[2];
if (${JSON.stringify(leftOut)}.includes(name)) {
  process.stderr.write(\`afterlog: \${name} is not in this image: run it from a checkout or the npm package\\n\`);
  process.exit(1);
}
require(\`./program/\${${JSON.stringify(commands)}.includes(name) ? name : '${HELP}'}.js\`);
`;

/**
 * Builds the program.
 * @param {{ outdir?: string, production?: boolean, plugins?: import('esbuild').Plugin[] }} options
 * @returns {Promise<import('esbuild').Metafile>} what each bundle holds
 */
export async function buildShipper({ outdir = 'build', production = false, plugins = [] } = {}) {
  const program = resolve(root, outdir, 'program');
  const commands = production ? COMMANDS : [...COMMANDS, ...TRIAL_COMMANDS];
  rmSync(program, { recursive: true, force: true });
  const { metafile } = await build({
    ...bundleOptions,
    entryPoints: {
      ...Object.fromEntries([...commands, HELP].map((name) => [name, `command:${name}`])),
      // The store's queries run in processes of their own.
      ...(!production && { 'query-process': 'pocket-loki/query/query-process.ts' }),
    },
    outdir: program,
    plugins: [...plugins, leanPackages, entries(commands)],
    metafile: true,
  });
  writeFileSync(resolve(root, outdir, 'afterlog.js'), launcher(commands, production ? TRIAL_COMMANDS : []));
  return metafile;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: { production: { type: 'boolean' }, outdir: { type: 'string' }, metafile: { type: 'string' } },
  });
  const metafile = await buildShipper(values);
  if (values.metafile !== undefined) {
    writeFileSync(values.metafile, JSON.stringify(metafile));
  }
}
