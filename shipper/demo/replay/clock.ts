/** Nanoseconds since 1970. */
type Now = () => bigint;

const realNow: Now = () => BigInt(Date.now()) * 1_000_000n;

/** Timers are never exact: so much is caught up. */
const SLACK_MS = 20;

/** A second of the replay in real milliseconds, as far as timers can. @param speed recorded seconds a second */
export function secondMs(speed: number): number {
  return Math.max(5, Math.round(1_000 / speed));
}

/**
 * How real time maps to replayed time: recorded time, divided by the speed, shifted by whole seconds so that the end
 * of the recording falls on the real end of the run. Afterwards it is the real time.
 *
 * A replay that runs late does not hurry to catch up: what watches the node would see things happen faster than it can
 * look. It takes longer instead, and ends that much in the past.
 */
export class ReplayClock {
  /** By how much recorded times are moved: whole seconds. */
  readonly shiftSeconds: number;
  /** When the recording would have begun, had it been replayed without delay up to now. */
  private started: bigint;
  /** Recorded time that the clock must not pass yet; undefined once the replay is over. */
  private next: number | undefined;
  private delayed = 0;

  /**
   * @param begin first recorded moment, milliseconds since 1970
   * @param end last recorded moment
   * @param speed recorded seconds a real second
   */
  constructor(
    private readonly begin: number,
    end: number,
    private readonly speed: number,
    private readonly real: Now = realNow
  ) {
    this.started = real();
    this.next = begin;
    const startedMs = Number(this.started) / 1e6;
    this.shiftSeconds = Math.floor((startedMs + (end - begin) / speed - end) / 1000);
  }

  /** Replayed time, nanoseconds since 1970. */
  now(): bigint {
    if (this.next === undefined) {
      return this.real();
    }
    // Nothing may be noted before it happened.
    const recorded = Math.min(this.begin + this.elapsedMs() * this.speed, this.next);
    // In microseconds, which a number still holds exactly.
    return BigInt(Math.round(recorded * 1e3)) * 1_000n + BigInt(this.shiftSeconds) * 1_000_000_000n;
  }

  /** Recorded time, milliseconds since 1970; beyond the end of the recording once the replay is over. */
  recorded(): number {
    return Number(this.now() / 1_000n) / 1e3 - this.shiftSeconds * 1e3;
  }

  /** By how many real milliseconds the replay has taken longer than its speed says. */
  get delayedMs(): number {
    return this.delayed;
  }

  /** Says which recorded moment (milliseconds since 1970) comes next; real milliseconds until it is due, 0 when late. */
  until(moment: number): number {
    this.next = moment;
    const wait = (moment - this.begin) / this.speed - this.elapsedMs();
    const late = -wait - SLACK_MS;
    if (late > 0) {
      this.started += BigInt(Math.round(late * 1e6));
      this.delayed += late;
    }
    return Math.max(0, wait);
  }

  /** From here on it is the real time. */
  finish(): void {
    this.next = undefined;
  }

  private elapsedMs(): number {
    return Number(this.real() - this.started) / 1e6;
  }
}
