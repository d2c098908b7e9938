// What is measured of one shipper; each on its own directory and sink. CPU is the process's user and system time.
import { fileURLToPath } from 'node:url';
import { writeLogs, writeSteadily } from './node-logs.mjs';
import { startShipper } from './process.mjs';
import { sleep, withSink } from './with-sink.mjs';

/** No shipper needs so long for anything here: it is stuck then. */
const STUCK_MS = 240_000;

async function untilArrived(sink, lines, shipper) {
  const end = Date.now() + STUCK_MS;
  for (let entries = 0; (entries = (await sink.counts()).entries) < lines;) {
    if (Date.now() > end) {
      throw new Error(`${shipper.name}: ${entries} of ${lines} lines after ${STUCK_MS / 1000} s`);
    }
    await sleep(20);
  }
}

/** Lines per CPU second over files that are there already, the shipper's start included. */
export const saturation = (shipper, files, total) =>
  withSink('nothing', async (sink) => {
    const lines = writeLogs(sink.logs, files, total);
    const running = startShipper(shipper, sink);
    await untilArrived(sink, lines, shipper);
    const { cpu, peakMiB } = running.usage();
    await running.stop();
    return { linesPerCpuSecond: Math.round(lines / cpu), cpuSeconds: cpu, peakMiB: Math.round(peakMiB) };
  });

/** Cores and memory while `files` files grow by `perSecond` lines in all, and the time from write to arrival. */
export const steady = (shipper, files, perSecond, seconds) =>
  withSink('delays', async (sink) => {
    writeLogs(sink.logs, files, files);
    const running = startShipper(shipper, sink);
    await untilArrived(sink, files, shipper);
    await sink.reset();
    const before = running.usage();
    const begin = performance.now();
    const lines = await writeSteadily(sink.logs, files, perSecond, seconds);
    await untilArrived(sink, lines, shipper);
    const after = running.usage();
    const elapsed = (performance.now() - begin) / 1000;
    await running.stop();
    const { delays } = await sink.counts();
    return {
      cores: Number(((after.cpu - before.cpu) / elapsed).toFixed(3)),
      peakMiB: Math.round(after.peakMiB),
      delayMs: { p50: delays.p50, p99: delays.p99 },
    };
  });

/** Afterwards a shipper has come to rest: what it compiles and frees after its start is done. */
const REST_MS = 30_000;

/** Share of a core that `files` finished containers cost whose lines have all arrived. */
export const idle = (shipper, files, seconds) =>
  withSink('nothing', async (sink) => {
    const lines = writeLogs(sink.logs, files, files * 20);
    const running = startShipper(shipper, sink);
    await untilArrived(sink, lines, shipper);
    return atRest(running, seconds);
  });

/** The same of floor.mjs. */
export const idleFloor = (files, seconds) =>
  withSink('nothing', async (sink) => {
    writeLogs(sink.logs, files, files * 20);
    const script = fileURLToPath(new URL('./floor.mjs', import.meta.url));
    const start = ({ logs }) => ({ command: process.execPath, args: [script, logs] });
    return atRest(startShipper({ name: 'floor.mjs', start }, sink), seconds);
  });

async function atRest(running, seconds) {
  await sleep(REST_MS);
  const before = running.usage();
  await sleep(seconds * 1000);
  const after = running.usage();
  await running.stop();
  return {
    corePercent: Number((((after.cpu - before.cpu) / seconds) * 100).toFixed(2)),
    peakMiB: Math.round(after.peakMiB),
  };
}
