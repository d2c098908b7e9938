// Bundles the program `afterlog` into build/afterlog.js. Packages stay outside the bundle: some carry native parts,
// and each command loads only what it needs. zod comes in, without what nobody calls: whole it is 12 MiB of memory,
// most of it messages in fifty languages.
import { build } from 'esbuild';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const { version, dependencies } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
/** @type {import('esbuild').BuildOptions} */
export const shipperBundle = {
  entryPoints: { afterlog: 'shipper/main.ts', 'query-process': 'pocket-loki/query/query-process.ts' },
  absWorkingDir: new URL('..', import.meta.url).pathname,
  outdir: 'build',
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  external: Object.keys(dependencies).filter((name) => name !== 'zod'),
  sourcemap: true,
  minifyWhitespace: true, // a module's text stays in memory
  define: { __AFTERLOG_VERSION__: JSON.stringify(version) },
  logLevel: 'warning',
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await build(shipperBundle);
}
