import { casesOf, diskPressures } from '../../model/cases';
import { LatestRecords } from '../../model/records';
import type { LoadedRecords } from './loaded-records';
import { type Coverage, cover, uncover } from './coverage';
import { KIND_NAMES, type KindName } from './kinds';
import { NO_RECORDS, type RecordSet } from './record-set';
import type { Span } from './loki-source';

/** What stretches of a kind were read: all of its records there, or only those that are not `final`. */
export type Scope = 'all' | 'open';

type Lists = { [K in KindName]: LatestRecords<RecordSet[K][number]> };

/** Records with the cases and the stretches of disk pressure that they tell of. */
export type Explained = Pick<LoadedRecords, 'records' | 'cases' | 'pressures'>;

export const NOTHING_EXPLAINED: Explained = { records: NO_RECORDS, cases: [], pressures: [] };

/** Records that arrive later than this after the time they tell are rare. */
const SETTLED_MS = 3_600_000;
/** Within this what is new is not asked for again. */
const FRESH_MS = 10_000;

/** All records that were read from one Loki, each id once, and what of time was read. */
export class RecordCache {
  /** Counts the changes of the records. */
  version = 0;
  /** Ids that were asked for one by one: they need not be asked for again. */
  readonly asked = new Set<string>();
  private readonly lists: Lists = {
    nodes: new LatestRecords(),
    gcs: new LatestRecords(),
    events: new LatestRecords(),
    containers: new LatestRecords(),
    jobs: new LatestRecords(),
    pods: new LatestRecords(),
    thresholds: new LatestRecords(),
    disks: new LatestRecords(),
    watches: new LatestRecords(),
  };
  private readonly coverages = new Map<string, Coverage>();
  private snapshot = { version: 0, ...NOTHING_EXPLAINED };
  private settledAt = 0;

  get size(): number {
    return KIND_NAMES.reduce((sum, kind) => sum + this.lists[kind].size, 0);
  }

  add<K extends KindName>(kind: K, record: RecordSet[K][number], ns: bigint): void {
    if (this.lists[kind].add(record, ns)) {
      this.version++;
    }
  }

  /** The records and what follows from them: the same ones until something changes. */
  explained(): Explained {
    if (this.snapshot.version !== this.version) {
      const records = this.records();
      const cases = casesOf({ ...records, now: new Date().toISOString() });
      const pressures = diskPressures(records.nodes, records.events, records.gcs);
      this.snapshot = { version: this.version, records, cases, pressures };
    }
    return this.snapshot;
  }

  records(): RecordSet {
    const of = <K extends KindName>(kind: K) => this.lists[kind].all();
    return {
      ...{ nodes: of('nodes'), gcs: of('gcs'), events: of('events'), containers: of('containers'), jobs: of('jobs') },
      ...{ pods: of('pods'), thresholds: of('thresholds'), disks: of('disks'), watches: of('watches') },
    };
  }

  clear(): void {
    KIND_NAMES.forEach((kind) => this.lists[kind].clear());
    this.coverages.clear();
    this.asked.clear();
    this.version++;
  }

  coverage(kind: KindName, scope: Scope): Coverage {
    return this.coverages.get(`${kind} ${scope}`) ?? [];
  }

  cover(kind: KindName, scope: Scope, span: Span): void {
    this.coverages.set(`${kind} ${scope}`, cover(this.coverage(kind, scope), span));
  }

  /** Forgets that the last hour before it was last called was read: more may have arrived. @param now milliseconds */
  forgetUnsettled(now: number): void {
    if (now - this.settledAt > FRESH_MS) {
      this.forget({ from: this.settledAt - SETTLED_MS, to: Infinity });
      this.settledAt = now;
    }
  }

  /** What was read in a span is read again the next time. The records stay until then. */
  forget(span: Span): void {
    for (const [key, coverage] of this.coverages) {
      this.coverages.set(key, uncover(coverage, span));
    }
    this.asked.clear();
  }
}
