import {
  type LookupScope,
  type Miss,
  nameOfTarget,
  type NearName,
  type NearNames,
  nearNamesPlan,
  type Question,
  runPlan,
} from '../../model/lookup';
import { formatNs } from '../../model/time';
import type { QueryClient } from '../loki/query-client';
import { observerCodes } from '../../model/observers';
import { askLoki } from './ask-loki';
import { observersOfCases } from './observing';
import { nowOf } from './time-window';
import { englishIn, type PrintedTimes } from './times';

/** Of more things that are not there names like theirs are not looked for. */
const MAX_NEAR = 5;

/** What was searched in vain, and how to search wider. */
export async function notFoundText(
  client: QueryClient,
  misses: readonly Miss[],
  { neverStarted }: Question,
  wanted: LookupScope,
  times: PrintedTimes
): Promise<string> {
  const time = (ns: bigint) => (isNow(ns, wanted) ? 'now' : times.time(formatNs(ns)));
  const names = misses.map(({ target }) => nameOfTarget(target));
  const searched = misses.flatMap((miss) => miss.searched);
  const lines = searched.map(({ query, from, to }) => `  ${query}\n    from ${time(from)} to ${time(to)}`);
  return [
    `nothing found for ${names.join(', ')}`,
    `Searched in Loki at ${client.connection.url}:`,
    ...new Set(lines),
    ...(await hints(client, misses, wanted, times)),
    ...(neverStarted ? ['The text says that the container never started: then it has no log.'] : []),
  ].join('\n');
}

const isNow = (to: bigint, { window }: LookupScope) => to === window.recordsTo;

async function hints(
  client: QueryClient,
  misses: readonly Miss[],
  wanted: LookupScope,
  times: PrintedTimes
): Promise<string[]> {
  const { window, cluster, namespace } = wanted;
  const observers = await observersOfCases(client, { cluster, namespace }, { ...window, now: nowOf(window) });
  const observing = observerCodes(observers).map((code) => englishIn(times).render(code));
  const near = await Promise.all(
    misses.slice(0, MAX_NEAR).map(({ target }) => runPlan(nearNamesPlan(target, wanted), askLoki(client)))
  );
  if (near.some(({ hasRecords }) => !hasRecords)) {
    return [
      ...(observers.last === null && observers.reporting.length + observers.silent.length === 0
        ? [
            'No agent of Afterlog has written a record to this Loki in that time: is it the right one, and the right tenant?',
          ]
        : observing),
    ];
  }
  const flags = (['namespace', 'container', 'cluster', 'restart'] as const).filter(
    (flag) => wanted[flag] !== undefined
  );
  const pods = misses.filter(({ target }) => target.kind === 'pod');
  const ids = misses.some(({ target }) => target.kind === 'container');
  return [
    ...new Set(near.flatMap(nearText)),
    window.isDefault
      ? 'To look further back than that: --since 30d, or --from with a time.'
      : 'To look at more time: --since 30d, or --from and --to with other times.',
    ...(flags.length > 0 ? [`To look in more places: leave out ${flags.map((flag) => `--${flag}`).join(', ')}.`] : []),
    ...pods.map(({ target }) => `If it is a Job: job/${'name' in target ? target.name : ''}; if a CronJob: cronjob/…`),
    ...(ids ? ["A container's id is not always known; its pod's name may lead to it: afterlog logs POD."] : []),
    ...observing,
  ];
}

/** `Namespace jobtest has no records; job-test has job/hello.` */
function nearText({ namespace, cluster, names }: NearNames): string[] {
  const named = ({ kind, name }: NearName) => (kind === 'pod' ? name : `${kind}/${name}`);
  const places = (what: string, place: NearNames['cluster']) =>
    place === undefined ? [] : [`${what} ${place.asked} has no records${someOf(place.near)}`];
  if (namespace === undefined || names.length === 0) {
    const where = [...new Set(names.map((one) => one.namespace))];
    const all = names.map((one) => named(one) + (where.length > 1 ? ` (namespace ${one.namespace})` : ''));
    const inNamespace = where.length === 1 ? ` in namespace ${where[0]}` : '';
    return [
      ...places('Cluster', cluster),
      ...places('Namespace', namespace),
      ...(names.length === 0 ? [] : [`Did you mean ${all.join(', ')}${inNamespace}?`]),
    ];
  }
  const byNamespace = new Map<string, string[]>();
  for (const one of names) {
    byNamespace.set(one.namespace, [...(byNamespace.get(one.namespace) ?? []), named(one)]);
  }
  const has = [...byNamespace].map(([name, some]) => `${name} has ${some.join(', ')}`);
  return [...places('Cluster', cluster), `Namespace ${namespace.asked} has no records; ${has.join('; ')}.`];
}

const someOf = (names: readonly string[]) => (names.length === 0 ? '.' : `; did you mean ${names.join(', ')}?`);
