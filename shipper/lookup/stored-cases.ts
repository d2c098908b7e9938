import { type CaseCoverage, type CaseEntry, caseQuery, caseRecordSchema, CountedCases } from '../../model/case-records';
import { parseRecord, queryOf } from '../../model/evidence';
import type { LabelMatches } from '../../model/logql';
import { type WatchRecord, watchRecordSchema } from '../../model/records';
import { parseNs } from '../../model/time';
import { newestEntry, pages } from '../loki/pages';
import type { Entry } from '../loki/query-answer';
import type { QueryClient } from '../loki/query-client';

const HOUR_NS = 3_600_000_000_000n;
/** A watch that has not written for longer is none: what it covered is worked out anew. */
const WATCH_BACK_NS = 7n * 24n * HOUR_NS;
/** Clocks differ: what was written last may bear a time to come. */
const AHEAD_NS = HOUR_NS / 6n;

/** @throws LokiRefusal, LokiUnreachable, StrangeAnswer, the signal's reason */
export async function* caseRecordPages(
  loki: QueryClient,
  cluster: string | undefined,
  { from, to }: CaseCoverage,
  { metadata = {}, signal }: { metadata?: LabelMatches; signal?: AbortSignal } = {}
): AsyncGenerator<CaseEntry[], void, void> {
  const range = { query: caseQuery(cluster, metadata), from, to };
  for await (const entries of pages(loki, range, 'backward', { signal })) {
    signal?.throwIfAborted();
    yield entries.flatMap(caseEntryOf);
  }
}

/** An entry of the case records as one; what this program does not know is none. */
export function caseEntryOf({ line, ns }: Entry): CaseEntry | [] {
  const record = parseRecord(line, caseRecordSchema);
  return record === undefined ? [] : { record, ns };
}

/** The case records of a stretch of time, added up. @throws as `caseRecordPages` */
export async function storedCases(...asked: Parameters<typeof caseRecordPages>): Promise<CountedCases> {
  const stored = new CountedCases();
  for await (const page of caseRecordPages(...asked)) {
    page.forEach(({ record, ns }) => stored.add(record, ns));
  }
  return stored;
}

/**
 * The time whose cases stand in case records, as the newest watch of a cluster says; undefined where none wrote within
 * seven days, or it works none out.
 *
 * @param now nanoseconds since 1970
 * @throws LokiRefusal, LokiUnreachable, StrangeAnswer
 */
export async function caseCoverage(loki: QueryClient, cluster: string, now: bigint): Promise<CaseCoverage | undefined> {
  const query = queryOf({ kind: 'watches', cluster, metadata: {} });
  const entry = await newestEntry(loki, { query, from: now - WATCH_BACK_NS, to: now + AHEAD_NS });
  return coverageOf(entry && parseRecord(entry.line, watchRecordSchema));
}

function coverageOf(watch: WatchRecord | undefined): CaseCoverage | undefined {
  const [from, to] = [parseNs(watch?.cases?.from ?? ''), parseNs(watch?.cases?.to ?? '')];
  return from === undefined || to === undefined ? undefined : { from, to };
}
