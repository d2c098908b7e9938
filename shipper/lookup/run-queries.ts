import type { ContainerRecord } from '../../model/records';
import { parseNs } from '../../model/time';
import { logQuery, matchersOf } from '../../model/logql';
import type { RangeQuery } from '../loki/query-client';
import type { TimeWindow } from './time-window';

/** A query with more ids than this is long for an address and for a person. */
const IDS_PER_QUERY = 50;
const MARGIN_NS = 1_000_000_000n;

/** Narrow queries for the lines of these container runs: where their streams are, who they are, when they wrote. */
export function runQueries(records: readonly ContainerRecord[], window: TimeWindow): RangeQuery[] {
  const families = new Map<string, ContainerRecord[]>();
  for (const record of records) {
    const family = JSON.stringify([record.cluster, record.namespace, record.workload]);
    families.set(family, [...(families.get(family) ?? []), record]);
  }
  return [...families.values()].flatMap((family) => queriesOf(family, window));
}

function queriesOf(family: ContainerRecord[], window: TimeWindow): RangeQuery[] {
  const queries: RangeQuery[] = [];
  for (let i = 0; i < family.length; i += IDS_PER_QUERY) {
    const records = family.slice(i, i + IDS_PER_QUERY);
    const { cluster = '', namespace = '', workload = '' } = records[0] ?? {};
    const labels = { cluster, namespace, container: different(records, 'container'), workload };
    const ids = records.flatMap(({ containerId }) => containerId ?? []);
    // Lines that went out before the node showed the id carry the pod's UID in its place.
    const named = matchersOf({ pod_uid: different(records, 'podUid'), restart: different(records, 'restart') });
    const either = ids.length > 0 ? matchersOf({ container_id: ids }) : [];
    const filter = [...either, `(${named.join(' and ')})`].join(' or ');
    queries.push({ query: `${logQuery(labels)} | ${filter}`, ...spanOf(records, window) });
  }
  return queries;
}

const different = (records: readonly ContainerRecord[], field: 'container' | 'podUid' | 'restart') => [
  ...new Set(records.map((record) => `${record[field]}`)),
];

/**
 * When these container runs wrote: to the nanosecond where their accounts are closed, else as far as the window
 * goes. A window that nobody asked for does not cut a log's beginning off.
 */
export function spanOf(records: readonly ContainerRecord[], window: TimeWindow): { from: bigint; to: bigint } {
  const starts = records.map(({ firstTime }) => parse(firstTime) ?? window.from);
  const ends = records.map(({ lastTime, final }) => (final ? parse(lastTime) : undefined) ?? window.to);
  const from = starts.reduce((a, b) => (b < a ? b : a), starts[0] ?? window.from) - MARGIN_NS;
  const to = ends.reduce((a, b) => (b > a ? b : a), ends[0] ?? window.to) + MARGIN_NS;
  return {
    from: window.isDefault || from > window.from ? from : window.from,
    to: to < window.to ? to : window.to,
  };
}

const parse = (time: string | null) => (time === null ? undefined : parseNs(time));
