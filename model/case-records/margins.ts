import { recordQuery, RECORD_SELECTOR } from '../evidence';
import type { LabelMatch, LabelMatches } from '../logql';
import { shardMatch, SHARD_NAMES } from '../records';
import { caseCountQuery, caseQuery } from './queries';

/** Which cases are counted. */
export interface CountedScope {
  cluster?: LabelMatch;
  /** Structured metadata of case records: `node`, `namespace`, `workload`, `status`, `cause`. */
  metadata: LabelMatches;
  /** The stream selector of Afterlog's records, where it is not the usual one. */
  selector?: string;
}

/**
 * Series of an answer, Loki's default of max_query_series. Of more Loki refuses the query, whatever `topk` leaves out; where it
 * allows more the largest are enough.
 */
export const MOST_SERIES = 500;

const FAMILY = ['cluster', 'namespace', 'workload'];

/**
 * The query that counts cases by node, of the nodes of one shard each, so that series stay below Loki's limit; the last is
 * about cases without a shard: late ones, and those of pods without a node.
 *
 * @param shard undefined for all that the scope's nodes may be in
 */
export function countsByNode({ cluster, metadata, selector }: CountedScope, shard: LabelMatch, window: string): string {
  const query = recordQuery(selector ?? RECORD_SELECTOR, { record: 'case', cluster, shard }, metadata);
  return caseCountQuery(query, ['cluster', 'node', 'status', 'cause'], window);
}

/** The shards that counts by node are asked for one by one. */
export function shardsOfNodes(node: LabelMatch | undefined): LabelMatch[] {
  const some = shardMatch('case', node);
  return some === undefined ? [...SHARD_NAMES, ''] : [some];
}

const queryOf = ({ cluster, metadata, selector }: CountedScope) => caseQuery(cluster, metadata, selector);

/** The query that counts cases by Job family, the largest counts where they are very many. */
export const countsByFamily = (scope: CountedScope, window: string): string =>
  `topk(${MOST_SERIES}, ${caseCountQuery(queryOf(scope), [...FAMILY, 'status', 'cause'], window)})`;

/** The query that counts cases by namespace. */
export const countsByNamespace = (scope: CountedScope, window: string): string =>
  caseCountQuery(queryOf(scope), ['cluster', 'namespace', 'status', 'cause'], window);

/** The query for the families with most cases of each cause of a scope. */
export const topFamilies = (scope: CountedScope, most: number, window: string): string =>
  `topk by (cause) (${most}, ${caseCountQuery(queryOf(scope), [...FAMILY, 'cause'], window)})`;

/** The query that counts cases by node and Job family, the largest counts where they are very many. */
export const countsByBoth = (scope: CountedScope, window: string): string =>
  `topk(${MOST_SERIES}, ${caseCountQuery(queryOf(scope), ['node', ...FAMILY, 'status', 'cause'], window)})`;
