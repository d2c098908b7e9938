import type { ContainerLog } from '../container/container-log';

/** A line is not cut into parts of less than this for a request that is too large. */
const LEAST_LINE_BYTES = 128;
/** What was larger than the burst of a rate limit is tried again after so long. */
const BURST_MS = 600_000;

/** Streams of different tenants are different ones, whatever their labels. */
export const streamKey = (labels: string, tenant: string | null): string =>
  tenant === null ? labels : `${labels} of tenant ${tenant}`;

/** One stream of Loki: the containers that have lines for it, and at most one request under way. */
export class PushStream {
  /** Tells it from every other one. */
  readonly key: string;
  readonly containers = new Set<ContainerLog>();
  /** Wakes the stream when its lines have waited for a fuller batch, or after a failure, long enough. */
  timer: NodeJS.Timeout | null = null;
  /** A request is under way. */
  busy = false;
  queued = false;
  /** Its next request does not wait until others have had their turn. */
  isUrgent = false;
  maxPayload: number;
  maxEntries = Infinity;
  /** Longer lines are cut: Loki's limit, or less where a proxy takes no request with a line of that length. */
  maxLineBytes: number;
  /** Failures since the last success. */
  failures = 0;
  /** Not to be tried before, milliseconds of the monotonic clock. */
  notBefore = 0;
  /** Since when its entries are too new for Loki, milliseconds of the monotonic clock. */
  tooNewSince: number | null = null;
  /** Larger requests than this were above the burst of a rate limit, until then by the monotonic clock. */
  private burst = { bytes: Infinity, untilMs: -Infinity };

  constructor(
    readonly labels: string,
    /** The tenant whose stream it is; null: that of the connection. */
    readonly tenant: string | null,
    /** A time in the late hour that the stream is for; null for the stream of fresh lines. */
    readonly hour: number | null,
    private readonly limits: { batchBytes: number; maxLineBytes: number }
  ) {
    this.key = streamKey(labels, tenant);
    this.maxPayload = limits.batchBytes;
    this.maxLineBytes = limits.maxLineBytes;
  }

  /** Whether a request is worth being sent without waiting for a fuller batch. */
  get hasEnough(): boolean {
    let unread = 0;
    for (const container of this.containers) {
      unread += container.unread;
      if (unread >= this.maxPayload / 4) {
        return true;
      }
    }
    return false;
  }

  /** Bytes that its containers have. */
  get unread(): number {
    let bytes = 0;
    for (const container of this.containers) {
      bytes += container.unread;
    }
    return bytes;
  }

  /** Nobody needs it any more: a stream of a late hour is soon past. */
  get idle(): boolean {
    return !this.busy && !this.queued && this.containers.size === 0 && this.hour !== null;
  }

  /** A request of so many bytes is above the burst of a rate limit: for some time none grows to that size again. */
  keepBelow(bytes: number, nowMs: number): void {
    this.burst = { bytes: Math.ceil(bytes * 0.75), untilMs: nowMs + BURST_MS };
  }

  succeeded(nowMs: number): void {
    this.failures = 0;
    this.tooNewSince = null;
    this.notBefore = 0;
    this.maxEntries *= 2;
    const most = nowMs < this.burst.untilMs ? this.burst.bytes : Infinity;
    this.maxPayload = Math.min(this.limits.batchBytes, this.maxPayload * 2, Math.max(most, this.maxPayload));
    this.maxLineBytes = Math.min(this.limits.maxLineBytes, this.maxLineBytes * 2);
  }

  /** Makes the next request smaller than this one, down to a part of a line. @returns false where it cannot be smaller */
  shrink({ payload, entries, lastLineBytes }: { payload: number; entries: number; lastLineBytes: number }): boolean {
    if (entries > 1) {
      this.maxPayload = Math.max(1024, Math.ceil(payload / 2));
      this.maxEntries = Math.ceil(entries / 2);
      return true;
    }
    if (lastLineBytes < 2 * LEAST_LINE_BYTES) {
      return false;
    }
    this.maxLineBytes = Math.ceil(lastLineBytes / 2);
    this.maxEntries = 1;
    return true;
  }

  stop(): void {
    clearTimeout(this.timer ?? undefined);
    this.timer = null;
  }
}
