import { recordQuery, RECORD_SELECTOR } from '../evidence';
import type { LabelMatch, LabelMatches } from '../logql';
import { shardMatch } from '../records';

/** The query for case records of clusters with this structured metadata. @param text that stands in their lines */
export function caseQuery(
  cluster: LabelMatch | undefined,
  metadata: LabelMatches,
  selector = RECORD_SELECTOR,
  text?: string
): string {
  return recordQuery(selector, { record: 'case', cluster, shard: shardMatch('case', metadata.node) }, metadata, text);
}

/** What tells where the records of a case are. */
export const WHEREABOUTS = ['cluster', 'namespace', 'pod', 'node', 'removed', 'status'] as const;

/** The text of a case record's line that names a container whose id begins so. */
export const containerIdText = (idPrefix: string): string => `"containerId":"${idPrefix}`;

/** The metric query for where the cases of a query happened, in the window before the moment that is asked about. */
export const whereaboutsQuery = (query: string, window: string): string =>
  `sum by (${WHEREABOUTS.join(', ')}) (count_over_time(${query} [${window}] offset 1ms))`;

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
