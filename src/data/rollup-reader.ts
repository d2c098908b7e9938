import { parseRecord, recordQuery, type Span } from '../../model/evidence';
import { type LabelMatch, matcher } from '../../model/logql';
import {
  type DiskRecord,
  PERIOD_MS,
  RECORD_VERSION,
  type RollupRecord,
  rollupRecordSchema,
  shardMatch,
} from '../../model/records';
import { formatNs } from '../../model/time';
import { ENTRIES_PER_QUERY } from './limits';
import { timedLinesOf } from './log-frames';
import type { LokiSource } from './loki-source';

/** The nodes that a fleet's rollups tell of. */
export interface FleetNodes {
  /** Those that had most trouble, the worst first: logs lost, then reclaims, then the least room left. */
  worst: string[];
  total: number;
}

/** A rollup is written when its hour is over, and its agent may be a while behind. */
const ROLLUP_BEHIND_MS = 2 * PERIOD_MS.hour;
/** Longer ranges are answered by the rollups of days. */
const BY_DAYS_MS = 3 * PERIOD_MS.day;
/** An hour of a rollup is drawn as samples so far apart: a longer silence would be drawn as one. */
const DRAWN_EVERY_MS = 10 * 60_000;

const query = (source: LokiSource, period: RollupRecord['period'], node?: LabelMatch) =>
  recordQuery(source.recordSelector, { record: 'rollup', period, shard: shardMatch('rollup', node) }, { node });

/** What the nodes of a fleet are chosen for; empty lists narrow nothing down. */
export interface Asked {
  nodes: readonly string[];
  namespaces: readonly string[];
  /** Names of Jobs or of CronJobs. */
  jobs: readonly string[];
}

export const ASKED_NOTHING: Asked = { nodes: [], namespaces: [], jobs: [] };

/**
 * The nodes that a range is about, by a few numbers that Loki aggregates: no record of theirs is read. Where namespaces or
 * Jobs are asked for, the nodes that ran most of them come first.
 *
 * @param most how many are named
 * @returns undefined where no rollup tells of the range
 * @throws LokiFailure, AbortError
 */
export async function fleetNodes(
  source: LokiSource,
  range: Span,
  asked: Asked,
  most: number,
  signal: AbortSignal
): Promise<FleetNodes | undefined> {
  const length = Math.max(range.to - range.from, ROLLUP_BEHIND_MS);
  const of = query(source, length > BY_DAYS_MS ? 'day' : 'hour');
  const window = `[${Math.ceil(length / 1000)}s]`;
  const numbers = async (expr: string) => source.vector(expr, range.to, signal);
  const byNode = async (expr: string) =>
    new Map((await numbers(expr)).map(({ labels, value }) => [labels.node ?? '', value]));
  const top = (series: string) => byNode(`topk(${most}, sum by (node) (${series}))`);
  const sum = (name: string) => top(`sum_over_time(${of} | unwrap ${name} ${window})`);
  const isNarrow = asked.namespaces.length + asked.jobs.length > 0;
  const [[total], headroom, lost, partial, reclaims, asMany] = await Promise.all([
    numbers(`count(count by (node) (count_over_time(${of} ${window})))`),
    byNode(`bottomk(${most}, min_over_time(${of} | unwrap headroom ${window}) by (node))`),
    sum('logs_lost'),
    sum('logs_partial'),
    sum('reclaims'),
    isNarrow ? top(`count_over_time(${containersOf(source, asked)} ${window})`) : new Map<string, number>(),
  ]);
  if (total === undefined || total.value === 0) {
    return undefined;
  }
  const score = (node: string) => [
    asMany.get(node) ?? 0,
    (lost.get(node) ?? 0) + (partial.get(node) ?? 0),
    reclaims.get(node) ?? 0,
    -(headroom.get(node) ?? 1),
  ];
  const named = isNarrow ? [asMany] : [lost, partial, reclaims, headroom];
  const worst = [...new Set(named.flatMap((numbersOfNodes) => [...numbersOfNodes.keys()]))]
    .filter((node) => node !== '')
    .map((node) => ({ node, score: score(node) }))
    .sort((a, b) => compare(b.score, a.score) || (a.node < b.node ? -1 : 1))
    .map(({ node }) => node);
  return { worst: worst.slice(0, most), total: total.value };
}

/** Greatest first decides. */
function compare(a: readonly number[], b: readonly number[]): number {
  const place = a.findIndex((value, i) => value !== b[i]);
  return place < 0 ? 0 : (a[place] ?? 0) - (b[place] ?? 0);
}

function containersOf(source: LokiSource, { namespaces, jobs }: Asked): string {
  const own = recordQuery(
    source.recordSelector,
    { record: 'container' },
    { namespace: namespaces.length > 0 ? namespaces : undefined }
  );
  return jobs.length === 0 ? own : `${own} | ${matcher('job', jobs)} or ${matcher('workload', jobs)}`;
}

/**
 * The hours of nodes, newest first as far as one answer holds them.
 *
 * @throws LokiFailure, AbortError
 */
export async function hoursOf(
  source: LokiSource,
  span: Span,
  nodes: LabelMatch | undefined,
  signal: AbortSignal
): Promise<RollupRecord[]> {
  const frames = await source.newestFrames(query(source, 'hour', nodes), span, ENTRIES_PER_QUERY, signal);
  const hours = new Map<string, RollupRecord>();
  for (const { line } of timedLinesOf(frames)) {
    const record = parseRecord(line, rollupRecordSchema);
    if (record !== undefined) {
      hours.set(`${record.cluster} ${record.id}`, record);
    }
  }
  return [...hours.values()];
}

/**
 * Disk samples in place of those that are not read: the greatest use of each hour, so that no peak is missing. They are
 * for drawing and no evidence.
 */
export function samplesOfHours(hours: readonly RollupRecord[]): DiskRecord[] {
  return hours.flatMap((hour) => {
    const [from, to] = [Date.parse(hour.from), Date.parse(hour.to)];
    const count = Math.ceil((to - from) / DRAWN_EVERY_MS);
    return Array.from({ length: count }, (_, i) => sampleOf(hour, from + i * DRAWN_EVERY_MS));
  });
}

function sampleOf({ cluster, node, layout, nodefs, imagefs }: RollupRecord, atMs: number): DiskRecord {
  const time = formatNs(BigInt(atMs) * 1_000_000n);
  return {
    ...{ v: RECORD_VERSION, kind: 'disk', id: `${node}/rollup/${time}`, cluster, node, time, layout },
    ...{ layoutFrom: 'none', nodefs: greatest(nodefs), imagefs: greatest(imagefs) },
    ...{ logs: null, images: null, layers: null, pods: [], atRisk: null, nearest: null },
  };
}

function greatest(use: RollupRecord['nodefs']): DiskRecord['nodefs'] {
  if (use === null) {
    return null;
  }
  const { bytes, inodes } = use;
  return {
    ...{ capacity: bytes.capacity, available: bytes.capacity - bytes.greatest, used: bytes.greatest },
    ...{ inodes: inodes?.capacity ?? null, inodesFree: inodes && inodes.capacity - inodes.greatest },
  };
}
