import type { LabelMatch } from '../logql';
import { recordQuery, RECORD_SELECTOR } from '../evidence';
import { shardMatch, SHARD_NAMES } from '../records';
import { caseCountQuery, caseQuery } from './queries';

/** What the labels of a count of cases tell apart. */
const MARGINS = {
  byNode: ['node', 'status', 'cause'],
  byFamily: ['namespace', 'workload', 'status', 'cause'],
  byCause: ['namespace', 'workload', 'cause'],
  both: ['node', 'namespace', 'workload', 'status', 'cause'],
} as const;

/** Series of an answer, Loki's default of max_query_series; a count beyond is of the largest. */
const MOST_SERIES = 500;

/**
 * The queries that count the cases of a cluster by node. Each is about the nodes of a shard, so that its series stay below
 * Loki's limit; the last about cases without a shard: late ones, and those of pods without a node.
 */
export function countsByNode(cluster: string, node: LabelMatch | undefined, window: string): string[] {
  const matches = [shardMatch('case', node)];
  const shards = matches[0] === undefined ? [...SHARD_NAMES, ''] : matches;
  return shards.map((shard) =>
    caseCountQuery(recordQuery(RECORD_SELECTOR, { record: 'case', cluster, shard }, { node }), MARGINS.byNode, window)
  );
}

/** The query that counts the cases of one cause by Job family, the largest counts where they are very many. */
export const countsByFamily = (cluster: string, node: LabelMatch | undefined, cause: string, window: string): string =>
  `topk(${MOST_SERIES}, ${caseCountQuery(caseQuery(cluster, { node, cause }), MARGINS.byFamily, window)})`;

/** The query for the families with most cases of each of some causes. */
export const topFamilies = (
  cluster: string,
  node: LabelMatch | undefined,
  causes: readonly string[],
  most: number,
  window: string
): string =>
  `topk by (cause) (${most}, ${caseCountQuery(caseQuery(cluster, { node, cause: causes }), MARGINS.byCause, window)})`;

/** The query that counts the cases of one cause by node and Job family. */
export const countsByBoth = (cluster: string, node: LabelMatch | undefined, cause: string, window: string): string =>
  `topk(${MOST_SERIES}, ${caseCountQuery(caseQuery(cluster, { node, cause }), MARGINS.both, window)})`;
