// `npm run bench:store`: what a million and ten million lines cost the embedded store, beside the layout with a key for each
// entry in the same database. --lines N, --only-store.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const { values } = parseArgs({
  options: { lines: { type: 'string', default: '10000000' }, 'only-store': { type: 'boolean', default: false } },
});
const root = new URL('../..', import.meta.url).pathname;
await build({
  entryPoints: ['bench/store/measure.ts'],
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  packages: 'external',
  outfile: 'build/bench-store.js',
});

/** Each measurement has a process of its own, so that its memory is its own. */
const measure = (what, lines, dir) => {
  const { stdout, status } = spawnSync(process.execPath, ['build/bench-store.js', what, String(lines), dir], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 1 << 24,
  });
  if (status !== 0) {
    throw new Error(`${what} failed`);
  }
  return JSON.parse(stdout);
};
const inDirectory = (task) => {
  const dir = mkdtempSync(join(tmpdir(), 'afterlog-bench-store-'));
  try {
    return task(dir);
  } finally {
    rmSync(dir, { recursive: true });
  }
};
const keys = (lines) => inDirectory((dir) => measure('keys', lines, dir));
const blocks = (lines) =>
  inDirectory((dir) => ({ ...measure('writeBlocks', lines, dir), ...measure('readBlocks', lines, dir) }));
const rows = [];
if (!values['only-store']) {
  const million = 1_000_000;
  rows.push(['a key an entry', million, keys(million)], ['blocks', million, blocks(million)]);
}
rows.push(['blocks', Number(values.lines), blocks(Number(values.lines))]);
for (const [layout, lines, figures] of rows) {
  console.log(`${layout}, ${lines} lines:`);
  for (const [name, value] of Object.entries(figures)) {
    console.log(`  ${name.padEnd(44)} ${value}`);
  }
}
