/** Nanoseconds since 1970. */
type Now = () => bigint;

const realNow: Now = () => BigInt(Date.now()) * 1_000_000n;

/** Timers are never exact: so much is caught up, but no more than this of recorded time. */
const SLACK_MS = 20;
const SLACK_RECORDED_MS = 500;

/** A second of the replay in real milliseconds, as far as timers can. @param speed recorded seconds a second */
export function secondMs(speed: number): number {
  return Math.max(5, Math.round(1_000 / speed));
}

/** A stretch of the replay: from a real moment on (nanoseconds since 1970) between recorded ones (milliseconds since 1970). */
interface Stretch {
  real: bigint;
  from: number;
  to: number;
}

/**
 * How real time maps to replayed time: recorded time, divided by the speed, shifted by whole seconds so that the end
 * of the recording falls on the real end of the run. Afterwards it is the real time.
 *
 * While a change is being made its moment lasts: the clock stands still, and goes on from there at its speed. So a slow
 * machine makes the replay longer and never denser, and nothing that watches the node sees things happen faster than
 * they would. It ends that much in the past.
 */
export class ReplayClock {
  /** By how much recorded times are moved: whole seconds. */
  readonly shiftSeconds: number;
  /** When the recording would have begun, had it been replayed without delay up to now. */
  private started: bigint;
  /** Recorded time that the clock must not pass yet; undefined once the replay is over. */
  private next: number | undefined;
  private delayed = 0;
  private readonly slackMs: number;
  private readonly stretches: Stretch[] = [];

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
    this.slackMs = Math.min(SLACK_MS, SLACK_RECORDED_MS / speed);
    const startedMs = Number(this.started) / 1e6;
    this.shiftSeconds = Math.floor((startedMs + (end - begin) / speed - end) / 1000);
  }

  /** Replayed time, nanoseconds since 1970. */
  now(): bigint {
    if (this.next === undefined) {
      return this.real();
    }
    // Nothing may be noted before it happened.
    return this.replayed(Math.min(this.begin + this.elapsedMs() * this.speed, this.next));
  }

  /** Replayed time, nanoseconds since 1970, when the machine's clock, which file systems go by, said `ms` since 1970. */
  when(ms: number): bigint {
    const real = BigInt(Math.round(ms * 1e3)) * 1_000n;
    const stretch = this.stretches.findLast((one) => one.real <= real);
    if (stretch === undefined) {
      return this.replayed(this.begin);
    }
    const { from, to } = stretch;
    return to === Infinity
      ? real
      : this.replayed(Math.min(from + (Number(real - stretch.real) / 1e6) * this.speed, to));
  }

  /** Recorded time, milliseconds since 1970; beyond the end of the recording once the replay is over. */
  recorded(): number {
    return Number(this.now() / 1_000n) / 1e3 - this.shiftSeconds * 1e3;
  }

  /** By how many real milliseconds the replay has taken longer than its speed says. */
  get delayedMs(): number {
    return this.delayed;
  }

  /** Says which recorded moment (milliseconds since 1970) comes next; real milliseconds until it is due. */
  until(moment: number): number {
    const stood = this.elapsedMs() - ((this.next ?? moment) - this.begin) / this.speed - this.slackMs;
    if (stood > 0) {
      this.started += BigInt(Math.round(stood * 1e6));
      this.delayed += stood;
    }
    this.next = moment;
    this.stretches.push({ real: this.real(), from: this.recorded(), to: moment });
    return Math.max(0, (moment - this.begin) / this.speed - this.elapsedMs());
  }

  /** From here on it is the real time. */
  finish(): void {
    this.next = undefined;
    this.stretches.push({ real: this.real(), from: Infinity, to: Infinity });
  }

  private replayed(recorded: number): bigint {
    // In microseconds, which a number still holds exactly.
    return BigInt(Math.round(recorded * 1e3)) * 1_000n + BigInt(this.shiftSeconds) * 1_000_000_000n;
  }

  private elapsedMs(): number {
    return Number(this.real() - this.started) / 1e6;
  }
}
