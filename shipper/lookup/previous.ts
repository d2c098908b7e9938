import { nameOfTarget } from '../../model/lookup';
import type { QueryClient, RangeQuery } from '../loki/query-client';
import { UserError } from '../common/user-error';
import type { Location } from './location';

export const runKey = (pod?: string, container?: string, restart?: number | string): string =>
  `${pod}/${container}/${restart}`;

/**
 * Of each container the run before its newest, as `kubectl logs --previous` means it. Which runs there are is
 * asked of the lines, too: the newest may have no record yet.
 *
 * @throws UserError where no container ran twice
 */
export async function previousOnly(client: QueryClient, location: Location): Promise<Location> {
  const restarts = new Map<string, Set<number>>();
  const note = (pod: string, container: string, restart: number) => {
    const key = `${pod}/${container}`;
    restarts.set(key, (restarts.get(key) ?? new Set()).add(restart));
  };
  for (const { pod, container, restart } of location.records) {
    note(pod, container, restart);
  }
  for (const range of location.queries) {
    for (const { labels } of await client.instant(countByRun(range), range.to)) {
      note(labels.pod ?? '', labels.container ?? '', Number(labels.restart));
    }
  }
  const only = new Set(
    [...restarts].flatMap(([key, numbers]) => {
      const previous = [...numbers].sort((a, b) => b - a)[1];
      return previous === undefined ? [] : [`${key}/${previous}`];
    })
  );
  if (only.size === 0) {
    const name = nameOfTarget(location.target);
    throw new UserError(`${name} ran only once, as far as Loki has it: there is no previous run`);
  }
  const records = location.records.filter(({ pod, container, restart }) => only.has(runKey(pod, container, restart)));
  return { ...location, records, queries: location.queries.map((query) => ({ ...query, only })) };
}

function countByRun({ query, from, to }: RangeQuery): string {
  const seconds = (to - from) / 1_000_000_000n + 1n;
  return `sum by (pod, container, restart) (count_over_time(${query} [${seconds}s]))`;
}
