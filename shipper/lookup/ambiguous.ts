import { type Location, type LookupScope, nameOfTarget } from '../../model/lookup';
import { UserError } from '../common/user-error';

const MAX_NAMED = 10;

/** @throws UserError where a question has several answers, and which of them is meant must be said */
export function refuseAmbiguous({ target, runs, ids, places }: Location, { previous }: LookupScope): void {
  if (target.kind === 'container' && ids.length > 1) {
    throw new UserError(`${ids.length} container ids begin with ${target.id}: give more of it\n  ${some(ids, '\n  ')}`);
  }
  if (places.length > 1) {
    const [first] = places;
    const isOneNamespace = places.every(({ namespace }) => namespace === first?.namespace);
    const names = new Set(places.map(({ cluster, namespace }) => (isOneNamespace ? cluster : namespace) ?? '?'));
    const [what, flag] = isOneNamespace ? ['clusters', '--cluster'] : ['namespaces', '--namespace'];
    throw new UserError(
      `${nameOfTarget(target)} is in ${names.size} ${what}: say which with ${flag}\n  ${some([...names].sort(), ', ')}`
    );
  }
  if ((previous === true || target.previous === true) && runs.length === 0) {
    throw new UserError(`${nameOfTarget(target)} ran only once, as far as Loki has it: there is no previous run`);
  }
}

const some = (names: readonly string[], separator: string) =>
  `${names.slice(0, MAX_NAMED).join(separator)}${names.length > MAX_NAMED ? `${separator}…` : ''}`;
