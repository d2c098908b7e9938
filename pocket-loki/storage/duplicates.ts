import type { ClassicLevel } from 'classic-level';
import { entryKey, sequenceOf, timeOf } from './keys';
import { holdsEntries, type Stream } from './stream-index';

/** The entries of one stream at one nanosecond: how many sequence numbers are taken, and by which values. */
class Moment {
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

/**
 * The moments at which entries have to be compared. Only where a time comes that is not newer than all before can an
 * equal entry exist; everything else gets sequence 0 without a look.
 */
export async function momentsOf(
  db: ClassicLevel<Buffer, Buffer>,
  stream: Stream,
  entries: ReadonlyArray<{ time: bigint }>
): Promise<Map<bigint, Moment>> {
  const crowded: bigint[] = [];
  const stored = holdsEntries(stream) ? stream.newest : -1n;
  let newest = stored;
  let ordered = true;
  for (const { time } of entries) {
    if (time <= newest) {
      crowded.push(time);
      ordered &&= time === newest;
    } else {
      newest = time;
    }
  }
  if (!ordered) {
    return loadMoments(
      db,
      stream.id,
      entries.map(({ time }) => time)
    );
  }
  const moments = await loadMoments(
    db,
    stream.id,
    crowded.filter((time) => time <= stored)
  );
  for (const time of crowded.filter((moment) => moment > stored)) {
    moments.set(time, new Moment());
  }
  return moments;
}

const readAhead = 256;

/**
 * Reads what a stream holds at the given times. A batch that is sent again asks for neighbours, so the iterator goes
 * on reading where it stands and jumps only over gaps.
 */
async function loadMoments(
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
