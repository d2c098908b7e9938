import { runPlan } from '../../model/lookup';
import { type Observers, type ObserverSelection, observersPlan } from '../../model/observers';
import type { Span } from '../../model/evidence';
import { askThrough } from './ask-loki';
import { type LokiSource, nsSpanOf } from './loki-source';

/** Who was observing in a time range. @throws LokiFailure, AbortError */
export function findObservers(
  loki: LokiSource,
  selection: ObserverSelection,
  span: Span,
  signal: AbortSignal
): Promise<Observers> {
  const now = BigInt(Date.now()) * 1_000_000n;
  return runPlan(observersPlan(selection, { ...nsSpanOf(span), now }, loki.recordSelector), askThrough(loki, signal));
}
