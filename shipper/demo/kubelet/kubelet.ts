import { type RunningServer, startServer } from '../server/http-server';
import type { StatsSample } from '../replay/recording';
import type { TimeShift } from '../replay/shift';
import { sampleAt } from './stats';

export interface KubeletOptions {
  /** The bodies of `/configz` and `/metrics`. */
  configz: string;
  metrics: string;
  samples: readonly StatsSample[];
  shift: TimeShift;
  /** Recorded time, milliseconds since 1970. */
  now: () => number;
}

/** Serves what the recorded kubelet answered; `/stats/summary` as of the replay's clock. It asks nobody who they are. */
export function startKubelet({ configz, metrics, samples, shift, now }: KubeletOptions): Promise<RunningServer> {
  const answers: Record<string, () => { type: string; body: string }> = {
    '/configz': () => ({ type: 'application/json', body: configz }),
    '/metrics': () => ({ type: 'text/plain; version=0.0.4; charset=utf-8', body: metrics }),
    '/stats/summary': () => ({
      type: 'application/json',
      body: shift.text(JSON.stringify(sampleAt(samples, now())?.summary ?? {})),
    }),
    '/healthz': () => ({ type: 'text/plain; charset=utf-8', body: 'ok' }),
  };
  return startServer((request, response) => {
    const answer = answers[new URL(request.url ?? '/', 'http://localhost').pathname];
    if (!answer) {
      response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('404 page not found\n');
      return;
    }
    const { type, body } = answer();
    response.writeHead(200, { 'content-type': type }).end(body);
  });
}
