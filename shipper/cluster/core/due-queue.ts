/** What is asked for: what is due at a time in seconds since 1970, or all that waits (`early`). */
export interface Take {
  now: number;
  limit: number;
  early: boolean;
}

/**
 * What has something to say, and from when on it may say it: many changes in a short time become one record.
 * Times are seconds since 1970.
 */
export class DueQueue {
  private readonly pending = new Map<string, { due: number; since: number }>();

  /**
   * Asks for a record at `due`, in place of what was asked before.
   * @param since set where a restart must not forget this: a successor has to begin before that time
   */
  put(id: string, due: number, since = Infinity): void {
    this.pending.set(id, { due, since: Math.min(since, this.pending.get(id)?.since ?? Infinity) });
  }

  drop(id: string): void {
    this.pending.delete(id);
  }

  has(id: string): boolean {
    return this.pending.has(id);
  }

  /** Those whose time has come, at most so many; they leave the queue. */
  take({ now, limit, early }: Take): string[] {
    const due: string[] = [];
    for (const [id, one] of this.pending) {
      if (due.length >= limit) {
        break;
      }
      if (early || one.due <= now) {
        due.push(id);
      }
    }
    due.forEach((id) => this.pending.delete(id));
    return due;
  }

  /** The earliest `since` of what waits; Infinity where nothing has one. */
  oldest(): number {
    let oldest = Infinity;
    for (const { since } of this.pending.values()) {
      oldest = Math.min(oldest, since);
    }
    return oldest;
  }

  get size(): number {
    return this.pending.size;
  }
}
