import * as z from 'zod';
import type { Case } from '../cases';
import { type Cause, isCauseId } from '../causes';
import type { LokiCode, StatementCode, UnseenCode } from '../codes';
import { fnv1a } from '../hash';
import { ENGLISH } from '../messages';
import { logStatusSchema, RECORD_VERSION, time } from '../records';
import { parseNs } from '../time';

/** A code with a sentence in the catalogues of this version. */
const isCode = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  'code' in value &&
  typeof value.code === 'string' &&
  value.code in ENGLISH.catalogue.codes;
const causeSchema = z.custom<Cause>((value) => value === 'unknown' || (typeof value === 'string' && isCauseId(value)));
const name = z.string().nullable().default(null);

/** A case without what it rests on: all that tables, counts and charts show. */
export const caseSummarySchema = z.object({
  /** Of the container record; `containerRunId()` where there is none. */
  id: z.string(),
  cluster: z.string(),
  node: name,
  namespace: z.string(),
  pod: z.string(),
  podUid: z.string(),
  container: z.string(),
  restart: z.number(),
  containerId: name,
  workload: z.string(),
  job: name,
  cronJob: name,
  status: logStatusSchema,
  seen: z.boolean().default(false),
  unseen: z.custom<UnseenCode>(isCode).nullable().default(null),
  cause: causeSchema,
  also: z.array(causeSchema).default([]),
  confidence: z.enum(['confirmed', 'strong', 'likely', 'unknown']),
  finished: time.nullable().default(null),
  at: time.nullable().default(null),
  statement: z.custom<StatementCode>(isCode),
  loki: z.custom<LokiCode>(isCode),
  /** What of the log Loki lacks; null where nobody can know. */
  missingBytes: z.number().nullable().default(null),
  missingLines: z.number().nullable().default(null),
});
export type CaseSummary = z.infer<typeof caseSummarySchema>;

/**
 * A case as the leader of `afterlog watch` worked it out. Unlike other records it is not replaced by a later one: metric
 * queries add entries up and know no replacement. What is amended is written twice, once more with `delta` -1 at the old
 * time, and as it is now with 1. So the sum of `delta` is the number of cases, whatever of them a query selects.
 */
export const caseRecordSchema = caseSummarySchema.extend({
  v: z.literal(RECORD_VERSION),
  kind: z.literal('case'),
  /** The time of it may still move, as with a log that goes on being rotated. */
  open: z.boolean().default(false),
  /** What it says, as a hash: entries of one id and variant belong together. */
  variant: z.string(),
  /** Tells entries of one id apart. */
  revision: z.number(),
  delta: z.union([z.literal(1), z.literal(-1)]),
});
export type CaseRecord = z.infer<typeof caseRecordSchema>;

/** What a case record says, without when and how often. */
export type CaseContent = Omit<CaseRecord, 'revision' | 'delta'>;

/** A case without what it rests on. */
export function summaryOf(one: Case): CaseSummary {
  const { id, cluster, node, namespace, pod, podUid, container, restart, containerId, workload, job, cronJob } = one;
  const { status, seen, unseen, cause, also, confidence, finished, at, statement, loki } = one;
  return {
    ...{ id, cluster, node, namespace, pod, podUid, container, restart, containerId, workload, job, cronJob },
    ...{ status, seen, unseen, cause, also, confidence, finished, at, statement, loki },
    ...missingOf(one),
  };
}

function missingOf({ seen, gaps, loki, status }: Case): Pick<CaseSummary, 'missingBytes' | 'missingLines'> {
  if (loki.code === 'loki-partial-end') {
    return { missingBytes: loki.bytes, missingLines: null };
  }
  if (!seen || (gaps.length === 0 && status !== 'complete' && status !== 'rescued')) {
    return { missingBytes: null, missingLines: null };
  }
  const sum = (what: 'bytes' | 'lines') =>
    gaps.reduce<number | null>((all, gap) => (all === null || gap[what] === null ? null : all + gap[what]), 0);
  return { missingBytes: sum('bytes'), missingLines: sum('lines') };
}

/** The content of a case's record. */
export function contentOf(one: Case): CaseContent {
  const summary = summaryOf(one);
  return {
    ...{ v: RECORD_VERSION, kind: 'case', ...summary },
    open: one.at === null || (one.rotatedAway !== null && one.at.slice(0, 23) === one.rotatedAway.to?.slice(0, 23)),
    variant: fnv1a(JSON.stringify(summary, withoutAsOf)).toString(16).padStart(8, '0'),
  };
}

/** Until when something was observed moves on with every look, and changes nothing. */
const withoutAsOf = (key: string, value: unknown) => (key === 'asOf' ? undefined : value);

/** When a case happened: when its log was removed, or its container ended. Nanoseconds since 1970. */
export const caseMoment = ({ at, finished }: Pick<CaseSummary, 'at' | 'finished'>): bigint | undefined =>
  parseNs(at ?? finished ?? '');

/**
 * What of a record also stands in the entry's structured metadata, so that LogQL counts without parsing. Empty values
 * are left out.
 */
export function caseMetadata(record: CaseRecord): Record<string, string> {
  // What is nothing, and what nobody knows, adds nothing up.
  const number = (value: number | null) => (value === null || value === 0 ? '' : `${value}`);
  return {
    v: `${record.v}`,
    status: record.status,
    cause: record.cause,
    also: record.also.join(','),
    confidence: record.confidence,
    node: record.node ?? '',
    namespace: record.namespace,
    workload: record.workload,
    job: record.job ?? '',
    cronjob: record.cronJob ?? '',
    pod: record.pod,
    container: record.container,
    restart: `${record.restart}`,
    missing_bytes: number(record.missingBytes),
    missing_lines: number(record.missingLines),
    removed: record.at ?? '',
    seen: record.seen ? '' : 'false',
    open: record.open ? 'true' : '',
    delta: `${record.delta}`,
  };
}

/** A record as its line: what is null, false or an empty list is left out, as the schema allows. Codes stay whole. */
export function caseLine(record: CaseRecord): string {
  const said = Object.entries(record).filter(
    ([, value]) => value !== null && value !== false && !(Array.isArray(value) && value.length === 0)
  );
  return JSON.stringify(Object.fromEntries(said));
}
