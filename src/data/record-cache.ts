import { type Case, casesOf, type DiskPressure, diskPressures } from '../../model/cases';
import { NO_RECORDS, ReadBefore, RecordBase, type RecordSet } from '../../model/evidence';

/** Records with the cases and the stretches of disk pressure that follow from them. */
export interface Explained {
  records: RecordSet;
  /** Newest first; `casesWithin` gives those of a range. */
  cases: readonly Case[];
  /** Oldest first. */
  pressures: readonly DiskPressure[];
}

export const NOTHING_EXPLAINED: Explained = { records: NO_RECORDS, cases: [], pressures: [] };

/** Records that arrive later than this after the time they tell are rare. */
const SETTLED_MS = 3_600_000;
/** Within this what is new is not asked for again. */
const FRESH_MS = 10_000;

/** All records that were read from one Loki, and what of time was read. */
export class RecordCache {
  readonly base = new RecordBase();
  readonly before = new ReadBefore();
  private snapshot = { version: 0, ...NOTHING_EXPLAINED };
  private settledAt = 0;

  /** The records and what follows from them: the same ones until something changes. */
  explained(): Explained {
    const { version } = this.base;
    if (this.snapshot.version !== version) {
      const records = this.base.records();
      const cases = casesOf({ ...records, now: new Date().toISOString() });
      const pressures = diskPressures(records.nodes, records.events, records.gcs);
      this.snapshot = { version, records, cases, pressures };
    }
    return this.snapshot;
  }

  clear(): void {
    this.base.clear();
    this.before.forget({ from: -Infinity, to: Infinity });
  }

  /** Forgets that the last hour before it was last called was read: more may have arrived. @param now milliseconds */
  forgetUnsettled(now: number): void {
    if (now - this.settledAt > FRESH_MS) {
      this.before.forget({ from: this.settledAt - SETTLED_MS, to: Infinity });
      this.settledAt = now;
    }
  }
}
