// `npm run test:world`: plays worlds by their seeds against the built agent (tests/world/).
//   --seeds N      so many fixed seeds (default 30), from --from (default 1)
//   --fresh N      so many more that no run had before (default 0, in the CI run 15)
//   --seed N       this one only; --verbose prints its script and the agent's log
//   --jobs N       worlds at a time (default 4)
//   --no-shrink    do not make failing worlds smaller
//   --mutants      then break the agent on purpose, in some ways, and see that worlds notice each
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildShipper, bundleOptions } from './build-shipper.mjs';
import { mutants } from '../tests/world/mutants.mjs';

const cwd = new URL('..', import.meta.url).pathname;
const args = process.argv.slice(2).filter((arg) => arg !== '--mutants');

/** Replaces text of one source file; a text that is not there is an error, or the mutant would be none. */
const patch = ({ file, from, to }) => ({
  name: 'mutant',
  setup: ({ onLoad }) =>
    onLoad({ filter: new RegExp(`/${file.replaceAll('.', '\\.')}$`) }, ({ path }) => {
      const source = readFileSync(path, 'utf8');
      if (!source.includes(from)) {
        throw new Error(`tests/world/mutants.mjs: ${file} does not hold ${JSON.stringify(from)} any more`);
      }
      return { contents: source.replace(from, to), loader: 'ts' };
    }),
});

try {
  await buildShipper();
  await build({
    ...bundleOptions,
    entryPoints: { world: 'tests/world/main.ts' },
    // Beside the program of the query processes.
    outdir: 'build/program',
    external: Object.keys(JSON.parse(readFileSync(join(cwd, 'package.json'), 'utf8')).dependencies),
    sourcemap: 'inline',
  });
  for (const mutant of process.argv.includes('--mutants') ? mutants : []) {
    const outdir = join('build', 'mutants', mutant.name.replaceAll(' ', '-'));
    await buildShipper({ outdir, plugins: [patch(mutant)] });
    args.push('--mutant', join(outdir, 'afterlog.js'));
  }
} catch (error) {
  console.log(`${error}\n0 passed, 1 failed`);
  process.exit(1);
}
const { status } = spawnSync(process.execPath, ['--enable-source-maps', 'build/program/world.js', ...args], {
  stdio: 'inherit',
  cwd,
});
process.exit(status ?? 1);
