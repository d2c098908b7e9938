import type { ServerResponse } from 'node:http';
import { Session } from 'node:inspector/promises';
import { getHeapSnapshot } from 'node:v8';
import { sleep } from '../../loki/push/backoff';

const MOST_SECONDS = 300;
let profiling = false;

/** Seconds of a CPU profile, from the query's `seconds`; undefined where that is no sensible number. */
export function profileSeconds(text: string | null): number | undefined {
  const seconds = text === null ? 10 : Number(text);
  return seconds > 0 && seconds <= MOST_SECONDS ? seconds : undefined;
}

/**
 * Profiles the process for so long.
 * @returns V8's .cpuprofile as JSON, which Chromium's DevTools and speedscope open; undefined while another one runs
 */
export async function cpuProfile(seconds: number): Promise<string | undefined> {
  if (profiling) {
    return undefined;
  }
  profiling = true;
  const session = new Session();
  session.connect();
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.start');
    await sleep(seconds * 1000);
    const { profile } = await session.post('Profiler.stop');
    return JSON.stringify(profile);
  } finally {
    session.disconnect();
    profiling = false;
  }
}

/** Writes a snapshot of the heap (.heapsnapshot) into the answer. The process stands still meanwhile. */
export function sendHeapSnapshot(response: ServerResponse): void {
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-disposition': 'attachment; filename="afterlog.heapsnapshot"',
  });
  getHeapSnapshot().pipe(response);
}
