import type { PushOutcome } from './answer';

/** Clocks that differ by less than this are taken for equal: HTTP's dates have seconds, and answers take some. */
const TOLERANCE_MS = 60_000;

/**
 * What time it is for Loki. It is the sender's own time, unless Loki refused something as too old or too new and the date of its
 * answer differs: then an entry must be held against Loki's time, for Loki does.
 */
export class LokiClock {
  private offsetMs = 0;
  /** Something was refused for its time: from then on the dates of answers are heeded. */
  private isDoubted = false;

  /** @param ownMs the sender's clock, milliseconds since 1970 */
  constructor(private readonly ownMs: () => number) {}

  /** Milliseconds since 1970. */
  nowMs(): number {
    return this.ownMs() + this.offsetMs;
  }

  /** @param date the answer's header of that name */
  hear(date: string | string[] | undefined, outcome: PushOutcome): void {
    this.isDoubted ||= outcome.kind === 'faulty' && (outcome.reason === 'too-old' || outcome.reason === 'too-new');
    if (!this.isDoubted || typeof date !== 'string') {
      return;
    }
    const offsetMs = Date.parse(date) - this.ownMs();
    if (Number.isFinite(offsetMs)) {
      this.offsetMs = Math.abs(offsetMs) > TOLERANCE_MS ? offsetMs : 0;
    }
  }
}
