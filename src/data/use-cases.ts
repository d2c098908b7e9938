import { useCallback, useEffect, useMemo, useState } from 'react';
import { type CaseSummary, summaryOf } from '../../model/case-records';
import { errorText } from '../../model/error-text';
import type { Span } from '../../model/evidence';
import type { LabelMatches } from '../../model/logql';
import { recordKey } from '../../model/records';
import { useEqual } from '../shared/use-equal';
import { useLatest } from '../shared/use-latest';
import {
  type CaseQuery,
  casesWithin,
  type CaseTally,
  countCases,
  momentOf,
  readCases,
  recordedPart,
} from './case-records';
import type { LokiSource } from './loki-source';
import type { Explained } from './record-cache';
import { type Records, useRecords } from './use-records';

/** Which cases are wanted. */
export interface CaseWish {
  cluster: readonly string[];
  /** Structured metadata that they have. */
  metadata: LabelMatches;
  status: readonly string[];
  /** More of a LogQL pipeline, for what matches no single name. */
  pipeline: string;
  /** What LogQL cannot test, or chart: then the cases that were read are counted. */
  isTextual: boolean;
  matches: (one: CaseSummary) => boolean;
}

/** The cases of a range as a page sees them. */
export interface Cases {
  /** What is not in Loki first read; in no order. */
  cases: readonly CaseSummary[];
  /** How many there are of each status and cause, and when; whether read or counted only. */
  tallies: readonly CaseTally[];
  /** Cases that were counted, and not read. */
  unread: number;
  /** What was worked out from container and pod records: the newest minutes, or all. */
  records: Records;
  /** Cases of the range that the wish leaves out, as far as they were worked out. */
  others: number;
  /** Clusters without a watch that has written case records of the range. */
  without: readonly string[];
  /** A part of the range stands in case records. */
  isRecorded: boolean;
  isLoading: boolean;
  error: string | undefined;
  reload: () => void;
}

/** What is not in Loki is read before what is. */
const WORST = ['lost', 'partial', 'unknown', 'pending'];
const IN_LOKI = ['rescued', 'complete'];
/** A page holds no more cases than these of each of the two. */
const MOST = 10_000;

interface Recorded {
  /** What was asked. */
  question: object | undefined;
  /** The part of the range that stands in case records; null: none, undefined: not known yet. */
  span: Span | null | undefined;
  without: readonly string[];
  cases: readonly CaseSummary[];
  tallies: readonly CaseTally[];
  isAll: boolean;
  isDone: boolean;
  error: string | undefined;
}

const NOTHING: Omit<Recorded, 'question'> = {
  ...{ span: undefined, without: [], cases: [], tallies: [], isAll: false, isDone: false, error: undefined },
};

/**
 * The cases of a range: counted in Loki and read from case records where a watch has written them, and worked out where
 * none has, and in the newest minutes.
 *
 * @param step of the chart, milliseconds
 */
