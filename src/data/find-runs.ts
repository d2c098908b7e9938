import {
  type FoundRun,
  type Lookup,
  lookupPlan,
  type LookupScope,
  type NearNames,
  nearNamesPlan,
  type Question,
  runPlan,
  runsOf,
  type Target,
  type Unstarted,
  unstartedPlan,
} from '../../model/lookup';
import { askThrough } from './ask-loki';
import { type LokiSource, nsSpanOf } from './loki-source';
import type { Span } from '../../model/evidence';

/** What a question led to. */
export interface Found extends Pick<Lookup, 'misses' | 'isPart'> {
  /** Newest first. */
  runs: FoundRun[];
}

/** The container runs that a question asks for. @throws LokiFailure, AbortError */
export async function findRuns(loki: LokiSource, question: Question, span: Span, signal?: AbortSignal): Promise<Found> {
  const { locations, misses, isPart } = await runPlan(
    lookupPlan(question, scopeOf(loki, span)),
    askThrough(loki, signal)
  );
  return { runs: runsOf(locations), misses, isPart };
}

/** What is like a thing that was not found. @throws LokiFailure, AbortError */
export async function findNearNames(
  loki: LokiSource,
  target: Target | undefined,
  span: Span,
  signal: AbortSignal
): Promise<NearNames> {
  return target === undefined
    ? { hasRecords: true, names: [] }
    : runPlan(nearNamesPlan(target, scopeOf(loki, span)), askThrough(loki, signal));
}

/** Of things that were not found: those of which no container started, and why. @throws LokiFailure, AbortError */
export const findUnstarted = (
  loki: LokiSource,
  targets: readonly Target[],
  span: Span,
  signal: AbortSignal
): Promise<Unstarted[]> => runPlan(unstartedPlan(targets, scopeOf(loki, span)), askThrough(loki, signal));

function scopeOf({ logs, recordSelector }: LokiSource, span: Span): LookupScope {
  const { from, to } = nsSpanOf(span);
  return { window: { from, to, recordsTo: to, isDefault: true }, layout: logs, recordSelector };
}
