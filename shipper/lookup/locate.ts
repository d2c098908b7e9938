import type { Question } from '../../model/lookup';
import { runQueries } from './run-queries';
import { locateContainers, type ContainerTarget } from './locate-container';
import { locateNamed, type NamedTarget } from './locate-named';
import type { Found, LineQuery, Location, Miss, Search } from './location';

export interface Located {
  locations: Location[];
  misses: Miss[];
}

/**
 * Where the logs are that a question asks for. The less exact targets of the question are tried when the exact ones
 * lead nowhere.
 */
export async function locate(search: Search, { targets, otherwise }: Question): Promise<Located> {
  const first = sortOut(await locateAll(search, targets));
  if (first.locations.length > 0 || otherwise.length === 0) {
    return first;
  }
  const second = sortOut(await locateAll(search, otherwise));
  return second.locations.length > 0 ? second : { locations: [], misses: [...first.misses, ...second.misses] };
}

async function locateAll(search: Search, targets: Question['targets']): Promise<Found[]> {
  const containers = targets.filter((target): target is ContainerTarget => target.kind === 'container');
  const named = targets.filter((target): target is NamedTarget => target.kind !== 'container');
  const found = await locateContainers(search, containers);
  for (const target of named) {
    found.push(await locateNamed(search, target));
  }
  return found;
}

function sortOut(found: Found[]): Located {
  return {
    locations: found.flatMap((one) => ('location' in one ? one.location : [])),
    misses: found.flatMap((one) => ('miss' in one ? one.miss : [])),
  };
}

/** The queries for all lines of several locations: container runs of one workload are asked for together. */
export function queriesFor(locations: readonly Location[], { wanted }: Pick<Search, 'wanted'>): LineQuery[] {
  const isExact = ({ target, records }: Location) => target.kind === 'container' && records.length > 0;
  const exact = locations.filter(isExact).flatMap(({ records }) => records);
  const others = locations.filter((location) => !isExact(location)).flatMap(({ queries }) => queries);
  return [...runQueries(exact, wanted.window), ...others];
}
