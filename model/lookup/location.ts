import type { NsSpan } from '../log-entry';
import type { LogLayout } from '../log-layouts';
import type { WithForeign } from './foreign-lines';
import { type FoundRun, type LineQuery, type LookupWindow, mergedRuns, newestFirst, runQueries } from './found-run';
import type { Target } from './target';

/** What narrows a look-up down, and how the Loki is labelled. */
export interface LookupScope {
  window: LookupWindow;
  cluster?: string;
  namespace?: string;
  container?: string;
  restart?: number;
  previous?: boolean;
  /** How the containers' logs are labelled, where it is not as Afterlog's agent does. */
  layout?: LogLayout;
  /** The stream selector of Afterlog's records, where it is not the usual one. */
  recordSelector?: string;
}

/** Where something is. */
export interface Place {
  cluster?: string;
  namespace?: string;
}

/** A looked-up thing that was found. */
export interface Location {
  target: Target;
  /** The newest first. */
  runs: FoundRun[];
  /** The queries that give all its lines. */
  queries: LineQuery[];
  /** There are records of it, or lines; otherwise only the API server reported it. */
  isSeen: boolean;
  /** Nothing more will come. */
  isOver: boolean;
  /** Where it is; several where a name is used more than once. */
  places: Place[];
  /** The container ids that begin with the one that was asked for, where they are several. */
  ids: string[];
  searched: NsQuery[];
}

/** A query that was asked, and for which time. */
export interface NsQuery extends NsSpan {
  query: string;
}

/** What was looked for and not found, with the queries that gave nothing. */
export interface Miss {
  target: Target;
  searched: NsQuery[];
}

export interface Lookup {
  locations: Location[];
  misses: Miss[];
  /** More was found than one answer holds. */
  isPart: boolean;
}

/** What one target came to. */
export interface Found {
  location?: Location;
  miss?: Miss;
  isPart: boolean;
}

// The container runs of locations, and the queries for their lines.

/** The container runs of several locations, each once, the newest first. */
export const runsOf = (locations: readonly Location[]): FoundRun[] =>
  mergedRuns(locations.flatMap(({ runs }) => runs)).sort(newestFirst);

/** The queries for all lines of several locations: container runs that ids led to are asked for together. */
export function queriesOf(locations: readonly Location[]): LineQuery[] {
  const isExact = ({ target, runs }: Location) =>
    target.kind === 'container' && runs.every(({ record, sources }) => record !== undefined && sources.every(isOwn));
  const exact = locations.filter(isExact).flatMap(({ runs }) => runs);
  const others = locations.filter((location) => !isExact(location)).flatMap(({ queries }) => queries);
  return [...runQueries(exact), ...others];
}

/** The queries for all lines of container runs: the agent's of several runs are asked for together. */
export function queriesOfRuns(runs: readonly FoundRun[]): LineQuery[] {
  const foreign = runs.flatMap(({ sources }) => sources.filter((source) => !isOwn(source)));
  return [...runQueries(runs.filter(hasOwn)), ...eachOnce(foreign)];
}

const hasOwn = ({ sources }: FoundRun) => sources.some(isOwn);
const isOwn = ({ isForeign }: LineQuery) => isForeign !== true;

/** Queries that differ in their time alone are one. */
function eachOnce(queries: readonly LineQuery[]): LineQuery[] {
  const byText = new Map<string, LineQuery>();
  for (const one of queries) {
    const known = byText.get(one.query);
    byText.set(one.query, {
      ...one,
      from: known !== undefined && known.from < one.from ? known.from : one.from,
      to: known !== undefined && known.to > one.to ? known.to : one.to,
    });
  }
  return [...byText.values()];
}

export function locationOf(target: Target, { runs, queries }: WithForeign, { previous }: LookupScope): Location {
  const sorted = (previous === true && target.kind === 'container' ? previousOf(runs) : [...runs]).sort(newestFirst);
  const ids = [...new Set(sorted.flatMap(({ who }) => who.containerId ?? []))];
  return {
    target,
    runs: sorted,
    // What was found of many runs together is one query, where those of the runs are many.
    queries: queries.length > 0 ? [...runQueries(sorted.filter(hasOwn)), ...queries] : queriesOfRuns(sorted),
    isSeen: true,
    isOver: false,
    places: placesOf(sorted, []),
    ids: target.kind === 'container' && ids.length > 1 ? ids : [],
    searched: [],
  };
}

export function placesOf(runs: readonly FoundRun[], others: readonly Place[]): Place[] {
  const all = [...runs.map(({ who: { cluster, namespace } }) => ({ cluster, namespace })), ...others];
  return [...new Map(all.map((place) => [`${place.namespace} in cluster ${place.cluster}`, place])).values()];
}

/** Of each container the run before its newest, as `kubectl logs --previous` means it. */
export function previousOf(runs: readonly FoundRun[]): FoundRun[] {
  const byName = new Map<string, FoundRun[]>();
  for (const run of runs) {
    const { cluster, namespace, pod, container, restart } = run.who;
    if (restart !== undefined) {
      const name = [cluster, namespace, pod, container].join(' ');
      byName.set(name, [...(byName.get(name) ?? []), run]);
    }
  }
  return [...byName.values()].flatMap((ofOne) =>
    ofOne.sort((a, b) => (b.who.restart ?? 0) - (a.who.restart ?? 0)).slice(1, 2)
  );
}
