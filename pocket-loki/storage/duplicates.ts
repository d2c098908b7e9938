import type { ClassicLevel } from 'classic-level';
import { entryKey, sequenceOf, timeOf } from './keys';

/** The entries of one stream at one nanosecond: how many sequence numbers are taken, and by which values. */
export class Moment {
  private readonly values = new Set<string>();
  private nextSequence = 0;

  /** Takes the next sequence number for the value; undefined where an equal entry is already there. */
  take(value: Buffer): number | undefined {
    const content = value.toString('latin1');
    if (this.values.has(content)) {
      return undefined;
    }
    this.values.add(content);
    return this.nextSequence++;
  }

  /** Notes an entry of the database. */
  note(sequence: number, value: Buffer): void {
    this.values.add(value.toString('latin1'));
    this.nextSequence = Math.max(this.nextSequence, sequence + 1);
  }
}

const readAhead = 256;

/**
 * Reads what a stream holds at the given times. A batch that is sent again asks for neighbours, so the iterator goes
 * on reading where it stands and jumps only over gaps.
 */
export async function loadMoments(
  db: ClassicLevel<Buffer, Buffer>,
  streamId: number,
  times: readonly bigint[]
): Promise<Map<bigint, Moment>> {
  const sorted = [...new Set(times)].sort((a, b) => (a < b ? -1 : 1));
  const moments = new Map(sorted.map((time) => [time, new Moment()]));
  const first = sorted[0];
  const last = sorted.at(-1);
  if (first === undefined || last === undefined) {
    return moments;
  }
  const range = { gte: entryKey(streamId, first, 0), lte: entryKey(streamId, last, 0xffffffff) };
  const iterator = db.iterator({ ...range, keyEncoding: 'buffer', valueEncoding: 'buffer' });
  try {
    let wanted = 0;
    for (;;) {
      const entries = await iterator.nextv(readAhead);
      const end = entries.at(-1);
      if (end === undefined) {
        return moments;
      }
      for (const [key, value] of entries) {
        moments.get(timeOf(key))?.note(sequenceOf(key), value);
      }
      const reached = timeOf(end[0]);
      while (wanted < sorted.length && (sorted[wanted] ?? last) <= reached) {
        wanted++;
      }
      const next = sorted[wanted];
      // The chunk may have ended inside a moment: then the next chunk goes on with it.
      if (next !== undefined && !moments.has(reached)) {
        iterator.seek(entryKey(streamId, next, 0));
      }
    }
  } finally {
    await iterator.close();
  }
}
