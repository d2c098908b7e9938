import { createHash } from 'node:crypto';
import { identity } from './pages';
import type { Entry } from './query-answer';

/** How far back to look anew, in nanoseconds, and how many entries to remember for it. */
export interface LookBack {
  near: bigint;
  far: bigint;
  maxKnown: number;
}

const SECOND_NS = 1_000_000_000n;
/**
 * Near: agents send in batches, so an entry may arrive after a newer one of another node. Far: a node that catches up
 * after an outage sends what is up to an hour behind the newest line of its stream (docs/reference/loki.md, Time of an
 * entry).
 */
const LOOK_BACK: LookBack = { near: 30n * SECOND_NS, far: 3600n * SECOND_NS, maxKnown: 100_000 };

/**
 * Where a reader stands that asks again and again for what is new. Each time a stretch of the past is asked for anew,
 * and what was there before is dropped. No more than so many entries are remembered; beyond that, the stretches shrink.
 */
export class Recent {
  /** Times of the known entries by their identity, hashed: lines can be long. */
  private readonly known = new Map<string, bigint>();
  private newest: bigint;
  private oldestKnown: bigint;

  constructor(
    from: bigint,
    private readonly lookBack: LookBack = LOOK_BACK
  ) {
    this.newest = from;
    this.oldestKnown = from;
  }

  /** From when on to ask each time, inclusive. */
  get from(): bigint {
    return this.back(this.lookBack.near);
  }

  /** From when on to ask now and then, and after an interruption, inclusive. */
  get farFrom(): bigint {
    return this.back(this.lookBack.far);
  }

  private back(ns: bigint): bigint {
    const anew = this.newest - ns;
    return anew > this.oldestKnown ? anew : this.oldestKnown;
  }

  /** The entries that were not there before. */
  fresh(entries: readonly Entry[]): Entry[] {
    const fresh = entries.filter((entry) => this.isNew(entry));
    this.forget();
    return fresh;
  }

  private isNew(entry: Entry): boolean {
    const key = createHash('sha1').update(identity(entry)).digest('base64');
    if (this.known.has(key)) {
      return false;
    }
    this.known.set(key, entry.ns);
    this.newest = entry.ns > this.newest ? entry.ns : this.newest;
    return true;
  }

  private forget(): void {
    if (this.known.size > this.lookBack.maxKnown) {
      // Half of them at once, by time: an entry of a time is known, or that time is not asked for any more.
      const times = [...this.known.values()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
      this.oldestKnown = times[Math.floor(times.length / 2)] ?? this.oldestKnown;
    } else {
      this.oldestKnown = this.farFrom;
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
