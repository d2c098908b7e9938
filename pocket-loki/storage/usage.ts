import type { ClassicLevel } from 'classic-level';
import type { Stream } from './stream-index';
import { usageKey } from './keys';

/** Entries and bytes (lines and metadata as they were sent). */
export interface Usage {
  entries: number;
  bytes: number;
}

/** Nanoseconds. */
export const minute = 60_000_000_000n;

export function startOfMinute(time: bigint): bigint {
  return (time / minute) * minute;
}

/**
 * Counts each stream's entries and bytes minute by minute, so that the volume of streams is known without reading them. What
 * is not in the database yet is counted in memory.
 */
export class UsageCounters {
  private active: Pending = new Map();
  /** What the write under way adds to the database. */
  private frozen: Pending = new Map();

  /** Counts an entry. */
  add(stream: Stream, time: bigint, bytes: number): void {
    const minutes = this.active.get(stream) ?? new Map<number, Usage>();
    this.active.set(stream, minutes);
    const at = minuteOf(time);
    const usage = minutes.get(at) ?? { entries: 0, bytes: 0 };
    minutes.set(at, usage);
    usage.entries++;
    usage.bytes += bytes;
  }

  /** What was counted so far is what the next write brings to the database. */
  freeze(): void {
    this.frozen = this.active;
    this.active = new Map();
  }

  /** The write has succeeded. */
  commit(): void {
    this.frozen = new Map();
  }

  /** The rows of the database with what was frozen. */
  async writes(db: ClassicLevel<Buffer, Buffer>): Promise<Array<{ key: Buffer; value: Buffer }>> {
    const writes: Array<{ key: Buffer; value: Buffer }> = [];
    for (const [stream, minutes] of this.frozen) {
      const keys = [...minutes.keys()].map((at) => usageKey(stream.id, at));
      const rows = await db.getMany(keys);
      [...minutes.values()].forEach(({ entries, bytes }, i) => {
        const row = rows[i];
        const known = row ? decode(row) : { entries: 0, bytes: 0 };
        const key = keys[i];
        if (key) {
          writes.push({ key, value: encode({ entries: known.entries + entries, bytes: known.bytes + bytes }) });
        }
      });
    }
    return writes;
  }

  /**
   * What a stream holds in [from, until). Of the minutes at both ends, the part that lies inside counts, as if their
   * entries were spread evenly.
   */
  async between(db: ClassicLevel<Buffer, Buffer>, stream: Stream, from: bigint, until: bigint): Promise<Usage> {
    const total = { entries: 0, bytes: 0 };
    if (until <= from) {
      return total;
    }
    const addShare = (at: number, { entries, bytes }: Usage) => {
      const share = overlap(BigInt(at) * minute, from, until);
      total.entries += entries * share;
      total.bytes += bytes * share;
    };
    const range = { gte: usageKey(stream.id, minuteOf(from)), lte: usageKey(stream.id, minuteOf(until - 1n)) };
    // The iterator sees the database as it is now, as the counters in memory are: nothing is missed or counted twice.
    const iterator = db.iterator({ keyEncoding: 'buffer', valueEncoding: 'buffer', ...range });
    for (const [at, usage] of [this.active, this.frozen].flatMap((part) => [...(part.get(stream) ?? [])])) {
      const start = BigInt(at) * minute;
      if (start < until && start + minute > from) {
        addShare(at, usage);
      }
    }
    for (const [key, value] of await iterator.all()) {
      addShare(key.readUInt32BE(5), decode(value));
    }
    return total;
  }

  /** Deletes the counters of whole minutes before `time`. */
  async deleteBefore(db: ClassicLevel<Buffer, Buffer>, stream: Stream, time: bigint): Promise<void> {
    for (const part of [this.active, this.frozen]) {
      const minutes = part.get(stream);
      [...(minutes?.keys() ?? [])].filter((at) => at < minuteOf(time)).forEach((at) => minutes?.delete(at));
    }
    await db.clear({ keyEncoding: 'buffer', gte: usageKey(stream.id, 0), lt: usageKey(stream.id, minuteOf(time)) });
  }

  forget(stream: Stream): void {
    this.active.delete(stream);
    this.frozen.delete(stream);
  }
}

type Pending = Map<Stream, Map<number, Usage>>;

function minuteOf(time: bigint): number {
  return Number(time / minute);
}

/** The part of the minute from `start` that lies in [from, until). */
function overlap(start: bigint, from: bigint, until: bigint): number {
  const begin = from > start ? from : start;
  const end = until < start + minute ? until : start + minute;
  return Number(end - begin) / Number(minute);
}

function encode({ entries, bytes }: Usage): Buffer {
  const value = Buffer.allocUnsafe(16);
  value.writeDoubleBE(entries, 0);
  value.writeDoubleBE(bytes, 8);
  return value;
}

function decode(value: Buffer): Usage {
  return { entries: value.readDoubleBE(0), bytes: value.readDoubleBE(8) };
}
