import { identity } from './pages';
import type { Entry } from './query-answer';

/**
 * Where a reader stands that asks again and again for what is new. Agents send in batches, so an entry may arrive
 * after a newer one of another node: each time the last half minute is asked for anew, and what was there before is
 * dropped. No more than so many entries are remembered; beyond that, the time that is asked for anew shrinks.
 */
export class Recent {
  private readonly known = new Map<string, bigint>();
  private newest: bigint;
  private oldestKnown: bigint;

  constructor(
    from: bigint,
    private readonly overlapNs = 30_000_000_000n,
    private readonly maxKnown = 100_000
  ) {
    this.newest = from;
    this.oldestKnown = from;
  }

  /** From when on to ask, inclusive. */
  get from(): bigint {
    const anew = this.newest - this.overlapNs;
    return anew > this.oldestKnown ? anew : this.oldestKnown;
  }

  /** The entries that were not there before. */
  fresh(entries: readonly Entry[]): Entry[] {
    const fresh = entries.filter((entry) => this.isNew(entry));
    this.forget();
    return fresh;
  }

  private isNew(entry: Entry): boolean {
    const key = identity(entry);
    if (this.known.has(key)) {
      return false;
    }
    this.known.set(key, entry.ns);
    this.newest = entry.ns > this.newest ? entry.ns : this.newest;
    return true;
  }

  private forget(): void {
    if (this.known.size > this.maxKnown) {
      // Half of them at once, by time: an entry of a time is known, or that time is not asked for any more.
      const times = [...this.known.values()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
      this.oldestKnown = times[Math.floor(times.length / 2)] ?? this.oldestKnown;
    } else {
      this.oldestKnown = this.from;
    }
    // They came about in the order of time; what is out of order goes a little later.
    for (const [key, ns] of this.known) {
      if (ns >= this.oldestKnown) {
        break;
      }
      this.known.delete(key);
    }
  }
}
