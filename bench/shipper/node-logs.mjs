// Makes a node's log directory for the benchmark: CRI lines of 155 bytes, one container a file.
import { appendFileSync, mkdirSync, openSync, writeSync, closeSync } from 'node:fs';
import { join } from 'node:path';

export const LINE_BYTES = 155;
const hex = (n, digits) => n.toString(16).padStart(digits, '0');

/** Pods of one Job: one stream. */
const ofOneJob = (i) => `job-${i % 100}-bcdfg`;
/** Pods of a Job each: a stream each. */
export const ofJobsOfTheirOwn = (i) => `job${i}-bcdfg`;

/** The path of container `i`'s log below `dir`; made where it is not there. */
export function logPath(dir, i, podName = ofOneJob) {
  const pod = `bench_${podName(i)}_${hex(i, 8)}-0000-4000-8000-000000000000`;
  mkdirSync(join(dir, pod, 'main'), { recursive: true });
  return join(dir, pod, 'main', '0.log');
}

/** `count` CRI lines, a microsecond apart from `startMs` on; `at` in each is `startMs`. */
export function lines(count, startMs, from = 0) {
  let text = '';
  for (let i = 0; i < count; i++) {
    const us = from + i;
    const ms = startMs + Math.floor(us / 1000);
    const time = `${new Date(ms).toISOString().slice(0, 23)}${String(us % 1000).padStart(3, '0')}000Z`;
    const head = `${time} stdout F level=info seq=${us} at=${startMs} msg="`;
    text += `${head}${'work on item of the batch '.repeat(5).slice(0, LINE_BYTES - head.length - 2)}"\n`;
  }
  return text;
}

/** Writes `total` lines spread over `files` logs. */
export function writeLogs(dir, files, total) {
  const each = Math.floor(total / files);
  const start = Date.now() - 60_000;
  for (let i = 0; i < files; i++) {
    const fd = openSync(logPath(dir, i), 'w');
    for (let done = 0; done < each; done += 10_000) {
      writeSync(fd, lines(Math.min(10_000, each - done), start, done));
    }
    closeSync(fd);
  }
  return each * files;
}

/** Appends lines to `files` logs, `perSecond` in all, for `seconds`; resolves with how many. */
export async function writeSteadily(dir, files, perSecond, seconds, podName = ofOneJob) {
  const paths = Array.from({ length: files }, (_, i) => logPath(dir, i, podName));
  const begin = performance.now();
  let written = 0;
  for (let second = 0; (second = (performance.now() - begin) / 1000) < seconds;) {
    const due = Math.floor(second * perSecond) - written;
    const each = Math.floor(due / files);
    if (each > 0) {
      for (const path of paths) {
        appendFileSync(path, lines(each, Date.now(), written % 1000));
        written += each;
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return written;
}
