import { RUNS_MS } from './tailed-file';

/** Lines that wait for so long are a backlog. */
export const BACKLOG_MS = 5_000;
/** A container that writes now and then has a container record so often at least. */
const MAX_REPORT_PAUSE_MS = 600_000;

/**
 * When a container record has to say how far Loki has a log that goes on: when it has all of it and the container has been
 * silent, each time twice as long after the last one, and once when lines begin to wait. Milliseconds of the monotonic clock.
 */
export class ReportPace {
  private reportedAt = -Infinity;
  private reports = 0;
  /** The last one said that lines wait. */
  private isOfBacklog = false;
  /** Since when there are always bytes that wait for Loki; null where none wait. */
  private waitingSince: number | null = null;

  isDue(nowMs: number, unacked: number, grewAt: number): boolean {
    if (unacked > 0) {
      this.waitingSince ??= nowMs;
      return !this.isOfBacklog && nowMs - this.waitingSince > BACKLOG_MS;
    }
    this.waitingSince = null;
    const pause = Math.min(MAX_REPORT_PAUSE_MS, RUNS_MS * 2 ** this.reports);
    return nowMs - grewAt > RUNS_MS && (this.isOfBacklog || nowMs - this.reportedAt > pause);
  }

  reported(nowMs: number, unacked: number): void {
    this.reportedAt = nowMs;
    this.reports++;
    this.isOfBacklog = unacked > 0;
  }
}
