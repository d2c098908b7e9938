import { fnv1a } from '../hash';
import type { LabelMatch } from '../logql';
import { RECORD_SERVICE } from './common';
import type { RollupPeriod } from './rollup';

/**
 * Kinds of which there are many of every node: their streams are split, so that a question about one node reads a share of
 * them. What is late is not: there is a stream an hour already, and sixteen times as many would come near Loki's limit of
 * streams.
 */
const SHARDED: ReadonlySet<string> = new Set([
  ...['case', 'container', 'disk', 'gc', 'heartbeat', 'pod', 'pull', 'rollup', 'thresholds'],
]);
const SHARDS = 16;
/** More than these are as good as all: a matcher for each would be longer than it helps. */
const MANY_SHARDS = 13;
/** The values of the label `shard`. */
export const SHARD_NAMES: readonly string[] = Array.from({ length: SHARDS }, (_, shard) => shardName(shard));

/** Labels of a late record's stream: the hour that it belongs to. */
export interface LateLabels {
  late: 'true';
  hour: string;
}

/** What decides about the stream that a record goes to. */
export interface StreamOfRecord {
  kind: string;
  cluster: string;
  /** Where the record is about one; a pod without a node may have an empty one. */
  node?: string;
  /** Of a rollup. */
  period?: RollupPeriod;
  /** Of an evicted pod: evictions of months are found without reading all records of pods. */
  evicted?: boolean;
}

/** The labels of the stream that a record goes to. */
export function recordLabels(
  { kind, cluster, node, period, evicted }: StreamOfRecord,
  late?: LateLabels
): Record<string, string> {
  const isSplit = late === undefined && node !== undefined && node !== '' && SHARDED.has(kind);
  const shard = isSplit ? { shard: shardOf(node) } : undefined;
  const more = { ...(period && { period }), ...(evicted && { evicted: 'true' }) };
  return { service_name: RECORD_SERVICE, record: kind, cluster, ...more, ...shard, ...late };
}

/**
 * What the label `shard` of the records about some nodes is: those of the nodes, or none in streams that are not split.
 * undefined where it narrows nothing down.
 */
export function shardMatch(kind: string, nodes: LabelMatch | undefined): LabelMatch | undefined {
  if (nodes === undefined || nodes instanceof RegExp || !SHARDED.has(kind)) {
    return undefined;
  }
  const shards = [...new Set((typeof nodes === 'string' ? [nodes] : nodes).map(shardOf))].sort();
  return shards.length <= MANY_SHARDS ? ['', ...shards] : undefined;
}

/** `00` to `15`, by a hash of the node's name: evenly, and the same in every program. */
export function shardOf(node: string): string {
  const hash = fnv1a(node);
  // The low bits alone follow the last character: nodes that are numbered would not spread.
  return shardName(((hash >>> 16) ^ hash) & (SHARDS - 1));
}

function shardName(shard: number): string {
  return String(shard).padStart(2, '0');
}
