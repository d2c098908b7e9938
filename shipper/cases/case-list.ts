import {
  caseCountQuery,
  type CaseCoverage,
  caseMoment,
  caseQuery,
  type CaseSummary,
  CountedCases,
  type Segment,
  segmentsOf,
  summaryOf,
} from '../../model/case-records';
import { RECORD_SELECTOR } from '../../model/evidence';
import type { LabelMatches } from '../../model/logql';
import type { Cause } from '../../model/causes';
import { mergeByTime } from '../../model/lookup';
import { type LogStatus, recordKey } from '../../model/records';
import { parseNs } from '../../model/time';
import type { QueryClient } from '../loki/query-client';
import { CaseReader, type CaseSelection, type CaseWindow, type ReadingProgress } from '../lookup/case-reader';
import { caseCoverage, caseRecordPages } from './stored-cases';

/** Which cases of a selection. */
export interface CaseFilter {
  status?: readonly LogStatus[];
  cause?: readonly Cause[];
}

/** A cluster, and the parts of a time range with where its cases come from. */
interface ClusterPlan {
  cluster: string;
  segments: Segment[];
}

interface Listed {
  one: CaseSummary;
  ns: bigint;
}

const MS = 1_000_000n;
const DAY = 86_400_000n * MS;

/**
 * Lists cases without what they rest on: those that a watch has written, page by page, and worked out from container and
 * pod records what none has written, in the range's newest minutes and wherever no watch was.
 */
export class CaseList {
  /** Set once the signal ended a reading: what happened before this may be missing. Nanoseconds since 1970. */
  stoppedAt: bigint | undefined;
  /** Lines that were no record this program knows. */
  unreadable = 0;
  /** Clusters of which a part of the range was worked out because no watch had written its cases. */
  readonly worked = new Set<string>();
  /** Cases of the selection that the filter left out, as far as they were read or counted. */
  others = 0;

  constructor(
    private readonly client: QueryClient,
    private readonly signal?: AbortSignal,
    private readonly onProgress: (progress: ReadingProgress) => void = () => undefined
  ) {}

  /**
   * Newest first, some at a time; after the signal no more than was read.
   *
   * @throws LokiRefusal, LokiUnreachable, StrangeAnswer
   */
  async *slices(
    selection: CaseSelection,
    window: CaseWindow,
    filter: CaseFilter = {}
  ): AsyncGenerator<CaseSummary[], void, void> {
    const plans = await this.plansOf(selection, window);
    const progress = { read: 0, total: 0 };
    for (const { cluster, segments } of plans) {
      const recorded = segments.find(({ isRecorded }) => isRecorded);
      if (recorded !== undefined) {
        const counted = await this.count(cluster, selection, recorded, filter);
        progress.total += counted.wanted;
        this.others += counted.others;
      }
    }
    const listed = new Set<string>();
    const sources = plans.map((plan) => this.listed(plan, selection, window, { filter, progress, listed }));
    for await (const some of mergeByTime(sources, 'backward')) {
      yield some.map(({ one }) => one);
    }
  }

  private async plansOf({ cluster }: CaseSelection, window: CaseWindow): Promise<ClusterPlan[]> {
    const { from, to, now } = window;
    const range = { query: RECORD_SELECTOR, from, to: now > to ? now : to };
    const clusters = cluster === undefined ? await this.client.labelValues('cluster', range, this.signal) : [cluster];
    return Promise.all(
      clusters.map(async (name) => {
        const coverage = await caseCoverage(this.client, name, now);
        const segments = segmentsOf({ from, to }, coverage);
        if (segments.some((segment) => !segment.isRecorded && segment.from < (coverage?.from ?? now))) {
          this.worked.add(name);
        }
        return { cluster: name, segments };
      })
    );
  }

  private async *listed(
    { cluster, segments }: ClusterPlan,
    selection: CaseSelection,
    window: CaseWindow,
    reading: { filter: CaseFilter; progress: ReadingProgress; listed: Set<string> }
  ): AsyncGenerator<Listed[], void, void> {
    for (const segment of segments) {
      if (this.stoppedAt !== undefined) {
        return;
      }
      const parts = segment.isRecorded
        ? this.recorded(cluster, selection, segment, reading)
        : this.workedOut({ ...selection, cluster }, segment, window, segments, reading);
      for await (const part of parts) {
        // A log that is rotated again and again may stand in a record, and have been rotated once more since.
        yield part.filter(({ one }) => {
          const key = recordKey(one);
          return segments.length === 1 || (!reading.listed.has(key) && reading.listed.add(key) !== undefined);
        });
      }
    }
  }

