import { caseCountQuery, caseQuery, caseRecordSchema, type CaseSummary, CountedCases } from '../../model/case-records';
import type { Case } from '../../model/cases';
import { parseRecord, queryOf, type Span } from '../../model/evidence';
import type { LabelMatches } from '../../model/logql';
import { type WatchRecord, watchRecordSchema } from '../../model/records';
import { timedLinesOf } from './log-frames';
import type { LokiSource } from './loki-source';

/** How many cases of one status and cause there were in a stretch of time. */
export interface CaseTally {
  /** When it began; the stretch lies in one column of a chart. Milliseconds since 1970. */
  at: number;
  status: string;
  cause: string;
  count: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** A watch writes four records a minute: so many of the newest hold one of every cluster whose watch runs. */
const WATCH_RECORDS = 500;
/** Loki's parts send each other no more than 4 MB by default (`grpc_server_max_send_msg_size`); a case is a kilobyte. */
const CASES_PER_QUERY = 2000;
/** Clocks differ: what was written last may bear a time to come. */
const AHEAD_MS = 10 * MINUTE_MS;

/** Which part of a range stands in case records, and why not all that could. */
export interface RecordedPart {
  /** Whole minutes; undefined where the range has none. */
  span: Span | undefined;
  /** Clusters without case records of the beginning of the range. */
  without: readonly string[];
}

/**
 * Looks up how far the watches of all clusters have come. With one cluster whose watch does not cover the beginning of a
 * range, all of it is worked out: a page shows what it shows from one source, but for the newest minutes.
 *
 * @param clusters only of these; empty for all that write records
 * @throws LokiFailure, AbortError
 */
export async function recordedPart(
  loki: LokiSource,
  range: Span,
  clusters: readonly string[],
  signal: AbortSignal
): Promise<RecordedPart> {
  const now = Date.now();
  const watches = new Map<string, WatchRecord>();
  const query = queryOf({ kind: 'watches', metadata: {} }, loki.recordSelector);
  for (const { line } of await loki.newest(query, { from: now - DAY_MS, to: now + AHEAD_MS }, WATCH_RECORDS, signal)) {
    const watch = parseRecord(line, watchRecordSchema);
    if (watch !== undefined) {
      watches.set(watch.cluster, watch);
    }
  }
  const names = clusters.length > 0 ? clusters : await loki.labelValues('cluster', { ...range, to: now }, signal);
  const from = Math.floor(range.from / MINUTE_MS) * MINUTE_MS;
  const without: string[] = [];
  let to = range.to;
  for (const name of names ?? []) {
    const cases = watches.get(name)?.cases;
    if (cases == null || Date.parse(cases.from) > from) {
      without.push(name);
    } else {
      to = Math.min(to, Date.parse(cases.to));
    }
  }
  to = Math.floor(to / MINUTE_MS) * MINUTE_MS;
  // Without the names of clusters nobody knows whether one has no watch.
  const isCovered = names !== undefined && names.length > 0 && without.length === 0 && from < to;
  return { span: isCovered ? { from, to } : undefined, without };
}

/** What cases are selected by. */
export interface CaseQuery {
  cluster: readonly string[];
  metadata: LabelMatches;
  /** More of a LogQL pipeline. */
  pipeline: string;
}

const listOf = (values: readonly string[]) => (values.length === 0 ? undefined : values);

function queryIn(loki: LokiSource, { cluster, metadata, pipeline }: CaseQuery, more: LabelMatches = {}): string {
  return `${caseQuery(listOf(cluster), { ...metadata, ...more }, loki.recordSelector)}${pipeline}`;
}

/**
 * Counts the cases of a span in Loki, by status and cause, in columns of one length.
 *
 * @param span in whole minutes
 * @param step milliseconds: whole minutes
 * @throws LokiFailure, AbortError
 */
export async function countCases(
  loki: LokiSource,
  span: Span,
  step: number,
  query: CaseQuery,
  signal: AbortSignal
): Promise<CaseTally[]> {
  const columns = Math.max(step, MINUTE_MS);
  const first = Math.min(Math.ceil(span.from / columns) * columns, span.to);
  const last = Math.max(Math.floor(span.to / columns) * columns, first);
  // Loki may move the times of a metric query to whole steps: what is shorter than a column is counted by the minute.
  const parts = [
    { from: span.from, to: first, step: MINUTE_MS },
    { from: first, to: last, step: columns },
    { from: last, to: span.to, step: MINUTE_MS },
  ].filter(({ from, to }) => from < to);
  const counts = await Promise.all(
    parts.map(async (part) => {
      const expr = caseCountQuery(queryIn(loki, query), ['status', 'cause'], `${part.step}ms`);
      // Of a span that is empty Grafana asks nothing.
      const moments = { from: part.from + part.step, to: part.to + 1 };
      const numbers = await loki.counts(expr, moments, part.step, signal);
      // Loki may answer for one step more than it was asked for: that is the next part's.
      return numbers
        .filter(({ at }) => at <= part.to)
        .map(({ at, value, labels: { status = '', cause = '' } }) => ({
          ...{ at: at - part.step, status, cause, count: value },
        }));
    })
  );
  return counts.flat().filter(({ count }) => count !== 0);
}

/**
 * The newest cases of a span, at most so many.
 *
 * @returns `isAll`: there are no more
 * @throws LokiFailure, AbortError
 */
export async function readCases(
  loki: LokiSource,
  { from, to }: Span,
  query: CaseQuery & { status: readonly string[] },
  most: number,
  signal: AbortSignal
): Promise<{ cases: CaseSummary[]; isAll: boolean }> {
  const expr = queryIn(loki, query, { status: listOf(query.status) });
  const counted = new CountedCases();
  let seen = new Set<string>();
  let read = 0;
  for (let end = to; end > from;) {
    const frames = await loki.newestFrames(expr, { from, to: end }, CASES_PER_QUERY, signal);
    const lines = timedLinesOf(frames);
    // Grafana asks in milliseconds: the oldest one of a page comes again.
    const fresh = lines.filter(({ ns, line }) => !seen.has(`${ns} ${line}`));
    for (const { ns, line } of fresh) {
      const record = parseRecord(line, caseRecordSchema);
      if (record !== undefined) {
        counted.add(record, ns);
      }
    }
    read += fresh.length;
    if (lines.length < CASES_PER_QUERY) {
      return { cases: counted.cases(), isAll: true };
    }
    const oldest = Number(lines.reduce((least, { ns }) => (ns < least ? ns : least), lines[0]?.ns ?? 0n) / 1_000_000n);
    if (read >= most || oldest + 1 >= end) {
      // Of the oldest millisecond there may be more: what is taken back there is not known.
      const known = counted.timed().filter(({ ns }) => ns >= BigInt(oldest + 1) * 1_000_000n);
      return { cases: known.map(({ record }) => record), isAll: false };
    }
    seen = new Set(lines.map(({ ns, line }) => `${ns} ${line}`));
    end = oldest + 1;
  }
  return { cases: counted.cases(), isAll: true };
}

/** When a case happened: when its log went, or its container ended. Milliseconds since 1970; NaN where nobody knows. */
export const momentOf = ({ at, finished }: Pick<CaseSummary, 'at' | 'finished'>): number =>
  Date.parse(at ?? finished ?? '');

/** The cases that happened in a range, and those of which nobody knows when. */
export const casesWithin = (cases: readonly Case[], { from, to }: Span): Case[] =>
  cases.filter((one) => {
    const moment = momentOf(one);
    return Number.isNaN(moment) || (moment >= from && moment < to);
  });
