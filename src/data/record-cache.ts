import { type Case, casesInSteps, casesOf, type DiskPressure, diskPressures } from '../../model/cases';
import { NO_RECORDS, ReadBefore, RecordBase, type RecordSet } from '../../model/evidence';
import { type DiskRecord, PERIOD_MS, recordKey, type RollupRecord } from '../../model/records';
import { inSteps } from './in-steps';
import { samplesOfHours } from './rollup-reader';

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
  /** By `recordKey()`: drawn where no disk samples were read. */
  private readonly hours = new Map<string, RollupRecord>();
  private hoursVersion = 0;
  private snapshot = { version: 0, ...NOTHING_EXPLAINED };
  private settledAt = 0;

  /** The records and what follows from them: the same ones until something changes. */
  explained(): Explained {
    if (this.snapshot.version !== this.version) {
      this.take(this.version, casesOf(this.caseInput()));
    }
    return this.snapshot;
  }

  /** The same, without holding up the page. @throws the signal's reason */
  async explain(signal: AbortSignal): Promise<Explained> {
    const { version } = this;
    if (this.snapshot.version !== version) {
      this.take(version, await inSteps(casesInSteps(this.caseInput()), signal));
    }
    return this.snapshot;
  }

  /** All records, with the cases that were worked out before: what explains the others is still being read. */
  unexplained(): Explained {
    return { ...this.snapshot, records: this.drawn(this.base.records()) };
  }

  addHours(hours: readonly RollupRecord[]): void {
    hours.forEach((hour) => this.hours.set(recordKey(hour), hour));
    this.hoursVersion++;
  }

  private get version(): number {
    return this.base.version + this.hoursVersion;
  }

  private caseInput() {
    return { ...this.base.records(), now: new Date().toISOString() };
  }

  private take(version: number, cases: Case[]): void {
    const records = this.base.records();
    const pressures = diskPressures(records.nodes, records.events, records.gcs);
    this.snapshot = { version, records: this.drawn(records), cases, pressures };
  }

  /** The disk samples, and for the hours of which none was read what their rollups report. */
  private drawn(records: RecordSet): RecordSet {
    if (this.hours.size === 0) {
      return records;
    }
    const measured = new Set(records.disks.map((disk) => hourKey(disk, Date.parse(disk.time))));
    const others = [...this.hours.values()].filter((hour) => !measured.has(hourKey(hour, Date.parse(hour.from))));
    return { ...records, disks: [...records.disks, ...samplesOfHours(others)] };
  }

  clear(): void {
    this.base.clear();
    this.hours.clear();
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

const hourKey = ({ cluster, node }: Pick<DiskRecord, 'cluster' | 'node'>, atMs: number): string =>
  `${cluster} ${node} ${Math.floor(atMs / PERIOD_MS.hour)}`;
