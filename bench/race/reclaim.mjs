// A reclaim on a node whose Loki is at its limit: 200 Jobs' containers have ended, others write more than Loki takes, and
// then the kubelet deletes the logs of all that ended. What had arrived until then no reclaim can take; what had not
// depends on the rescue, whose budget here is a mebibyte.
import { fork } from 'node:child_process';
import { appendFileSync, mkdirSync, rmSync, statfsSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { startShipper } from '../shipper/process.mjs';
import { sleep, withSink } from '../shipper/with-sink.mjs';
import { percent, whenSilent } from './arrivals.mjs';

const ENDED = 200;
const JOBS = 4;
/** They end so long after one another. */
const APART_MS = 50;
const RECLAIM_AFTER_MS = 25_000;
const TAKEN_PER_SECOND = 4_000;
const WRITTEN_PER_SECOND = 20_000;
const BUDGET = '1MiB';

/** A kubelet that only tells its eviction thresholds; what else it is asked it does not have. */
async function withKubelet(thresholds, run) {
  const body = JSON.stringify({ kubeletconfig: { evictionHard: thresholds } });
  const server = createServer(({ url }, response) =>
    url === '/configz' ? response.end(body) : response.writeHead(404).end()
  );
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await run(`http://127.0.0.1:${server.address().port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** A threshold that the disk is a hair's breadth away from, or as far as can be. */
function thresholdsOf(near, dir) {
  const { bavail, bsize } = statfsSync(dir);
  return { 'nodefs.available': String(near ? Math.max(1, bavail * bsize - 1) : 1) };
}

/** One Job's container that has run and ended. @returns its log and its number of lines */
function endedContainer(logs, i) {
  const uid = `${i.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`;
  const dir = join(logs, `bench_report${i % JOBS}-${29_000_000 + i}-bcdfg_${uid}`, 'main');
  mkdirSync(dir, { recursive: true });
  const count = 50 + (i % 11) * 50;
  const file = join(dir, '0.log');
  let text = '';
  for (let n = 0; n < count; n++) {
    const time = `${new Date().toISOString().slice(0, -1)}${String(n).padStart(6, '0')}Z`;
    text += `${time} stdout F race=ended${i}/${n} ${'result of the job '.repeat(5)}\n`;
  }
  appendFileSync(file, text);
  return { file, count };
}

/** @param near the disk is close to the kubelet's threshold, so that the agent is in priority mode */
export const reclaim = (shipper, near) =>
  withSink('race', async (sink) => {
    mkdirSync(sink.logs, { recursive: true });
    return withKubelet(thresholdsOf(near, sink.logs), async (kubelet) => {
      await sink.throttle(TAKEN_PER_SECOND);
      const flags = ['--kubelet.url', kubelet, '--rescue.max-bytes', BUDGET];
      const running = startShipper(shipper, { ...sink, flags });
      await sleep(3_000);
      const begin = performance.now();
      const noise = fork(new URL('./noise.mjs', import.meta.url), [
        sink.logs,
        '20',
        String(WRITTEN_PER_SECOND),
        'apart',
      ]);
      const ended = [];
      for (let i = 0; i < ENDED; i++) {
        ended.push(endedContainer(sink.logs, i));
        await sleep(APART_MS);
      }
      await sleep(begin + RECLAIM_AFTER_MS - performance.now());
      const before = await sink.counts();
      ended.forEach(({ file }) => rmSync(file));
      noise.disconnect();
      await sleep(3_000);
      await sink.throttle(0);
      const after = await whenSilent(sink);
      await running.stop();
      const whole = (raced) => ended.filter(({ count }, i) => raced[`ended${i}`] === count).length;
      const lines = (raced) => ended.reduce((sum, _one, i) => sum + (raced[`ended${i}`] ?? 0), 0);
      const written = ended.reduce((sum, { count }) => sum + count, 0);
      return {
        'lines there before it': percent(lines(before.raced), written),
        'logs whole before it': `${whole(before.raced)} of ${ENDED}`,
        'lines there in the end': percent(lines(after), written),
        'logs whole in the end': `${whole(after)} of ${ENDED}`,
      };
    });
  });
