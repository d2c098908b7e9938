import { recordKey } from '../records';
import type { CaseContent, CaseRecord } from './case-record';

/** A case record as it stands in Loki. */
interface Counted {
  record: CaseRecord;
  /** Time of its entries, nanoseconds since 1970. */
  ns: bigint;
  /** How often it counts: 1, or 0 where it was taken back. */
  count: number;
}

/** An entry to write. */
export interface CaseEntry {
  record: CaseRecord;
  ns: bigint;
}

const keyOf = (record: CaseContent, ns: bigint) => `${recordKey(record)} ${record.variant} ${ns}`;

/** The entries of case records of a stretch of time, added up: which cases count. */
export class CountedCases {
  private readonly byKey = new Map<string, Counted>();
  private readonly revisions = new Map<string, number>();

  /** Adds an entry, as metric queries do: each entry of Loki is to be given once. @param ns its time, nanoseconds since 1970 */
  add(record: CaseRecord, ns: bigint): void {
    const key = keyOf(record, ns);
    const id = recordKey(record);
    this.revisions.set(id, Math.max(this.revisions.get(id) ?? 0, record.revision));
    const counted = this.byKey.get(key);
    if (counted === undefined) {
      this.byKey.set(key, { record, ns, count: record.delta });
    } else {
      counted.count += record.delta;
    }
  }

  /** The cases that count, in the order in which they first came. */
  cases(): CaseRecord[] {
    return [...this.byKey.values()].flatMap(({ record, count }) => (count > 0 ? record : []));
  }

  /** Those that are newer than a moment, which are let go with what is known of them. @param ns nanoseconds since 1970 */
  takeNewer(ns: bigint): CaseEntry[] {
    const newer: CaseEntry[] = [];
    for (const [key, counted] of this.byKey) {
      if (counted.ns > ns) {
        this.byKey.delete(key);
        if (counted.count > 0) {
          newer.push(counted);
        }
      }
    }
    return newer;
  }

  /** The same with the times of their entries. */
  timed(): CaseEntry[] {
    return [...this.byKey.values()].filter(({ count }) => count > 0);
  }

  /**
   * What is to be written so that of this stretch of time just these cases count, each once. It does not matter who wrote
   * what is there: two leaders at a time make it right together.
   */
  changesTo(wanted: ReadonlyArray<{ content: CaseContent; ns: bigint }>): CaseEntry[] {
    const entries: CaseEntry[] = [];
    const write = (content: CaseContent, ns: bigint, delta: 1 | -1) => {
      const revision = (this.revisions.get(recordKey(content)) ?? 0) + 1;
      this.revisions.set(recordKey(content), revision);
      entries.push({ record: { ...content, revision, delta }, ns });
    };
    const keys = new Set(wanted.map(({ content, ns }) => keyOf(content, ns)));
    for (const [key, { record, ns, count }] of this.byKey) {
      const right = keys.has(key) ? 1 : 0;
      for (let more = count; more !== right; more += more < right ? 1 : -1) {
        write(record, ns, more < right ? 1 : -1);
      }
    }
    for (const { content, ns } of wanted) {
      if (!this.byKey.has(keyOf(content, ns)) && keys.delete(keyOf(content, ns))) {
        write(content, ns, 1);
      }
    }
    return entries;
  }
}
