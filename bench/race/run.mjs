// `npm run bench:race [-- --quick]`: containers whose logs are deleted T ms after their last line, and the share of the
// lines that each shipper delivered; on a node that is idle otherwise, and beside 50,000 lines/s of other logs. Then a
// reclaim while the endpoint is throttled (reclaim.mjs).
import { fork } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { startShipper } from '../shipper/process.mjs';
import { findShippers } from '../shipper/shippers.mjs';
import { sleep, withSink } from '../shipper/with-sink.mjs';
import { percent, whenSilent } from './arrivals.mjs';
import { reclaim } from './reclaim.mjs';

const { values } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, only: { type: 'string' }, json: { type: 'string' } },
});
const AFTER_MS = [0, 1, 5, 20, 100, 1000, 10_000];
const containers = (values.quick ? 100 : 300) * AFTER_MS.length;
const PER_SECOND = 60;
const LINES = 20;

setTimeout(() => {
  console.error('bench: no end after 40 minutes');
  process.exit(1);
}, 2_400_000).unref();

const child = (file, ...args) => fork(new URL(file, import.meta.url), args.map(String));

const race = (shipper, noisePerSecond) =>
  withSink('race', async (sink) => {
    mkdirSync(sink.logs, { recursive: true });
    const running = startShipper(shipper, sink);
    await sleep(3_000);
    const noise = noisePerSecond > 0 ? child('./noise.mjs', sink.logs, 20, noisePerSecond) : undefined;
    await sleep(noise ? 5_000 : 0);
    const player = child('./containers.mjs', sink.logs, containers, PER_SECOND, LINES, AFTER_MS.join(','));
    const { written, late } = await new Promise((resolve) => player.once('message', resolve));
    noise?.disconnect();
    const delivered = await whenSilent(sink);
    await running.stop();
    const shares = AFTER_MS.map((after) => [`${after} ms`, percent(delivered[after] ?? 0, written[after])]);
    return { ...Object.fromEntries(shares), 'deleted late by, p99 ms': late.p99 };
  });

const { shippers, missing } = findShippers();
missing.forEach((peer) => console.log(`not here: ${peer}`));
const chosen = shippers.filter(({ name }) => values.only === undefined || name === values.only);
const nameOf = ({ name, version }) => `${name} ${version}`;
const results = [];
function show(title, rows) {
  console.log(`\n${title}`);
  console.table(rows);
  results.push({ title, rows });
}

for (const [where, noise] of [
  ['idle node', 0],
  ['beside 50,000 lines/s of other logs', 50_000],
]) {
  const rows = {};
  for (const shipper of chosen) {
    rows[nameOf(shipper)] = await race(shipper, noise);
  }
  show(`Lines delivered of containers deleted T after their last line; ${where} (${containers} containers)`, rows);
}

const rows = {};
for (const shipper of chosen) {
  if (shipper.ours) {
    rows[`${nameOf(shipper)}, plain order`] = await reclaim(shipper, false);
    rows[`${nameOf(shipper)}, order in priority`] = await reclaim(shipper, true);
  } else {
    rows[nameOf(shipper)] = await reclaim(shipper, true);
  }
}
show('A reclaim deletes the logs of 200 ended containers; Loki takes a quarter of what is written', rows);
if (values.json) {
  writeFileSync(values.json, `${JSON.stringify({ node: process.version, missing, results }, null, 2)}\n`);
}
