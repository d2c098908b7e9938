/** A token bucket: so many bytes a second, and so many at once. */
export class RateLimit {
  private tokens: number;
  private filled: number | undefined;

  /** @param rate bytes a second; 0: no limit. */
  constructor(
    readonly rate: number,
    private readonly burst: number
  ) {
    this.tokens = burst;
  }

  /** Takes the bytes where there is room for all of them; `now` in milliseconds. */
  take(bytes: number, now: number): boolean {
    if (this.rate === 0) {
      return true;
    }
    const gained = ((now - (this.filled ?? now)) / 1000) * this.rate;
    this.tokens = Math.min(this.burst, this.tokens + gained);
    this.filled = now;
    if (bytes > this.tokens) {
      return false;
    }
    this.tokens -= bytes;
    return true;
  }
}
