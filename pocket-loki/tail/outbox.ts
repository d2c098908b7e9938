import type { LogRow } from '../logql/logs/log-query';

/** Most entries of one message, and most dropped entries that are reported. */
const messageSize = 100;
const maxWaiting = 10 * messageSize;
const maxReported = 1000;

interface Waiting {
  row: LogRow;
  /** Milliseconds. */
  since: number;
}

/** What a client that follows the log has yet to get. One that does not keep up misses entries, and is told which. */
export class Outbox {
  private waiting: Waiting[] = [];
  private dropped: LogRow[] = [];

  /** @param delay milliseconds that a row waits for older ones */
  constructor(private readonly delay: number) {}

  add(rows: readonly LogRow[], now: number): void {
    const room = Math.max(0, maxWaiting - this.waiting.length);
    this.waiting.push(...rows.slice(0, room).map((row) => ({ row, since: now })));
    this.drop(rows.slice(room));
  }

  /** Notes rows that the client will not get. */
  drop(rows: readonly LogRow[]): void {
    this.dropped.push(...rows.slice(0, maxReported - this.dropped.length));
  }

  /** The next message, oldest rows first; undefined where there is nothing to send yet. */
  take(now: number): { rows: LogRow[]; dropped: LogRow[] } | undefined {
    const due = this.waiting.filter(({ since }) => now - since >= this.delay);
    if (due.length === 0 && this.dropped.length === 0) {
      return undefined;
    }
    due.sort((a, b) => (a.row.time < b.row.time ? -1 : a.row.time > b.row.time ? 1 : 0));
    const taken = new Set(due.slice(0, messageSize));
    this.waiting = this.waiting.filter((item) => !taken.has(item));
    const { dropped } = this;
    this.dropped = [];
    return { rows: [...taken].map(({ row }) => row), dropped };
  }
}
