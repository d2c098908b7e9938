import type { Logger } from '../../common/log';
import type { PushOutcome } from './answer';

export type Rejected = Exclude<PushOutcome, { kind: 'stored' }>;

/** An answer of the same kind is reported again after so long: a Loki at its limit refuses hundreds of pushes a minute. */
const AGAIN_MS = 60_000;

/** Reports what Loki did not take: the first answer of each kind at once, then one a minute with how many there were. */
export class Rejections {
  private readonly reported = new Map<string, { atMs: number; since: number }>();

  constructor(
    private readonly logger: Logger,
    /** Milliseconds of a monotonic clock. */
    private readonly nowMs: () => number = () => performance.now()
  ) {}

  note(outcome: Rejected, push: { carries: string; stream: string; entries: number }): void {
    const { reason, answer, advice } = outcome;
    const before = this.reported.get(reason);
    const nowMs = this.nowMs();
    const due = before === undefined || nowMs - before.atMs >= AGAIN_MS;
    const since = (before?.since ?? 0) + 1;
    this.reported.set(reason, due ? { atMs: nowMs, since: 0 } : { ...before, since });
    this.logger.log(due ? 'warn' : 'debug', MESSAGES[outcome.kind], {
      ...push,
      reason,
      answer,
      ...(advice !== '' && { advice }),
      ...(due && since > 1 && { repeated: since - 1 }),
    });
  }
}

const MESSAGES: Record<Rejected['kind'], string> = {
  wait: 'Loki did not take a push; it is sent again until Loki does',
  'too-large': 'a push is too large; it is sent in parts',
  faulty: 'Loki refused entries of a push',
};
