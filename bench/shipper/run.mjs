// `npm run bench:shipper [-- --quick] [-- --json FILE]`: the agent beside the peers that this machine has, on the same
// files against the same kind of sink, one after the other in one run.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { idle, saturation, steady } from './measures.mjs';
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

// A run that takes so long is broken.
setTimeout(() => {
  console.error('bench: no end after 40 minutes');
  process.exit(1);
}, 2_400_000).unref();

const { shippers, missing } = findShippers();
missing.forEach((peer) => console.log(`not here: ${peer}`));
const chosen = shippers.filter(({ name }) => values.only === undefined || name === values.only);

/** Every shipper in turn, so that what the machine does besides meets them alike. */
async function compare(title, measure) {
  const rows = {};
  for (const shipper of chosen) {
    rows[`${shipper.name} ${shipper.version}`] = await measure(shipper);
  }
  console.log(`\n${title}`);
  console.table(
    Object.fromEntries(
      Object.entries(rows).map(([name, { delayMs, ...row }]) => [
        name,
        delayMs ? { ...row, 'p50 ms': delayMs.p50, 'p99 ms': delayMs.p99 } : row,
      ])
    )
  );
  return { title, rows };
}

const results = [];
for (const files of [1, 100, 1000]) {
  results.push(
    await compare(`${lines} lines of 155 bytes in ${files} files, at full speed`, (one) =>
      saturation(one, files, lines)
    )
  );
}
for (const files of [10, 100]) {
  results.push(
    await compare(`10,000 lines/s over ${files} files, ${seconds} s; from write to arrival`, (one) =>
      steady(one, files, 10_000, seconds)
    )
  );
}
results.push(await compare(`1,000 finished containers, ${seconds} s`, (one) => idle(one, 1000, seconds)));
if (values.json) {
  writeFileSync(values.json, `${JSON.stringify({ node: process.version, missing, results }, null, 2)}\n`);
}
