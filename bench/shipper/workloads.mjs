// `node bench/shipper/workloads.mjs [--workloads 500] [--rate 50] [--seconds 90]`: how many requests a second a node
// makes whose containers are each of a workload, a stream, of its own. The first third of the time does not count.
import { appendFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { lines, logPath, ofJobsOfTheirOwn } from './node-logs.mjs';
import { startShipper } from './process.mjs';
import { findShippers } from './shippers.mjs';
import { sleep, withSink } from './with-sink.mjs';

const { values } = parseArgs({
  options: {
    workloads: { type: 'string', default: '500' },
    rate: { type: 'string', default: '50' },
    seconds: { type: 'string', default: '90' },
  },
});
const [workloads, perSecond, seconds] = [values.workloads, values.rate, values.seconds].map(Number);
const shipper = findShippers().shippers.find(({ name }) => name === 'Afterlog');

const result = await withSink('nothing', async (sink) => {
  const paths = Array.from({ length: workloads }, (_, i) => logPath(sink.logs, i, ofJobsOfTheirOwn));
  paths.forEach((path) => appendFileSync(path, lines(1, Date.now())));
  const running = startShipper(shipper, sink);
  const begin = performance.now();
  let before;
  for (let written = 0, second = 0; (second = (performance.now() - begin) / 1000) < seconds;) {
    if (second > seconds / 3 && before === undefined) {
      before = { second, cpu: running.usage().cpu, ...(await sink.counts()) };
    }
    for (; written < second * perSecond; written++) {
      appendFileSync(paths[written % workloads], lines(1, Date.now(), written % 1000));
    }
    await sleep(20);
  }
  const after = { second: (performance.now() - begin) / 1000, ...running.usage(), ...(await sink.counts()) };
  await running.stop();
  const elapsed = after.second - before.second;
  return {
    workloads,
    'lines/s': perSecond,
    'requests/s': Number(((after.requests - before.requests) / elapsed).toFixed(1)),
    cores: Number(((after.cpu - before.cpu) / elapsed).toFixed(3)),
    MiB: Math.round(after.peakMiB),
  };
});
console.table([result]);
process.exit(0);
