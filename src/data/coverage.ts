import { caseCountQuery, caseQuery } from '../../model/case-records';
import type { Span } from '../../model/evidence';
import { runPlan } from '../../model/lookup';
import {
  type Coverage,
  coverageOf,
  coveragePlan,
  type ObserverSelection,
  rangeOf,
  type StatusTally,
} from '../../model/observers';
import { logStatusSchema } from '../../model/records';
import { askThrough } from './ask-loki';
import { type LokiSource, nsSpanOf } from './loki-source';
import { LokiFailure } from './query-frames';

/** What is observed of the nodes, as of the end of a time range. @throws LokiFailure, AbortError */
export async function readCoverage(
  loki: LokiSource,
  selection: ObserverSelection,
  span: Span,
  signal: AbortSignal
): Promise<Coverage> {
  const window = { ...nsSpanOf(span), now: BigInt(Date.now()) * 1_000_000n };
  const [records, tallies] = await Promise.all([
    runPlan(coveragePlan(selection, window, loki.recordSelector), askThrough(loki, signal)),
    countCases(loki, selection, span, signal),
  ]);
  return coverageOf({ ...records, tallies }, rangeOf(window));
}

/** Cases by node; by cluster where Loki refuses as many series as there are nodes. */
async function countCases(
  loki: LokiSource,
  { cluster, node }: ObserverSelection,
  { from, to }: Span,
  signal: AbortSignal
): Promise<StatusTally[]> {
  const query = caseQuery(cluster, { node }, loki.recordSelector);
  const window = `${Math.ceil(to - from)}ms`;
  const count = (by: readonly string[]) => loki.vector(caseCountQuery(query, by, window), to, signal);
  const counts = await count(['cluster', 'node', 'status']).catch((failure: unknown) => {
    signal.throwIfAborted();
    if (failure instanceof LokiFailure && /series/i.test(failure.message)) {
      return count(['cluster', 'status']);
    }
    throw failure;
  });
  return counts
    .filter(({ value }) => value !== 0)
    .map(({ labels, value }) => ({
      ...{ cluster: labels.cluster ?? '', node: labels.node ?? '', count: value },
      status: logStatusSchema.catch('unknown').parse(labels.status),
    }));
}
