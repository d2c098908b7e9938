import { type LookupScope, type Miss, moment, nameOfTarget, type Question } from '../../model/lookup';
import { RECORD_SERVICE } from '../../model/records';
import { formatNs } from '../../model/time';
import { logQuery } from '../../model/logql';
import type { QueryClient } from '../loki/query-client';

/** What was searched in vain, and how to search wider. */
export async function notFoundText(
  client: QueryClient,
  misses: readonly Miss[],
  { neverStarted }: Question,
  wanted: LookupScope
): Promise<string> {
  const names = misses.map(({ target }) => nameOfTarget(target));
  const searched = misses.flatMap((miss) => miss.searched);
  const lines = searched.map(
    ({ query, from, to }) =>
      `  ${query}\n    from ${moment(formatNs(from))} to ${isNow(to, wanted) ? 'now' : moment(formatNs(to))}`
  );
  return [
    `nothing found for ${names.join(', ')}`,
    `Searched in Loki at ${client.connection.url}:`,
    ...new Set(lines),
    ...(await hints(client, misses, wanted)),
    ...(neverStarted ? ['The text says that the container never started: then it has no log.'] : []),
  ].join('\n');
}

const isNow = (to: bigint, { window }: LookupScope) => to === window.recordsTo;

async function hints(client: QueryClient, misses: readonly Miss[], wanted: LookupScope): Promise<string[]> {
  const { window } = wanted;
  const range = { query: logQuery({ service_name: RECORD_SERVICE }), from: window.from, to: window.recordsTo };
  if ((await client.labelValues('record', range)).length === 0) {
    return [
      'No agent of Afterlog has written a record to this Loki in that time: is it the right one, and the right tenant?',
    ];
  }
  const flags = (['namespace', 'container', 'cluster', 'restart'] as const).filter(
    (flag) => wanted[flag] !== undefined
  );
  const pods = misses.filter(({ target }) => target.kind === 'pod');
  const ids = misses.some(({ target }) => target.kind === 'container');
  return [
    window.isDefault
      ? 'To look further back than that: --since 30d, or --from with a time.'
      : 'To look at more time: --since 30d, or --from and --to with other times.',
    ...(flags.length > 0 ? [`To look in more places: leave out ${flags.map((flag) => `--${flag}`).join(', ')}.`] : []),
    ...pods.map(({ target }) => `If it is a Job: job/${'name' in target ? target.name : ''}; if a CronJob: cronjob/…`),
    ...(ids ? ["A container's id is not always known; its pod's name may lead to it: afterlog logs POD."] : []),
  ];
}
