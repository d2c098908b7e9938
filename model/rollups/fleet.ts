import { recordQuery, RECORD_SELECTOR, type Span } from '../evidence';
import { type LabelMatch, matcher } from '../logql';
import type { AskNumbers, CountedNumber } from '../metric-numbers';
import { PERIOD_MS, type RollupPeriod, shardMatch, SHARD_NAMES } from '../records';
import { runLimited } from '../run-limited';

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
 * The nodes that a range is about, by numbers that Loki aggregates: at once, and where that is more series than Loki allows,
 * share by share of the nodes.
 *
 * @param most nodes that are named
 * @throws Error where Loki allows too few series for a share, and what the asking throws
 */
export async function chooseNodes(
  ask: AskNumbers,
  range: Span,
  asked: Asked,
  most: number,
  selector = RECORD_SELECTOR
): Promise<FleetNodes | undefined> {
  const whole = await numbersOf(ask, range.to, fleetQueries(range, asked, most, selector));
  if (whole !== undefined) {
    return fleetNodes(whole, most);
  }
  const shares: Array<FleetNumbers<readonly CountedNumber[]>> = [];
  const read = [...SHARD_NAMES, ''].map((shard) => async () => {
    const share = await numbersOf(ask, range.to, fleetQueries(range, asked, most, selector, shard));
    if (share === undefined) {
      throw new Error(
        'Loki allows too few series to choose nodes: raise max_query_series to its default, 500, or more'
      );
    }
    shares.push(share);
  });
  await runLimited(read, SHARES_AT_ONCE);
  const all = (name: keyof FleetNumbers<unknown>) => shares.flatMap((share) => share[name] ?? []);
  const total = all('total').reduce((sum, { value }) => sum + value, 0);
  return fleetNodes(
    {
      ...{ total: [{ labels: {}, value: total }], headroom: all('headroom'), lost: all('lost') },
      ...{ partial: all('partial'), reclaims: all('reclaims') },
      containers: isNarrow(asked) ? all('containers') : undefined,
    },
    most
  );
}

const SHARES_AT_ONCE = 4;

/** @returns undefined where Loki refuses one of them */
async function numbersOf(
  ask: AskNumbers,
  at: number,
  queries: FleetNumbers<string>
): Promise<FleetNumbers<readonly CountedNumber[]> | undefined> {
  const [total, headroom, lost, partial, reclaims, containers] = await Promise.all([
    ask(queries.total, at),
    ask(queries.headroom, at),
    ask(queries.lost, at),
    ask(queries.partial, at),
    ask(queries.reclaims, at),
    queries.containers === undefined ? [] : ask(queries.containers, at),
  ]);
  return total && headroom && lost && partial && reclaims && containers
    ? {
        total,
        headroom,
        lost,
        partial,
        reclaims,
        containers: queries.containers === undefined ? undefined : containers,
      }
    : undefined;
}

/**
 * The metric queries, of the moment at the end of the range, that tell which nodes a range is about: no record of theirs is
 * read. Loki's limit of series counts the nodes that `topk` leaves out, too.
 *
 * @param most nodes that are named
 * @param shard the share of the nodes; undefined for all
 */
export function fleetQueries(
  range: Span,
  asked: Asked,
  most: number,
  selector = RECORD_SELECTOR,
  shard?: string
): FleetNumbers<string> {
  const of = recordQuery(selector, { record: 'rollup', period: periodFor(range), shard });
  const window = `[${Math.ceil(Math.max(range.to - range.from, ROLLUP_BEHIND_MS) / 1000)}s]`;
  const top = (series: string) => `topk(${most}, sum by (node) (${series}))`;
  const sum = (name: string) => top(`sum_over_time(${of} | unwrap ${name} ${window})`);
  return {
    total: `count(count by (node) (count_over_time(${of} ${window})))`,
    headroom: `bottomk(${most}, min_over_time(${of} | unwrap headroom ${window}) by (node))`,
    lost: sum('logs_lost'),
    partial: sum('logs_partial'),
    reclaims: sum('reclaims'),
    containers: isNarrow(asked) ? top(`count_over_time(${containersOf(asked, selector, shard)} ${window})`) : undefined,
  };
}

const isNarrow = ({ namespaces, jobs }: Asked) => namespaces.length + jobs.length > 0;

function containersOf({ namespaces, jobs }: Asked, selector: string, shard: string | undefined): string {
  const namespace = namespaces.length > 0 ? namespaces : undefined;
  const own = recordQuery(selector, { record: 'container', shard }, { namespace });
  return jobs.length === 0 ? own : `${own} | ${matcher('job', jobs)} or ${matcher('workload', jobs)}`;
}

/**
 * The nodes by the answers to `fleetQueries`: where namespaces or Jobs are asked for, those that ran most of them.
 *
 * @returns undefined where no rollup tells of the range
 */
export function fleetNodes(numbers: FleetNumbers<readonly CountedNumber[]>, most: number): FleetNodes | undefined {
  const total = numbers.total[0]?.value ?? 0;
  if (total === 0) {
    return undefined;
  }
  const byNode = (all: readonly CountedNumber[]) => new Map(all.map(({ labels, value }) => [labels.node ?? '', value]));
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
