import { recordQuery, RECORD_SELECTOR, type Span } from '../evidence';
import { type LabelMatch, matcher } from '../logql';
import { PERIOD_MS, type RollupPeriod, shardMatch } from '../records';

/** The nodes that a fleet's rollups tell of. */
export interface FleetNodes {
  /** Those that had most trouble, the worst first: logs lost, then reclaims, then the least room left. */
  worst: string[];
  total: number;
}

/** What the nodes of a fleet are chosen for; empty lists narrow nothing down. */
export interface Asked {
  nodes: readonly string[];
  namespaces: readonly string[];
  /** Names of Jobs or of CronJobs. */
  jobs: readonly string[];
}

export const ASKED_NOTHING: Asked = { nodes: [], namespaces: [], jobs: [] };

/** A rollup is written when its hour is over, and its agent may be a while behind. */
const ROLLUP_BEHIND_MS = 2 * PERIOD_MS.hour;
/** Longer ranges are answered by the rollups of days. */
const BY_DAYS_MS = 3 * PERIOD_MS.day;

/** The query for the rollups of nodes. */
export const rollupQuery = (period: RollupPeriod, node?: LabelMatch, selector = RECORD_SELECTOR): string =>
  recordQuery(selector, { record: 'rollup', period, shard: shardMatch('rollup', node) }, { node });

/** Whether hours or days answer a range. */
const periodFor = ({ from, to }: Span): RollupPeriod => (to - from > BY_DAYS_MS ? 'day' : 'hour');

/** Numbers that choose nodes. `total` is one; the others have a number a node, the most telling nodes only. */
export type FleetNumbers<T> = Record<'total' | 'headroom' | 'lost' | 'partial' | 'reclaims', T> & {
  /** Containers of the namespaces and Jobs that are asked for; undefined where none are. */
  containers: T | undefined;
};

/**
 * The metric queries, of the moment at the end of the range, that tell which nodes a range is about: no record of theirs is
 * read. `topk` stands outside, so that Loki's limit of series does not count the nodes that it leaves out.
 *
 * @param most nodes that are named
 */
export function fleetQueries(
  range: Span,
  asked: Asked,
  most: number,
  selector = RECORD_SELECTOR
): FleetNumbers<string> {
  const of = rollupQuery(periodFor(range), undefined, selector);
  const window = `[${Math.ceil(Math.max(range.to - range.from, ROLLUP_BEHIND_MS) / 1000)}s]`;
  const top = (series: string) => `topk(${most}, sum by (node) (${series}))`;
  const sum = (name: string) => top(`sum_over_time(${of} | unwrap ${name} ${window})`);
  return {
    total: `count(count by (node) (count_over_time(${of} ${window})))`,
    headroom: `bottomk(${most}, min_over_time(${of} | unwrap headroom ${window}) by (node))`,
    lost: sum('logs_lost'),
    partial: sum('logs_partial'),
    reclaims: sum('reclaims'),
    containers: isNarrow(asked) ? top(`count_over_time(${containersOf(asked, selector)} ${window})`) : undefined,
  };
}

const isNarrow = ({ namespaces, jobs }: Asked) => namespaces.length + jobs.length > 0;

function containersOf({ namespaces, jobs }: Asked, selector: string): string {
  const namespace = namespaces.length > 0 ? namespaces : undefined;
  const own = recordQuery(selector, { record: 'container' }, { namespace });
  return jobs.length === 0 ? own : `${own} | ${matcher('job', jobs)} or ${matcher('workload', jobs)}`;
}

/** A number of a metric query. */
interface Labelled {
  labels: Record<string, string>;
  value: number;
}

/**
 * The nodes by the answers to `fleetQueries`: where namespaces or Jobs are asked for, those that ran most of them.
 *
 * @returns undefined where no rollup tells of the range
 */
export function fleetNodes(numbers: FleetNumbers<readonly Labelled[]>, most: number): FleetNodes | undefined {
  const total = numbers.total[0]?.value ?? 0;
  if (total === 0) {
    return undefined;
  }
  const byNode = (all: readonly Labelled[]) => new Map(all.map(({ labels, value }) => [labels.node ?? '', value]));
  const [lost, partial] = [byNode(numbers.lost), byNode(numbers.partial)];
  const [reclaims, headroom] = [byNode(numbers.reclaims), byNode(numbers.headroom)];
  const containers = numbers.containers && byNode(numbers.containers);
  const named = containers ? [containers] : [lost, partial, reclaims, headroom];
  const worst = [...new Set(named.flatMap((values) => [...values.keys()]))]
    .filter((node) => node !== '')
    .map((node) => ({
      node,
      score: [
        containers?.get(node) ?? 0,
        (lost.get(node) ?? 0) + (partial.get(node) ?? 0),
        reclaims.get(node) ?? 0,
        -(headroom.get(node) ?? 1),
      ],
    }))
    .sort((a, b) => compare(b.score, a.score) || (a.node < b.node ? -1 : 1))
    .map(({ node }) => node);
  return { worst: worst.slice(0, most), total };
}

/** The first numbers that differ decide. */
function compare(a: readonly number[], b: readonly number[]): number {
  const place = a.findIndex((value, i) => value !== b[i]);
  return place < 0 ? 0 : (a[place] ?? 0) - (b[place] ?? 0);
}
