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
import { CaseReader, type ReadingProgress } from '../lookup/case-reader';
import type { CaseSelection, CaseWindow } from '../lookup/case-window';
import { pagesAhead } from '../loki/pages';
import { caseCoverage, caseEntryOf } from '../lookup/stored-cases';

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

/** Cases of a stretch of time, as Loki counts them. */
interface CountedSpan extends CaseCoverage {
  wanted: number;
  others: number;
}

const MS = 1_000_000n;
const HOUR = 3_600_000n * MS;
const DAY = 24n * HOUR;
/** Cases are counted in steps, the shortest first that makes few enough of the range. */
const STEPS = [6n * HOUR, DAY];
const MOST_STEPS = 60n;
/** Cases of a stretch that is read at once: with their metadata a megabyte or two. */
const CASES_AT_ONCE = 1500n;
/** Entries asked for at once: cases that were amended have several. */
const FIRST_PAGE = 2000;

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
    const counts = new Map<string, CountedSpan[]>();
    for (const { cluster, segments } of plans) {
      const recorded = segments.find(({ isRecorded }) => isRecorded);
      if (recorded !== undefined) {
        const counted = await this.count(cluster, selection, recorded, filter);
        counts.set(cluster, counted);
        for (const { wanted, others } of counted) {
          progress.total += wanted;
          this.others += others;
        }
      }
    }
    const listed = new Set<string>();
    const sources = plans.map((plan) =>
      this.listed(plan, selection, window, { filter, progress, listed, counted: counts.get(plan.cluster) ?? [] })
    );
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
    reading: { filter: CaseFilter; progress: ReadingProgress; listed: Set<string>; counted: readonly CountedSpan[] }
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
    { filter, progress, counted }: { filter: CaseFilter; progress: ReadingProgress; counted: readonly CountedSpan[] }
  ): AsyncGenerator<Listed[], void, void> {
    const standing = new CountedCases();
    let reached = to;
    const take = function* (older: bigint): Generator<Listed[]> {
      const some = standing.takeNewer(older).map(({ record, ns }) => ({ one: record, ns }));
      progress.read += some.length;
      yield some.sort(newestFirst);
    };
    try {
      const query = caseQuery(cluster, { ...metadataOf(selection), ...filter });
      const ranges = stretchesOf(counted).map((stretch) => ({ query, ...stretch }));
      const options = { firstPage: FIRST_PAGE, signal: this.signal };
      for await (const entries of pagesAhead(this.client, ranges, 'backward', options)) {
        this.signal?.throwIfAborted();
        entries.flatMap(caseEntryOf).forEach(({ record, ns }) => standing.add(record, ns));
        reached = entries.at(-1)?.ns ?? reached;
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

  /** How many cases a watch has written, stretch by stretch, oldest first: that is what Loki answers quickly. */
  private async count(
    cluster: string,
    selection: CaseSelection,
    { from, to }: CaseCoverage,
    { status, cause }: CaseFilter
  ): Promise<CountedSpan[]> {
    const query = caseQuery(cluster, metadataOf(selection));
    const countQuery = (length: bigint) => caseCountQuery(query, ['status', 'cause'], `${length / MS}ms`);
    const step = STEPS.find((length) => to - from <= MOST_STEPS * length) ?? DAY;
    // To whole steps Loki may move the times of a metric query: what is before and behind them is counted by itself.
    const [first, last] = [((from + step - 1n) / step) * step, (to / step) * step];
    const [inner, edges] =
      first < last
        ? [
            { from: first, to: last },
            [
              { from, to: first },
              { from: last, to },
            ],
          ]
        : [undefined, [{ from, to }]];
    const spans = new Map<bigint, CountedSpan>();
    const add = (span: CaseCoverage, labels: Readonly<Record<string, string>>, value: number) => {
      const known = spans.get(span.from) ?? { ...span, wanted: 0, others: 0 };
      const isWanted =
        (status === undefined || status.some((one) => one === labels.status)) &&
        (cause === undefined || cause.some((one) => one === labels.cause));
      known[isWanted ? 'wanted' : 'others'] += value;
      spans.set(span.from, known);
    };
    const countEdge = async (span: CaseCoverage) => {
      const samples = await this.client.instant(countQuery(span.to - span.from), span.to, this.signal);
      samples.forEach(({ labels, value }) => add(span, labels, value));
    };
    const countInner = async (span: CaseCoverage) => {
      const range = { query: countQuery(step), from: span.from + step, to: span.to };
      for (const { labels, points } of await this.client.series(range, step, this.signal)) {
        for (const [atMs, value] of points) {
          add({ from: BigInt(atMs) * MS - step, to: BigInt(atMs) * MS }, labels, value);
        }
      }
    };
    await Promise.all([
      ...edges.filter((span) => span.from < span.to).map(countEdge),
      ...(inner === undefined ? [] : [countInner(inner)]),
    ]);
    return [...spans.values()].sort((a, b) => (a.from < b.from ? -1 : 1));
  }
}

/** Stretches of about as many cases, newest first. */
const stretchesOf = (counted: readonly CountedSpan[]): CaseCoverage[] =>
  [...counted].reverse().flatMap(({ from, to, wanted }) => {
    const length = (to - from) / (BigInt(Math.max(0, Math.ceil(wanted))) / CASES_AT_ONCE + 1n) + 1n;
    const stretches: CaseCoverage[] = [];
    for (let end = to; end > from; end -= length) {
      stretches.push({ from: end - length > from ? end - length : from, to: end });
    }
    return stretches;
  });

/** The order of `casesOf`. */
const newestFirst = (a: Listed, b: Listed) => (a.ns !== b.ns ? (a.ns < b.ns ? 1 : -1) : a.one.id < b.one.id ? -1 : 1);

/** Case records have their names as structured metadata. */
const metadataOf = ({ namespace, pod, job, workload, node }: CaseSelection): LabelMatches => ({
  ...{ namespace, pod, job, workload, node },
});
