import { blocksOf, encodeBlock } from './block';
import type { Entry } from './entry';

/** The entries of a stream that are not in blocks yet, by time; those of one nanosecond in the order they came. */
export class Head {
  private sorted: Entry[] = [];

  get entries(): readonly Entry[] {
    return this.sorted;
  }

  /** Sorts the entries in. The list that was there stays as it is where a query may still read it. */
  add(entries: readonly Entry[]): void {
    const fresh = [...entries].sort(byTime);
    const [first] = fresh;
    if (!first) {
      return;
    }
    const position = firstAfter(this.sorted, first.time);
    if (position === this.sorted.length) {
      fresh.forEach((entry) => this.sorted.push(entry));
      return;
    }
    const tail = this.sorted.slice(position);
    const merged = this.sorted.slice(0, position);
    let at = 0;
    for (const entry of fresh) {
      for (let old = tail[at]; old && old.time <= entry.time; old = tail[at]) {
        merged.push(old);
        at++;
      }
      merged.push(entry);
    }
    this.sorted = merged.concat(tail.slice(at));
  }

  deleteBefore(time: bigint): void {
    this.sorted = this.sorted.slice(firstAfter(this.sorted, time - 1n));
  }

  /** The entries of [from, until) in pieces of the size of a block. */
  pieces(from: bigint, until: bigint): Entry[][] {
    const part = this.sorted.slice(firstAfter(this.sorted, from - 1n), firstAfter(this.sorted, until - 1n));
    return [...blocksOf(part)];
  }

  at(time: bigint): Entry[] {
    return this.sorted.slice(firstAfter(this.sorted, time - 1n), firstAfter(this.sorted, time));
  }
}

/** A piece of a head in the form in which queries read. */
export function encodePiece(piece: readonly Entry[]): Buffer {
  return encodeBlock(piece, false);
}

function byTime(a: Entry, b: Entry): number {
  return a.time < b.time ? -1 : a.time > b.time ? 1 : 0;
}

function firstAfter(entries: readonly Entry[], time: bigint): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((entries[middle]?.time ?? 0n) <= time) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}
