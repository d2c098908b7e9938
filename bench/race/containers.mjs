// Plays containers that end and vanish: a process of its own, so that a busy bench does not make them live longer.
// Sends `{ written: { <T>: lines }, late: { p50, p99 } }` when the last one is gone.
import { appendFile, mkdir, rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';

const [logs, containers, perSecond, linesEach, afters] = process.argv.slice(2);
const waits = afters.split(',').map(Number);
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** The runtime takes some time from the directory to the first line. */
const START_MS = 30;

const written = Object.fromEntries(waits.map((wait) => [wait, 0]));
const late = [];

/** One Job's container: its directory, its lines over a few milliseconds, and `wait` ms later the log is deleted. */
async function live(i, wait) {
  const uid = `${i.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`;
  const pod = join(logs, `bench_race-${wait}-${i}_${uid}`);
  const dir = join(pod, 'main');
  await mkdir(dir, { recursive: true });
  await sleep(START_MS);
  const file = join(dir, '0.log');
  const half = Math.ceil(linesEach / 2);
  for (const [from, to] of [
    [0, half],
    [half, Number(linesEach)],
  ]) {
    let text = '';
    for (let n = from; n < to; n++) {
      text += `${new Date().toISOString().slice(0, -1)}000000Z stdout F race=${wait}/${i}/${n} result of the job\n`;
    }
    await appendFile(file, text);
    await sleep(2);
  }
  const done = performance.now();
  if (wait > 0) {
    await sleep(wait);
  }
  await unlink(file);
  late.push(performance.now() - done - wait);
  written[wait] += Number(linesEach);
  await rm(pod, { recursive: true });
}

const lives = [];
const begin = performance.now();
for (let i = 0; i < Number(containers); i++) {
  const due = begin + (i / Number(perSecond)) * 1000;
  if (due > performance.now()) {
    await sleep(due - performance.now());
  }
  lives.push(live(i, waits[i % waits.length]));
}
await Promise.all(lives);
late.sort((a, b) => a - b);
const quantile = (q) => Math.round(late[Math.floor((late.length - 1) * q)] * 10) / 10;
process.send({ written, late: { p50: quantile(0.5), p99: quantile(0.99) } });
process.disconnect();
