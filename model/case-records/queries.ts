import { recordQuery, RECORD_SELECTOR } from '../evidence';
import type { LabelMatch, LabelMatches } from '../logql';
import { shardMatch } from '../records';

/** The query for case records of clusters with this structured metadata. */
export function caseQuery(cluster: LabelMatch | undefined, metadata: LabelMatches, selector = RECORD_SELECTOR): string {
  return recordQuery(selector, { record: 'case', cluster, shard: shardMatch('case', metadata.node) }, metadata);
}

/**
 * The metric query for the number of cases in the window before the moment that is asked about: what was amended counts
 * once. `sum by` stands right around `sum_over_time`, because only then Loki drops the other metadata before it counts
 * (grafana/loki `pkg/logql/syntax/extractor.go`); else each case would be a series. A range of LogQL begins after its first
 * moment and ends with its last: a millisecond earlier it is what a time range means, and case times are often whole seconds.
 *
 * @param by metadata to tell apart
 * @param window LogQL's duration, such as `1h`
 */
export const caseCountQuery = (query: string, by: readonly string[], window: string): string =>
  `sum by (${by.join(', ')}) (sum_over_time(${query} | unwrap delta [${window}] offset 1ms))`;
