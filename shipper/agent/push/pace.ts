/** Requests on average within the time that lines wait for a batch, where little is to be sent, and where much is. */
const AT_REST = 2;
const UNDER_LOAD = 10;
/** So many may go at once after a while without any. */
const BURST = 120;
/** Unread bytes from which on there is much to send. */
const LOAD_BYTES = 1024 * 1024;

/**
 * How many requests that are not full go out, however many streams there are. A request carries one stream, so a node with
 * hundreds of workloads would send hundreds of small requests a second: instead each stream waits longer, and has more in
 * its request, the more of them there are.
 */
export class Pace {
  private left = BURST;
  private atMs: number;

  /** @param batchWaitMs 0: as many as there are */
  constructor(
    private readonly batchWaitMs: number,
    nowMs: number
  ) {
    this.atMs = nowMs;
  }

  /**
   * @param unreadBytes of all streams that wait
   * @returns milliseconds until the next request may go; 0: it goes now, and counts
   */
  take(unreadBytes: number, nowMs: number): number {
    if (this.batchWaitMs === 0) {
      return 0;
    }
    const perMs = (AT_REST + (UNDER_LOAD - AT_REST) * Math.min(1, unreadBytes / LOAD_BYTES)) / this.batchWaitMs;
    this.left = Math.min(BURST, this.left + (nowMs - this.atMs) * perMs);
    this.atMs = nowMs;
    if (this.left < 1) {
      return Math.ceil((1 - this.left) / perMs);
    }
    this.left--;
    return 0;
  }

  /** What was taken came to nothing. */
  giveBack(): void {
    this.left++;
  }
}