  private async *recorded(
    cluster: string,
    selection: CaseSelection,
    { from, to }: Segment,
    { filter, progress }: { filter: CaseFilter; progress: ReadingProgress }
  ): AsyncGenerator<Listed[], void, void> {
    const counted = new CountedCases();
    let reached = to;
    const take = function* (older: bigint): Generator<Listed[]> {
      const some = counted.takeNewer(older).map(({ record, ns }) => ({ one: record, ns }));
      progress.read += some.length;
      yield some.sort(newestFirst);
    };
    try {
      const metadata = { ...metadataOf(selection), ...filter };
      for await (const page of caseRecordPages(this.client, cluster, { from, to }, { metadata, signal: this.signal })) {
        page.forEach(({ record, ns }) => counted.add(record, ns));
        reached = page.at(-1)?.ns ?? reached;
        // What stands at the time of the last entry may go on in the next page.
        yield* take(reached);
        this.onProgress({ ...progress });
      }
    } catch (error) {
      if (this.signal?.aborted !== true) {
        throw error;
      }
      this.stop(reached);
    }
    yield* take(from - 1n);
  }

  private async *workedOut(
    selection: CaseSelection,
    { from, to }: Segment,
    window: CaseWindow,
    segments: readonly Segment[],
    { filter }: { filter: CaseFilter }
  ): AsyncGenerator<Listed[], void, void> {
    const reader = new CaseReader(this.client, this.signal, this.onProgress);
    const isWhole = segments.length === 1;
    const recordsTo = isWhole || to === window.to ? window.recordsTo : to + (window.recordsTo - window.to);
    for await (const cases of reader.slices(selection, { ...window, from, to, recordsTo })) {
      const some = cases.flatMap((one): Listed[] => {
        const ns = caseMoment(one) ?? parseNs(one.asOf) ?? from;
        if (!isWhole && (ns < from || ns >= to)) {
          return [];
        }
        const isWanted =
          (filter.status === undefined || filter.status.includes(one.status)) &&
          (filter.cause === undefined || filter.cause.includes(one.cause));
        this.others += isWanted ? 0 : 1;
        return isWanted ? [{ one: summaryOf(one), ns }] : [];
      });
      this.unreadable += reader.unreadable;
      yield some;
    }
    if (reader.stoppedAt !== undefined) {
      this.stop(reader.stoppedAt);
    }
  }

  private stop(at: bigint): void {
    this.stoppedAt = this.stoppedAt === undefined || at > this.stoppedAt ? at : this.stoppedAt;
  }

  /** How many cases a watch has written, day by day: that is what Loki answers quickly. */
  private async count(
    cluster: string,
    selection: CaseSelection,
    { from, to }: CaseCoverage,
    { status, cause }: CaseFilter
  ): Promise<{ wanted: number; others: number }> {
    const counts = { wanted: 0, others: 0 };
    for (let end = to; end > from; end -= DAY) {
      const length = end - DAY > from ? DAY : end - from;
      const query = caseCountQuery(caseQuery(cluster, metadataOf(selection)), ['status', 'cause'], `${length / MS}ms`);
      // A range of LogQL begins after its first moment, and ends with its last.
      for (const { labels, value } of await this.client.instant(query, end - 1n, this.signal)) {
        const isWanted =
          (status === undefined || status.some((one) => one === labels.status)) &&
          (cause === undefined || cause.some((one) => one === labels.cause));
        counts[isWanted ? 'wanted' : 'others'] += value;
      }
    }
    return counts;
  }
}

/** The order of `casesOf`. */
const newestFirst = (a: Listed, b: Listed) => (a.ns !== b.ns ? (a.ns < b.ns ? 1 : -1) : a.one.id < b.one.id ? -1 : 1);

/** Case records have their names as structured metadata. */
const metadataOf = ({ namespace, pod, job, workload, node }: CaseSelection): LabelMatches => ({
  ...{ namespace, pod, job, workload, node },
});
