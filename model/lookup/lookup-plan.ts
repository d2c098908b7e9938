import { locateContainers } from './locate-by-id';
import { locateNamed } from './locate-by-name';
import type { Lookup, LookupScope } from './location';
import { type Plan, together } from './plan';
import { podsBeside, type Question, type Target } from './target';

/*
 * How a log is looked up: what is asked of Loki, in which order, and which container runs and queries for lines come out.
 * It asks nobody itself; `afterlog logs` runs it over HTTP, the app over Grafana's data source.
 *
 * Each target is looked up by container id (`locate-by-id.ts`) or by name (`locate-by-name.ts`):
 *
 * 1. The container records of a target: they name its runs, and when each wrote. The API server's records of its pods
 *    name those that no agent has reported (`asked-records.ts`).
 * 2. The agent's lines: a run that still writes may have no record, and only its lines report that there is more than one
 *    namespace or cluster with the name.
 * 3. Lines that other shippers have written of what the agent's lines do not have: `foreign-lines.ts`.
 *
 * A name that reports something else than its owner means (the pods of an Indexed Job) is read in a second way; the less
 * exact targets of a question are tried when the exact ones lead nowhere.
 */

/** Targets by name that are looked up side by side. */
const AT_ONCE = 10;

/** Where the logs are that a question asks for. */
export function* lookupPlan(question: Question, scope: LookupScope): Plan<Lookup> {
  const { targets, otherwise } = question;
  const first = yield* locateAll(targets, scope);
  if (first.locations.length > 0 || otherwise.length === 0) {
    const found = new Set(first.locations.flatMap(({ runs }) => runs.map(({ who }) => who.pod ?? '')));
    const others = yield* locateAll(podsBeside(question, found), scope);
    return {
      locations: [...first.locations, ...others.locations],
      misses: [...first.misses, ...others.misses],
      isPart: first.isPart || others.isPart,
    };
  }
  const second = yield* locateAll(otherwise, scope);
  if (second.locations.length === 0) {
    return { ...second, misses: [...first.misses, ...second.misses] };
  }
  // A Job and a CronJob of one name are two readings of it: it was found.
  const found = new Set(second.locations.map(({ target }) => nameOf(target)));
  return { ...second, misses: second.misses.filter(({ target }) => !found.has(nameOf(target))) };
}

const nameOf = (target: Target): string => (target.kind === 'container' ? target.id : target.name);

function* locateAll(targets: readonly Target[], scope: LookupScope): Plan<Lookup> {
  const containers = targets.filter((target) => target.kind === 'container');
  const named = targets.filter((target) => target.kind !== 'container');
  const found = yield* locateContainers(containers, scope);
  for (let i = 0; i < named.length; i += AT_ONCE) {
    found.push(...(yield* together(named.slice(i, i + AT_ONCE).map((target) => locateNamed(target, scope)))));
  }
  return {
    locations: found.flatMap(({ location }) => location ?? []),
    misses: found.flatMap(({ miss }) => miss ?? []),
    isPart: found.some(({ isPart }) => isPart),
  };
}
