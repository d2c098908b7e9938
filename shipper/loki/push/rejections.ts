import type { Logger } from '../../common/log';
import type { PushOutcome } from './answer';

type Untaken = Exclude<PushOutcome, { kind: 'stored' }>;

/** An answer of the same kind is told again after so long: a Loki at its limit refuses hundreds of pushes a minute. */
const AGAIN_MS = 60_000;

/** Says what Loki did not take: the first of each kind of answer at once, then one a minute with how many there were. */
export class Rejections {
  private readonly told = new Map<string, { atMs: number; since: number }>();

  constructor(
    private readonly logger: Logger,
    /** Milliseconds of a monotonic clock. */
    private readonly nowMs: () => number = () => performance.now()
  ) {}

  note(outcome: Untaken, push: { stream: string; entries: number }): void {
    const kind = kindOf(outcome);
    const before = this.told.get(kind);
    const nowMs = this.nowMs();
    const due = before === undefined || nowMs - before.atMs >= AGAIN_MS;
    const since = (before?.since ?? 0) + 1;
    this.told.set(kind, due ? { atMs: nowMs, since: 0 } : { ...before, since });
    const more = due && since > 1 ? { repeated: since - 1 } : {};
    this.logger.log(due ? 'warn' : 'debug', 'Loki did not take a push', { ...push, ...outcome, ...more });
  }
}

/** What a retry's reason begins with is a status, or what the system says: `429`, `connect`. */
function kindOf({ kind, reason }: Untaken): string {
  return kind === 'retry' ? (/^\S+/.exec(reason)?.[0] ?? '') : kind;
}
