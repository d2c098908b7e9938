import { isNeverReused, nameOfTarget, type Reading, readingsOf, type Target } from '../../model/lookup';
import type { ContainerRecord } from '../../model/records';
import { logQuery } from '../../model/logql';
import { newestEntry } from '../loki/pages';
import type { RangeQuery } from '../loki/query-client';
import { UserError } from '../common/user-error';
import { runQueries, spanOf } from './run-queries';
import type { Found, Location, Search, Wanted } from './location';
import { previousOnly } from './previous';
import { otherPlaces, type Place, placeKey } from './places';
import { findRecords } from './records';

export type NamedTarget = Exclude<Target, { kind: 'container' }>;

/**
 * A pod, a Job or a CronJob by its name: all its container runs, those with a record and those without.
 *
 * @throws UserError where the name is used in several namespaces or clusters
 */
export async function locateNamed({ client, wanted: flags }: Search, target: NamedTarget): Promise<Found> {
  const { namespace, container, restart, previous } = target;
  const wanted: Wanted = { namespace, container, restart, previous, ...withoutUndefined(flags), window: flags.window };
  const searched: RangeQuery[] = [];
  for (const reading of readingsOf(target)) {
    const found = await locateBy(reading, target, { client, wanted });
    if ('location' in found) {
      return found;
    }
    searched.push(...found.miss.searched);
  }
  return { miss: { target, searched } };
}

async function locateBy(reading: Reading, target: NamedTarget, { client, wanted }: Search): Promise<Found> {
  const { cluster, namespace, container, restart, window } = wanted;
  const search = await findRecords(client, { ...reading.metadata, namespace, container }, { cluster, window });
  const records = search.records.filter((record) => isWanted(record, target, restart));
  const lines: Reading = {
    labels: { cluster, namespace, container, ...reading.labels },
    metadata: { ...reading.metadata, restart: restart?.toString() },
  };
  const isOver = isNeverReused(target) && records.length > 0 && records.every(isGone);
  if (target.podUid !== undefined && records.length > 0) {
    return { location: { target, records, queries: runQueries(records, window), isOver } };
  }
  const span = isOver ? spanOf(records, window) : sinceBefore(records, wanted);
  const newest = await newestEntry(client, { query: logQuery(lines.labels, lines.metadata), ...span });
  if (records.length === 0 && newest === undefined) {
    const forRecords = { query: search.query, from: window.from, to: window.recordsTo };
    return { miss: { target, searched: [forRecords, { query: logQuery(lines.labels, lines.metadata), ...span }] } };
  }
  const places: Place[] = [...records, ...(newest === undefined ? [] : [newest.labels])];
  const others = isNeverReused(target) ? [] : await otherPlaces(client, lines, span, places);
  const place = onlyPlace(target, [...places, ...others]);
  const query = logQuery({ ...lines.labels, cluster: place.cluster, namespace: place.namespace }, lines.metadata);
  const location: Location = { target, records, queries: [{ query, ...span }], isOver };
  return { location: wanted.previous === true ? await previousOnly(client, location) : location };
}

function isWanted(record: ContainerRecord, { podUid }: NamedTarget, restart: number | undefined): boolean {
  return (podUid === undefined || record.podUid === podUid) && (restart === undefined || record.restart === restart);
}

/** The pod is gone, and with it all that could still write. */
const isGone = ({ final, left }: ContainerRecord) => final && left?.directory === 'removed';

function sinceBefore(records: readonly ContainerRecord[], { window }: Wanted): { from: bigint; to: bigint } {
  const first = spanOf(records, window).from;
  return { from: first < window.from ? first : window.from, to: window.to };
}

function onlyPlace(target: NamedTarget, places: Place[]): Place {
  const different = [...new Map(places.map((place) => [placeKey(place), place])).values()];
  const [place = {}, ...more] = different;
  if (more.length === 0) {
    return place;
  }
  const isOneNamespace = different.every(({ namespace }) => namespace === place.namespace);
  const names = [...new Set(different.map(({ cluster, namespace }) => (isOneNamespace ? cluster : namespace)))].sort();
  const [what, flag] = isOneNamespace ? ['clusters', '--cluster'] : ['namespaces', '--namespace'];
  throw new UserError(
    `${nameOfTarget(target)} is in ${names.length} ${what}: say which with ${flag}\n` +
      `  ${names.slice(0, 10).join(', ')}${names.length > 10 ? ', …' : ''}`
  );
}

function withoutUndefined<T extends object>(object: T): Partial<T> {
  const entries = Object.entries(object).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Partial<T>;
}
