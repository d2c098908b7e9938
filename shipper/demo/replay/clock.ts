/** Nanoseconds since 1970. */
type Now = () => bigint;

const realNow: Now = () => BigInt(Date.now()) * 1_000_000n;

/**
 * How real time maps to replayed time: recorded time, divided by the speed, shifted by whole seconds so that the end
 * of the recording falls on the real end of the run. Afterwards it is the real time.
 */
export class ReplayClock {
  /** By how much recorded times are moved: whole seconds. */
  readonly shiftSeconds: number;
  private readonly started: bigint;
  /** Recorded time that the clock must not pass yet; undefined once the replay is over. */
  private next: number | undefined;

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

  /** Replayed time. */
  now(): bigint {
    if (this.next === undefined) {
      return this.real();
    }
    // A replay that runs late holds the clock: nothing may be noted before it happened.
    const recorded = Math.min(this.begin + this.elapsedMs() * this.speed, this.next);
    // In microseconds, which a number still holds exactly.
    return BigInt(Math.round(recorded * 1e3)) * 1_000n + BigInt(this.shiftSeconds) * 1_000_000_000n;
  }

  /** Says which recorded moment (milliseconds since 1970) comes next; real milliseconds until it is due, negative when late. */
  until(moment: number): number {
    this.next = moment;
    return (moment - this.begin) / this.speed - this.elapsedMs();
  }

  /** From here on it is the real time. */
  finish(): void {
    this.next = undefined;
  }

  private elapsedMs(): number {
    return Number(this.real() - this.started) / 1e6;
  }
}
