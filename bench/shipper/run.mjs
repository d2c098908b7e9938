// `npm run bench:shipper [-- --quick] [-- --json FILE]`: the agent beside the peers that this machine has, on the same
// files against the same kind of sink, one after the other in one run.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { idle, idleFloor, saturation, steady } from './measures.mjs';
import { findShippers } from './shippers.mjs';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    json: { type: 'string' },
  },
});
const lines = values.quick ? 200_000 : 1_000_000;
const seconds = values.quick ? 5 : 20;
/** Whole rounds of the agent's rescan, which is most of what it does then. */
const idleSeconds = values.quick ? 30 : 60;

// A run that takes so long is broken.
setTimeout(() => {
  console.error('bench: no end after 40 minutes');
  process.exit(1);
}, 2_400_000).unref();

const { shippers, missing } = findShippers();
missing.forEach((peer) => console.log(`not here: ${peer}`));
const chosen = shippers.filter(({ name }) => values.only === undefined || name === values.only);

const measures = [
  ...[1, 100, 1000].map((files) => ({
    title: `${lines} lines of 155 bytes in ${files} files, at full speed`,
    measure: (shipper) => saturation(shipper, files, lines),
    columns: ({ linesPerCpuSecond }) => ({ [`lines/CPU s, ${files} files`]: linesPerCpuSecond }),
  })),
  ...[10, 100].map((files) => ({
    title: `10,000 lines/s over ${files} files, ${seconds} s; from write to arrival`,
    measure: (shipper) => steady(shipper, files, 10_000, seconds),
    columns: ({ cores, peakMiB, delayMs: { p50, p99 } }) => ({
      [`10,000/s, ${files} files: cores`]: cores,
      [`MiB (${files})`]: peakMiB,
      [`p50, p99 ms (${files})`]: `${p50}, ${p99}`,
    }),
  })),
  {
    title: `1,000 finished containers, ${idleSeconds} s`,
    measure: (shipper) => idle(shipper, 1000, idleSeconds),
    // What the system calls of our agent take by themselves.
    beside: { 'system calls alone': () => idleFloor(1000, idleSeconds) },
    columns: ({ corePercent }) => ({ '1,000 finished: % of a core': corePercent }),
  },
];

const results = [];
const table = {};
for (const { title, measure, beside = {}, columns } of measures) {
  console.log(title);
  const rows = {};
  // Every shipper in turn, so that what the machine does besides meets them alike.
  const all = chosen.map((shipper) => [`${shipper.name} ${shipper.version}`, () => measure(shipper)]);
  for (const [name, run] of [...all, ...Object.entries(beside)]) {
    rows[name] = await run();
    table[name] = { ...table[name], ...columns(rows[name]) };
  }
  results.push({ title, rows });
}
// A column a shipper: there are more figures than shippers.
const names = Object.keys(table);
const figures = Object.keys(table[names[0]] ?? {});
console.table(
  Object.fromEntries(
    figures.map((figure) => [figure, Object.fromEntries(names.map((name) => [name, table[name][figure] ?? '']))])
  )
);
if (values.json) {
  writeFileSync(values.json, `${JSON.stringify({ node: process.version, missing, results }, null, 2)}\n`);
}
