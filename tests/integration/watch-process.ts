import { PROGRAM, RunningProgram } from '../testkit/processes';

/** `afterlog watch` as a process. */
export class WatchProcess extends RunningProgram {
  constructor(args: readonly string[]) {
    super([process.execPath, PROGRAM, 'watch', ...args]);
  }

  /** Where it serves its state. */
  async url(): Promise<string> {
    return String((await this.logs('serving /metrics, /ready and /healthz')).url);
  }

  async ready(): Promise<{ status: number; body: Record<string, unknown> }> {
    const answer = await fetch(`${await this.url()}/ready`, { headers: { accept: 'application/json' } });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  }
}
