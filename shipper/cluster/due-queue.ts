/**
 * What has something to say, and from when on it may say it: many changes in a short time become one record.
 * Times are seconds since 1970.
 */
export class DueQueue {
  private readonly pending = new Map<string, { since: number; due: number }>();

  /** Asks for a record at `due`; the first asking is remembered, a later one moves the time. */
  put(id: string, now: number, due: number): void {
    const known = this.pending.get(id);
    this.pending.set(id, { since: known?.since ?? now, due });
  }

  drop(id: string): void {
    this.pending.delete(id);
  }

  has(id: string): boolean {
    return this.pending.has(id);
  }

  /** Those whose time has come; they leave the queue. */
  take(now: number): string[] {
    const due: string[] = [];
    for (const [id, one] of this.pending) {
      if (one.due <= now) {
        due.push(id);
      }
    }
    due.forEach((id) => this.pending.delete(id));
    return due;
  }

  /** Since when the longest waiting one has been waiting. */
  oldest(): number | null {
    let oldest: number | null = null;
    for (const { since } of this.pending.values()) {
      oldest = oldest === null ? since : Math.min(oldest, since);
    }
    return oldest;
  }

  get size(): number {
    return this.pending.size;
  }
}
