import type { ClassicLevel } from 'classic-level';
import type { Stream } from './stream-index';
import { usageKey } from './keys';

/** Entries and bytes (lines and metadata as they were sent). */
export interface Usage {
  entries: number;
  bytes: number;
}

/** A time and what came at it. */
export interface Used {
  /** Nanoseconds since 1970. */
  time: bigint;
  bytes: number;
}

/** Nanoseconds. */
export const minute = 60_000_000_000n;

export function startOfMinute(time: bigint): bigint {
  return (time / minute) * minute;
}

/**
 * Counts each stream's entries and bytes minute by minute, beside the entries and in the same writes: so that the
 * volume of streams is known without reading them.
 */
export class UsageCounters {
  /** The minute that was written last, for each stream: where the next entries mostly fall. */
  private readonly latest = new Map<Stream, { minute: number } & Usage>();

  constructor(private readonly db: ClassicLevel<Buffer, Buffer>) {}

  /** The counters that change with these entries, as they are to be written. */
  async add(stream: Stream, used: readonly Used[]): Promise<Array<{ key: Buffer; value: Buffer }>> {
    const writes: Array<{ key: Buffer; value: Buffer }> = [];
    for (const [at, { entries, bytes }] of perMinute(used)) {
      const before = await this.current(stream, at);
      const after = { minute: at, entries: before.entries + entries, bytes: before.bytes + bytes };
      writes.push({ key: usageKey(stream.id, at), value: encode(after) });
      this.latest.set(stream, after);
    }
    return writes;
  }

  /**
   * What a stream holds in [from, until). Of the minutes at both ends, the part that lies inside counts, as if their
   * entries were spread evenly.
   */
  async between(stream: Stream, from: bigint, until: bigint): Promise<Usage> {
    const total = { entries: 0, bytes: 0 };
    if (until <= from) {
      return total;
    }
    const range = { gte: usageKey(stream.id, minuteOf(from)), lte: usageKey(stream.id, minuteOf(until - 1n)) };
    for await (const [key, value] of this.db.iterator({ keyEncoding: 'buffer', valueEncoding: 'buffer', ...range })) {
      const { entries, bytes } = decode(value);
      const share = overlap(BigInt(key.readUInt32BE(5)) * minute, from, until);
      total.entries += entries * share;
      total.bytes += bytes * share;
    }
    return total;
  }

  /** Deletes the counters of whole minutes before `time`. */
  async deleteBefore(stream: Stream, time: bigint): Promise<void> {
    await this.db.clear({
      keyEncoding: 'buffer',
      gte: usageKey(stream.id, 0),
      lt: usageKey(stream.id, minuteOf(time)),
    });
  }

  forget(stream: Stream): void {
    this.latest.delete(stream);
  }

  private async current(stream: Stream, at: number): Promise<Usage> {
    const latest = this.latest.get(stream);
    if (latest?.minute === at) {
      return latest;
    }
    const stored = await this.db.get(usageKey(stream.id, at));
    return stored ? decode(stored) : { entries: 0, bytes: 0 };
  }
}

function minuteOf(time: bigint): number {
  return Number(time / minute);
}

function perMinute(used: readonly Used[]): Map<number, Usage> {
  const minutes = new Map<number, Usage>();
  for (const { time, bytes } of used) {
    const at = minuteOf(time);
    const known = minutes.get(at);
    if (known) {
      known.entries++;
      known.bytes += bytes;
    } else {
      minutes.set(at, { entries: 1, bytes });
    }
  }
  return minutes;
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
