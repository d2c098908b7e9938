import { type FoundRun, type Lookup, lookupPlan, type Question, runPlan, runsOf } from '../../model/lookup';
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
  const window = { ...nsSpanOf(span), recordsTo: nsSpanOf(span).to, isDefault: true };
  const plan = lookupPlan(question, { window, layout: loki.logs, recordSelector: loki.recordSelector });
  const { locations, misses, isPart } = await runPlan(plan, askThrough(loki, signal));
  return { runs: runsOf(locations), misses, isPart };
}
