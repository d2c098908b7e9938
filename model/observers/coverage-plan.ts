import { RECORD_SELECTOR, recordQuery } from '../evidence';
import type { Plan } from '../lookup';
import { shardMatch, thresholdsRecordSchema } from '../records';
import type { CoverageRecords } from './coverage';
import { names, observerRecordsPlan, type ObserverSelection, type ObserverWindow, recordsIn } from './observers-plan';

/** An agent repeats its thresholds every six hours. */
const THRESHOLDS_NS = 7n * 3_600_000_000_000n;

/**
 * Reads what tells how far nodes are observed. Cases are not counted here: that is a metric query.
 *
 * @param selector of Afterlog's records, where it is not the usual one
 */
export function* coveragePlan(
  selection: ObserverSelection,
  window: ObserverWindow,
  selector = RECORD_SELECTOR
): Plan<Omit<CoverageRecords, 'tallies'>> {
  const observers = yield* observerRecordsPlan(selection, window, selector);
  const end = window.to < window.now ? window.to : window.now;
  const [cluster, node] = [names(selection.cluster), names(selection.node)];
  const query = recordQuery(
    selector,
    { record: 'thresholds', cluster, shard: shardMatch('thresholds', node) },
    { node }
  );
  const [reply] = yield [{ query, from: end - THRESHOLDS_NS, to: window.to }];
  return { ...observers, thresholds: recordsIn(reply, thresholdsRecordSchema) };
}
