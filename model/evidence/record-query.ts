import { filtersOf, logQuery, matchersOf, quote, type LabelMatch, type LabelMatches } from '../logql';
import { RECORD_SERVICE, shardMatch } from '../records';
import { KINDS } from './record-base';
import type { Wish } from './evidence-plan';

/** The query for the records of a wish. @param selector of Afterlog's records, where it is not the usual one */
export function queryOf(
  { kind, cluster, metadata }: Pick<Wish, 'kind' | 'metadata'> & { cluster?: LabelMatch },
  selector = RECORD_SELECTOR
): string {
  const { label } = KINDS[kind];
  return recordQuery(selector, { record: label, cluster, shard: shardMatch(label, metadata.node) }, metadata);
}

/** LogQL's stream selector of Afterlog's records. */
export const RECORD_SELECTOR = logQuery({ service_name: RECORD_SERVICE });

/**
 * The query for records with these labels, among the streams of a selector, and with this structured metadata.
 *
 * @param text that stands in their lines
 */
export const recordQuery = (
  selector: string,
  labels: LabelMatches,
  metadata: LabelMatches = {},
  text?: string
): string => {
  const streams = narrowed(selector, ...matchersOf(labels));
  return [text === undefined ? streams : `${streams} |= ${quote(text)}`, ...filtersOf(metadata)].join(' | ');
};

/** A stream selector with more matchers. */
export const narrowed = (selector: string, ...matchers: string[]): string =>
  `${[selector.trim().replace(/,?\s*\}$/, ''), ...matchers].join(', ')}}`;
