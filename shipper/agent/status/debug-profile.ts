import { getHeapSnapshot } from 'node:v8';
import { sendText, type StatusRoute } from '../../common/status-server';
import { sleep } from '../../loki/push/backoff';

const MAX_SECONDS = 300;
let profiling = false;

/**
 * Profiles the process for so long.
 * @returns V8's .cpuprofile as JSON, which Chromium's DevTools and speedscope open; undefined while another one runs
 */
async function cpuProfile(seconds: number): Promise<string | undefined> {
  if (profiling) {
    return undefined;
  }
  profiling = true;
  const { Session } = await import('node:inspector/promises');
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

const sendProfile: StatusRoute = async (request, response) => {
  const text = new URL(request.url ?? '/', 'http://agent').searchParams.get('seconds');
  const seconds = text === null ? 10 : Number(text);
  if (!(seconds > 0 && seconds <= MAX_SECONDS)) {
    sendText(response, 400, `invalid seconds=${text}: give a number between 0 and ${MAX_SECONDS}`);
    return;
  }
  const profile = await cpuProfile(seconds);
  if (profile === undefined) {
    sendText(response, 409, 'another profile is being taken; retry when it is complete');
  } else {
    response.writeHead(200, { 'content-type': 'application/json' }).end(profile);
  }
};

/** Writes a snapshot of the heap (.heapsnapshot) into the answer. The process stands still meanwhile. */
const sendHeapSnapshot: StatusRoute = (_request, response) => {
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-disposition': 'attachment; filename="afterlog.heapsnapshot"',
  });
  getHeapSnapshot().pipe(response);
};

/** /debug/profile and /debug/heap; where profiling is off they say how to switch it on. */
export function debugRoutes(enabled: boolean): Record<string, StatusRoute> {
  const off: StatusRoute = (_request, response) =>
    sendText(response, 404, 'profiling is disabled; start the agent with --debug.profile');
  return { '/debug/profile': enabled ? sendProfile : off, '/debug/heap': enabled ? sendHeapSnapshot : off };
}
