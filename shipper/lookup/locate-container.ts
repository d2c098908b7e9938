import { ID_DIGITS, readingsOf, type Target } from '../../model/lookup';
import type { ContainerRecord } from '../../model/records';
import { type LabelMatches, logQuery, matchersOf } from '../../model/logql';
import { newestEntry } from '../loki/pages';
import { UserError } from '../common/user-error';
import { runQueries } from './run-queries';
import type { Found, Search } from './location';
import { fieldOf } from './origin';
import { findRecords, recordQuery } from './records';

export type ContainerTarget = Extract<Target, { kind: 'container' }>;

/** Without a record nothing tells where to look: all streams are read, and that only so far back. */
const BROAD_SEARCH_NS = 86_400_000_000_000n;
const IDS_PER_QUERY = 50;

/**
 * Container runs by their ids: their records say where their lines are. One that has none yet (it still runs, or
 * its file is still there) is looked for among the lines themselves.
 *
 * @throws UserError where the beginning of an id fits several
 */
export async function locateContainers(search: Search, targets: readonly ContainerTarget[]): Promise<Found[]> {
  const whole = targets.filter(({ id }) => id.length === ID_DIGITS);
  const records = new Map<string, ContainerRecord>();
  for (let i = 0; i < whole.length; i += IDS_PER_QUERY) {
    for (const record of await recordsOf(search, whole.slice(i, i + IDS_PER_QUERY))) {
      records.set(record.containerId ?? '', record);
    }
  }
  const found: Found[] = [];
  for (const target of targets) {
    const record = whole.includes(target) ? records.get(target.id) : await theOneThatBegins(search, target);
    found.push(record === undefined ? await locateByLines(search, target) : locationOf(search, target, record));
  }
  return found;
}

const namespaceOf = ({ wanted }: Search, { namespace }: ContainerTarget) => wanted.namespace ?? namespace;

function metadataOf(search: Search, targets: readonly ContainerTarget[]): LabelMatches {
  const [first] = targets;
  const ids =
    targets.length > 1 ? { container_id: targets.map(({ id }) => id) } : first && readingsOf(first)[0]?.metadata;
  return { ...ids, namespace: first && namespaceOf(search, first) };
}

async function recordsOf(search: Search, targets: readonly ContainerTarget[]): Promise<ContainerRecord[]> {
  const { client, wanted } = search;
  // The newest come first: when each has been found, older ones would only be replaced.
  const enough = (found: number) => found === targets.length;
  const { records } = await findRecords(client, metadataOf(search, targets), { ...wanted, enough });
  return records;
}

async function theOneThatBegins(search: Search, target: ContainerTarget): Promise<ContainerRecord | undefined> {
  const { records } = await findRecords(search.client, metadataOf(search, [target]), search.wanted);
  if (records.length > 1) {
    const ids = records.map(({ containerId }) => containerId);
    const some = `${ids.slice(0, 10).join('\n  ')}${ids.length > 10 ? '\n  …' : ''}`;
    throw new UserError(`${ids.length} container ids begin with ${target.id}: give more of it\n  ${some}`);
  }
  return records[0];
}

function locationOf({ wanted }: Search, target: ContainerTarget, record: ContainerRecord): Found {
  const queries = runQueries([record], wanted.window);
  return { location: { target, records: [record], queries, isOver: record.final } };
}

async function locateByLines(search: Search, target: ContainerTarget): Promise<Found> {
  const { client, wanted } = search;
  const { cluster, window } = wanted;
  const { metadata = {} } = readingsOf(target)[0] ?? {};
  const from = window.isDefault ? window.to - BROAD_SEARCH_NS : window.from;
  const asked = {
    query: logQuery({ cluster, namespace: namespaceOf(search, target) ?? /.+/ }, metadata),
    from,
    to: window.to,
  };
  const entry = await newestEntry(client, asked);
  if (entry === undefined) {
    const query = recordQuery(metadataOf(search, [target]), cluster);
    return { miss: { target, searched: [{ query, from: window.from, to: window.recordsTo }, asked] } };
  }
  const [namespace, container, workload, pod, restart, id] = [
    'namespace',
    'container',
    'workload',
    'pod',
    'restart',
    'container_id',
  ].map((name) => fieldOf(entry, name));
  const streams = logQuery({ cluster: fieldOf(entry, 'cluster'), namespace, container, workload });
  // Lines that went out before the node showed the id have none.
  const before = pod === undefined ? [] : [`(${matchersOf({ container_id: '', pod, restart }).join(' and ')})`];
  const query = `${streams} | ${[...matchersOf({ container_id: id }), ...before].join(' or ')}`;
  return { location: { target, records: [], queries: [{ query, from: window.from, to: window.to }], isOver: false } };
}
