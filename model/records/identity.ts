/** What tells a record, or the thing that a record is about, from others of its kind. */
export interface Identified {
  cluster: string;
  /** Given once inside its cluster: other clusters may use it too. */
  id: string;
}

/**
 * The key of a record among all records of its kind, over all clusters; likewise of a container run (`containerRunId()`),
 * a case or a pod. Ids hold no space, so no two keys are alike by chance.
 */
export const recordKey = ({ cluster, id }: Identified): string => `${cluster} ${id}`;

/** A record as it came from Loki. */
export interface Stored<R> {
  record: R;
  /** The entry's timestamp, nanoseconds since 1970. */
  ns: bigint;
}

/**
 * Whether a record replaces another one with its key. The later one does. Of two with one timestamp it is the final one,
 * then the one that acknowledges more, then the one that says more: the answer does not depend on the order of reading.
 */
export function supersedes<R extends object>(a: Stored<R>, b: Stored<R>): boolean {
  if (a.ns !== b.ns) {
    return a.ns > b.ns;
  }
  const [final, otherFinal] = [isFinal(a.record), isFinal(b.record)];
  if (final !== otherFinal) {
    return final;
  }
  const [acked, otherAcked] = [bytesAckedOf(a.record), bytesAckedOf(b.record)];
  if (acked !== otherAcked) {
    return acked > otherAcked;
  }
  const [text, otherText] = [JSON.stringify(a.record), JSON.stringify(b.record)];
  return text.length === otherText.length ? text > otherText : text.length > otherText.length;
}

const isFinal = (record: object) => 'final' in record && record.final === true;
const bytesAckedOf = (record: object) => ('bytesAcked' in record ? Number(record.bytesAcked) : 0);

/** The records that count: of each key the one that replaces the others. */
export class LatestRecords<R extends Identified> {
  private readonly byKey = new Map<string, Stored<R> & { oldestNs: bigint }>();

  /** @returns whether it is news: the first of its key, or one that replaces another */
  add(record: R, ns: bigint): boolean {
    const key = recordKey(record);
    const known = this.byKey.get(key);
    const oldestNs = known !== undefined && known.oldestNs < ns ? known.oldestNs : ns;
    if (known !== undefined && !supersedes({ record, ns }, known)) {
      known.oldestNs = oldestNs;
      return false;
    }
    this.byKey.set(key, { record, ns, oldestNs });
    return true;
  }

  /** In the order in which their keys first came. */
  all(): R[] {
    return Array.from(this.byKey.values(), ({ record }) => record);
  }

  /** Drops those none of whose entries is older than this. What replaced an older entry stays: that one is gone. */
  dropFrom(ns: bigint): void {
    for (const [key, { oldestNs }] of this.byKey) {
      if (oldestNs >= ns) {
        this.byKey.delete(key);
      }
    }
  }

  has(key: Identified): boolean {
    return this.byKey.has(recordKey(key));
  }

  get size(): number {
    return this.byKey.size;
  }

  clear(): void {
    this.byKey.clear();
  }
}