export function useCases(loki: LokiSource, range: Span, step: number, wish: CaseWish): Cases {
  const [round, setRound] = useState(0);
  const { from, to } = range;
  const { isTextual, matches } = wish;
  const { cluster, metadata, pipeline, status } = useEqual({
    ...{ cluster: wish.cluster, metadata: wish.metadata, pipeline: wish.pipeline, status: wish.status },
  });
  const question = useMemo(
    () => ({ loki, from, to, step, query: { cluster, metadata, pipeline }, status, round }),
    [loki, from, to, step, cluster, metadata, pipeline, status, round]
  );
  const [state, setState] = useState<Recorded>({ question: undefined, ...NOTHING });
  const recorded = useMemo(() => (state.question === question ? state : { question, ...NOTHING }), [state, question]);
  useEffect(() => ask(question, setState), [question]);
  const { span } = recorded;
  const split = span?.to ?? from;
  const live = useMemo(() => (span === undefined ? undefined : { from: split, to }), [span, split, to]);
  const records = useRecords(loki, live);
  const reload = useCallback(() => {
    setRound((before) => before + 1);
    records.reload();
  }, [records]);
  const found = useMemo((): Cases => {
    const worked = live === undefined ? [] : workedOut(records, live);
    const matching = worked.filter(matches);
    const keys = new Set(worked.map(recordKey));
    const read = recorded.cases.filter(matches);
    // What was worked out since replaces what stands in a record.
    const [replaced, standing] = [true, false].map((is) => read.filter((one) => keys.has(recordKey(one)) === is));
    const counted = isTextual
      ? (standing ?? []).map(tallyOf)
      : [...recorded.tallies, ...(replaced ?? []).map((one) => ({ ...tallyOf(one), count: -1 }))];
    const total = recorded.tallies.reduce((sum, { count }) => sum + count, 0);
    return {
      ...{ records, without: recorded.without, error: recorded.error, reload },
      cases: [...matching, ...(standing ?? [])],
      tallies: [...counted, ...matching.map(tallyOf)],
      unread: recorded.isAll ? 0 : Math.max(0, total - recorded.cases.length),
      others: worked.length - matching.length,
      isRecorded: span != null,
      isLoading: !recorded.isDone || records.status === 'loading',
    };
  }, [recorded, records, matches, isTextual, live, span, reload]);
  // A refresh asks the same of a range that has moved on: until that is answered the last answer stands, as in a panel.
  const last = useLatest(
    found.isLoading ? undefined : found,
    useEqual({ cluster, metadata, pipeline, status, isTextual, seconds: Math.round((to - from) / 1000) })
  );
  const { error } = found;
  return useMemo(
    () => (found.isLoading && last !== undefined ? { ...last, records, error, reload, isLoading: true } : found),
    [found, last, records, error, reload]
  );
}

interface Question {
  loki: LokiSource;
  from: number;
  to: number;
  step: number;
  query: CaseQuery;
  status: readonly string[];
}

/** Reads the recorded part of a range, and shows what came of it. @returns ends it */
function ask(question: Question, setState: (state: Recorded) => void): () => void {
  const { loki, from, to, step, query, status } = question;
  const left = new AbortController();
  const { signal } = left;
  let known: Recorded = { question, ...NOTHING };
  const show = (change: Partial<Recorded>) => {
    if (!signal.aborted) {
      known = { ...known, ...change };
      setState(known);
    }
  };
  const read = async (span: Span) => {
    const some = async (names: readonly string[]) => {
      const wanted = names.filter((name) => status.length === 0 || status.includes(name));
      return wanted.length === 0
        ? { cases: [], isAll: true }
        : readCases(loki, span, { ...query, status: wanted }, MOST, signal);
    };
    const ofStatus = status.length === 0 ? {} : { status };
    const all = { ...query, metadata: { ...query.metadata, ...ofStatus } };
    const [tallies, first] = await Promise.all([countCases(loki, span, step, all, signal), some(WORST)]);
    show({ tallies, cases: first.cases });
    const second = await some(IN_LOKI);
    show({ cases: [...first.cases, ...second.cases], isAll: first.isAll && second.isAll, isDone: true });
  };
  const run = async () => {
    // Where that cannot be looked up, all is worked out, and that reading says what is wrong.
    const none = { span: undefined, without: [] };
    const { span = null, without } = await recordedPart(loki, { from, to }, query.cluster, signal).catch(() => none);
    show({ span, without, isDone: span === null });
    if (span !== null) {
      await read(span).catch((reason) => show({ error: errorText(reason), isDone: true }));
    }
  };
  void run();
  return () => left.abort();
}

const workedOut = ({ cases }: Explained, range: Span): CaseSummary[] => casesWithin(cases, range).map(summaryOf);

const tallyOf = (one: CaseSummary): CaseTally => ({
  ...{ at: momentOf(one), status: one.status, cause: one.cause, count: 1 },
});
