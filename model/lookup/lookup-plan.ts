import { parseRecord, queryOf, RECORD_SELECTOR, recordQuery } from '../evidence';
import type { LogEntry, NsSpan } from '../log-entry';
import { type LogLayout, OWN_LAYOUT } from '../log-layouts';
import { exclusion, type LabelMatches, logQuery, quote } from '../logql';
import {
  type ContainerRecord,
  containerRecordSchema,
  LatestRecords,
  type PodRecord,
  podRecordSchema,
} from '../records';
import { foreignRuns, type WithForeign } from './foreign-lines';
import {
  type FoundRun,
  type LineQuery,
  type LookupWindow,
  mergedRuns,
  newestFirst,
  originsIn,
  runOfOrigin,
  runOfRecord,
  runQueries,
  runsOfPod,
  spanOf,
} from './found-run';
import { originOf } from './line-origin';
import { originsBy } from './origins-by';
import { type LokiQuestion, type Plan, together } from './plan';
import { isNeverReused, type Reading, readingsOf } from './readings';
import { ID_DIGITS, type Question, type Target } from './target';

/*
 * How a log is looked up: what is asked of Loki, in which order, and which container runs and queries for lines come out.
 * It asks nobody itself; `afterlog logs` runs it over HTTP, the app over Grafana's data source.
 *
 * 1. The container records of a target: they name its runs, and when each wrote. The API server's records of its pods
 *    name those that no agent has reported.
 * 2. The agent's lines: a run that still writes may have no record, and only its lines report that there is more than one
 *    namespace or cluster with the name.
 * 3. Lines that other shippers have written of what the agent's lines do not have: `foreign-lines.ts`.
 *
 * A name that reports something else than its owner means (the pods of an Indexed Job) is read in a second way; the less
 * exact targets of a question are tried when the exact ones lead nowhere.
 */

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

type ContainerTarget = Extract<Target, { kind: 'container' }>;
type NamedTarget = Exclude<Target, { kind: 'container' }>;
interface Found {
  location?: Location;
  miss?: Miss;
  isPart: boolean;
}

const DAY_NS = 86_400_000_000_000n;
/** Without a record nothing shows where to look, and all streams are read: no further back than this. */
const BROAD_SEARCH_NS = DAY_NS;
const IDS_PER_QUERY = 50;
/** Targets by name that are looked up side by side. */
const AT_ONCE = 10;
/** Pods' records that name an id. */
const PODS_WITH_ID = 1000;
/** A name that more namespaces and clusters have is not searched through all of them. */
const MAX_PLACES = 20;
const RUN_NAMES = [
  'cluster',
  'namespace',
  'pod',
  'container',
  'restart',
  'container_id',
  'pod_uid',
  'node',
  'job',
  'workload',
];

/** Where the logs are that a question asks for. */
export function* lookupPlan({ targets, otherwise }: Question, scope: LookupScope): Plan<Lookup> {
  const first = yield* locateAll(targets, scope);
  if (first.locations.length > 0 || otherwise.length === 0) {
    return first;
  }
  const second = yield* locateAll(otherwise, scope);
  return second.locations.length > 0 ? second : { ...second, misses: [...first.misses, ...second.misses] };
}

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

// Container ids

function* locateContainers(targets: readonly ContainerTarget[], scope: LookupScope): Plan<Found[]> {
  if (targets.length === 0) {
    return [];
  }
  const whole = targets.filter(({ id }) => id.length === ID_DIGITS);
  const batches = [
    ...Array.from({ length: Math.ceil(whole.length / IDS_PER_QUERY) }, (_, i) =>
      whole.slice(i * IDS_PER_QUERY, (i + 1) * IDS_PER_QUERY)
    ),
    ...targets.filter(({ id }) => id.length < ID_DIGITS).map((target) => [target]),
  ];
  const replies = yield batches.map((batch) => recordsQuestion(idMatch(batch, scope), scope, batch));
  const records = latest(
    replies.flatMap((reply) => reply?.entries ?? []),
    containerRecordSchema
  );
  const found = yield* together(
    targets.map((target) => {
      const own = records.filter(({ containerId }) => containerId?.startsWith(target.id));
      return own.length > 0 ? ofRecords(target, own, scope) : withoutRecord(target, scope);
    })
  );
  return found.map((one) => ({ ...one, isPart: replies.some((reply) => reply?.isPart) }));
}

function idMatch(targets: readonly ContainerTarget[], scope: LookupScope): LabelMatches {
  const [first] = targets;
  const namespace = scope.namespace ?? first?.namespace;
  if (first === undefined || targets.length > 1) {
    return { container_id: targets.map(({ id }) => id), namespace };
  }
  return { ...readingsOf(first)[0]?.metadata, namespace };
}

function* ofRecords(target: ContainerTarget, records: ContainerRecord[], scope: LookupScope): Plan<Found> {
  const { window, layout = OWN_LAYOUT } = scope;
  const runs = records.map((record) => runOfRecord(record, window, layout));
  const location = locationOf(target, yield* foreignRuns(runs, target, scope), scope);
  return { location: { ...location, isOver: records.every(({ final }) => final) }, isPart: false };
}

/** An id that no container record names: one that still runs is among the lines, one that no agent opened among the pods. */
function* withoutRecord(target: ContainerTarget, scope: LookupScope): Plan<Found> {
  const { window, cluster, layout = OWN_LAYOUT, recordSelector = RECORD_SELECTOR } = scope;
  const namespace = scope.namespace ?? target.namespace;
  const { metadata = {} } = readingsOf(target)[0] ?? {};
  const from = window.isDefault ? window.to - BROAD_SEARCH_NS : window.from;
  const broad = (labels: LabelMatches) => ({ query: logQuery(labels, metadata), from, to: window.to });
  const own = broad({ cluster, namespace: namespace ?? /.+/ });
  const openTelemetry = broad({ k8s_cluster_name: cluster, k8s_namespace_name: namespace ?? /.+/ });
  // Ids of containers stand in a pod's record only, not beside it.
  const [pods = '', ...filters] = recordQuery(recordSelector, { record: 'pod', cluster }, { namespace }).split(' | ');
  const podsQuery = [`${pods} |= ${quote(`"${target.id}`)}`, ...filters].join(' | ');
  const [ofPods, ...lines] = yield [
    { query: podsQuery, from: window.from, to: window.recordsTo, limit: PODS_WITH_ID },
    { ...own, limit: 1 },
    { ...openTelemetry, limit: 1 },
  ];
  const entry = lines.flatMap((reply) => reply?.entries ?? [])[0];
  const isWanted = ({ who }: FoundRun) => who.containerId?.startsWith(target.id) === true;
  const reported = latest(ofPods?.entries ?? [], podRecordSchema)
    .flatMap((pod) => runsOfPod(pod, window, layout))
    .filter(isWanted);
  const origin = entry && originOf(entry.fields, layout);
  const ofLines = origin && runOfOrigin({ ...origin, containerId: origin.containerId ?? target.id }, window, layout);
  const run = ofLines && !origin.isForeign ? ofLines : reported[0];
  const records = { query: recordQuery(recordSelector, { record: 'container', cluster }, { ...metadata, namespace }) };
  const searched = [{ ...records, from: window.from, to: window.recordsTo }, own];
  if (run === undefined && entry === undefined) {
    return { miss: { target, searched }, isPart: false };
  }
  if (origin?.isForeign === true && ofLines !== undefined) {
    const source = { ...openTelemetry, from: window.from, isForeign: true };
    const foreign = [{ ...(run ?? ofLines), sources: [source] }];
    const location = locationOf(target, { runs: foreign, queries: [source], isPart: false }, scope);
    return { location: { ...location, searched }, isPart: false };
  }
  const found = yield* foreignRuns(run === undefined ? [] : [run], target, scope);
  const isSeen = entry !== undefined || found.queries.length > 0;
  return { location: { ...locationOf(target, found, scope), isSeen, searched }, isPart: found.isPart };
}

// Names

function* locateNamed(target: NamedTarget, scope: LookupScope): Plan<Found> {
  const { namespace, container, restart, previous } = target;
  const narrowed = { namespace, container, restart, previous, ...withoutUndefined(scope), window: scope.window };
  const searched: NsQuery[] = [];
  let unseen: Location | undefined;
  for (const reading of readingsOf(target)) {
    const { location, isPart } = yield* locateBy(reading, target, narrowed);
    if (location.isSeen) {
      return { location, isPart };
    }
    unseen ??= location.runs.length > 0 ? location : undefined;
    searched.push(...location.searched);
  }
  const foreign = yield* foreignRuns(unseen?.runs ?? [], target, narrowed);
  const runs = onlyWanted(foreign.runs, target, narrowed);
  const isSeen = foreign.queries.length > 0 && runs.length > 0;
  if (!isSeen && unseen === undefined) {
    return { miss: { target, searched }, isPart: false };
  }
  const location = locationOf(target, { ...foreign, runs }, narrowed);
  const queries = isSeen ? foreign.queries : location.queries;
  return { location: { ...location, queries, isSeen, searched }, isPart: foreign.isPart };
}

function* locateBy(
  reading: Reading,
  target: NamedTarget,
  scope: LookupScope
): Plan<{ location: Location; isPart: boolean }> {
  const { cluster, namespace, container, restart, window, layout = OWN_LAYOUT } = scope;
  const ofPods = { ...reading.metadata, namespace };
  const [containersReply, podsReply] = yield [
    recordsQuestion({ ...ofPods, container }, scope),
    { ...podsQuestion(ofPods, scope), limit: undefined },
  ];
  const records = latest(containersReply?.entries ?? [], containerRecordSchema).filter(
    ({ podUid }) => target.podUid === undefined || podUid === target.podUid
  );
  const wanted = restart === undefined ? records : records.filter((record) => record.restart === restart);
  const isOver = isNeverReused(target) && wanted.length > 0 && wanted.every(isGone);
  const recorded = wanted.map((record) => runOfRecord(record, window, layout));
  const reported = latest(podsReply?.entries ?? [], podRecordSchema).flatMap((pod) => runsOfPod(pod, window, layout));
  const span = isOver ? spanOf(wanted, window) : { from: earliest(wanted, window), to: window.to };
  const lines = {
    labels: { cluster, namespace, container, ...reading.labels },
    metadata: { ...reading.metadata, restart: restart?.toString() },
  };
  const isOfOnePod = target.podUid !== undefined && wanted.length > 0;
  const seen = isOfOnePod || layout.preset !== 'afterlog' ? NOTHING : yield* runsOfLines(lines, target, span, scope);
  const own = onlyWanted(mergedRuns([...recorded, ...seen.runs, ...reported]), target, scope);
  const known = recorded.length > 0 || seen.runs.length > 0;
  const asked = logQuery(lines.labels, lines.metadata);
  const searched: NsQuery[] = [
    { query: recordsQuestion({ ...ofPods, container }, scope).query, from: window.from, to: window.recordsTo },
    { query: asked, ...span },
  ];
  const places = placesOf([...recorded, ...seen.runs], seen.places);
  const isPart = seen.isPart || containersReply?.isPart === true;
  if (!known) {
    const location = locationOf(target, { runs: own, queries: [], isPart }, scope);
    return { location: { ...location, isSeen: false, searched }, isPart };
  }
  const all = yield* foreignRuns(own, target, scope);
  const runs = scope.previous === true ? previousOf(all.runs) : all.runs;
  const location = locationOf(target, { ...all, runs }, scope);
  const byName = {
    query: logQuery({ ...lines.labels, ...(places.length === 1 && places[0]) }, lines.metadata),
    ...span,
  };
  // Whatever has the name, also what has no record yet and what comes while somebody follows it.
  const isNarrow = isOfOnePod || scope.previous === true || layout.preset !== 'afterlog';
  const queries = isNarrow ? location.queries : [byName, ...all.queries];
  return { location: { ...location, queries, places, isOver, searched }, isPart: isPart || all.isPart };
}

interface SeenLines {
  runs: FoundRun[];
  /** Other places than theirs. */
  places: Place[];
  isPart: boolean;
}
const NOTHING: SeenLines = { runs: [], places: [], isPart: false };

/** The container runs that the agent's lines report, and where else there are lines of the name. */
function* runsOfLines(reading: Reading, target: NamedTarget, span: NsSpan, scope: LookupScope): Plan<SeenLines> {
  const { layout = OWN_LAYOUT, window } = scope;
  const query = logQuery(reading.labels, reading.metadata);
  const [newest] = yield [{ query, ...span, limit: 1 }];
  const last = newest?.entries[0];
  if (last === undefined) {
    return NOTHING;
  }
  const counted = yield* originsBy({ query, ...span }, RUN_NAMES, target, last.ns, scope);
  const origins = originsIn([...counted.entries, last], (fields) => originOf(fields));
  const runs = origins.map((origin) => runOfOrigin(origin, { from: span.from, to: window.to }, layout));
  const places = isNeverReused(target) ? [] : yield* otherPlaces(reading, placesOf(runs, []), span);
  return { runs, places, isPart: counted.isPart };
}

/** The other namespaces and clusters with lines of the same name: streams of known ones are left out one by one. */
function* otherPlaces({ labels, metadata }: Reading, known: readonly Place[], span: NsSpan): Plan<Place[]> {
  const found: Place[] = [];
  const next = function* (selector: string): Plan<boolean> {
    const filters = logQuery({}, metadata).replace(/^\{\}/, '');
    const [reply] = yield [{ query: `${selector}${filters}`, ...span, limit: 1 }];
    const fields = reply?.entries[0]?.fields;
    if (fields !== undefined) {
      found.push({ cluster: fields.cluster, namespace: fields.namespace });
    }
    return fields !== undefined;
  };
  const without = (matches: LabelMatches, name: string, values: readonly string[]) =>
    logQuery(matches).replace(/\}$/, `, ${exclusion(name, values)}}`);
  const namespaces = () => [...known, ...found].flatMap(({ namespace }) => namespace ?? []);
  while (found.length < MAX_PLACES && (yield* next(without(labels, 'namespace', namespaces())))) {
    // Each round finds one more namespace.
  }
  for (const namespace of new Set(namespaces())) {
    const clusters = () =>
      [...known, ...found].filter((place) => place.namespace === namespace).flatMap(({ cluster }) => cluster ?? []);
    while (
      clusters().length > 0 &&
      found.length < MAX_PLACES &&
      (yield* next(without({ ...labels, namespace }, 'cluster', clusters())))
    ) {
      // Each round finds one more cluster.
    }
  }
  return found;
}

function placesOf(runs: readonly FoundRun[], others: readonly Place[]): Place[] {
  const all = [...runs.map(({ who: { cluster, namespace } }) => ({ cluster, namespace })), ...others];
  return [...new Map(all.map((place) => [`${place.namespace} in cluster ${place.cluster}`, place])).values()];
}

// Both

function locationOf(target: Target, { runs, queries }: WithForeign, { previous }: LookupScope): Location {
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

/** The pod is gone, and with it all that could still write. */
const isGone = ({ final, left }: ContainerRecord) => final && left?.directory === 'removed';

function earliest(records: readonly ContainerRecord[], window: LookupWindow): bigint {
  const { from } = spanOf(records, window);
  return from < window.from ? from : window.from;
}

function onlyWanted(
  runs: readonly FoundRun[],
  { podUid }: Target,
  { container, restart, cluster }: LookupScope
): FoundRun[] {
  return runs.filter(
    ({ who }) =>
      (cluster === undefined || who.cluster === undefined || who.cluster === cluster) &&
      (podUid === undefined || who.podUid === undefined || who.podUid === podUid) &&
      (container === undefined || who.container === undefined || who.container === container) &&
      (restart === undefined || who.restart === undefined || who.restart === restart)
  );
}

/** Of each container the run before its newest, as `kubectl logs --previous` means it. */
function previousOf(runs: readonly FoundRun[]): FoundRun[] {
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

/** @param ids where each is looked for, and the newest record of each is enough */
function recordsQuestion(metadata: LabelMatches, scope: LookupScope, ids?: readonly ContainerTarget[]): LokiQuestion {
  const { cluster, window, recordSelector = RECORD_SELECTOR } = scope;
  const query = recordQuery(recordSelector, { record: 'container', cluster }, metadata);
  const isWhole = ids?.every(({ id }) => id.length === ID_DIGITS) === true;
  const isEnough = (entries: readonly LogEntry[]) =>
    latest(entries, containerRecordSchema).length >= (ids?.length ?? Infinity);
  return { query, from: window.from, to: window.recordsTo, ...(isWhole && { isEnough }) };
}

const podsQuestion = (metadata: LabelMatches, { cluster, window, recordSelector }: LookupScope): LokiQuestion => ({
  query: queryOf({ kind: 'pods', cluster, metadata }, recordSelector),
  from: window.from,
  to: window.recordsTo,
});

/** The record of each thing that counts. */
function latest<R extends ContainerRecord | PodRecord>(
  entries: readonly LogEntry[],
  schema: Parameters<typeof parseRecord<R>>[1]
): R[] {
  const records = new LatestRecords<R>();
  for (const { line, ns } of entries) {
    const record = parseRecord(line, schema);
    if (record !== undefined) {
      records.add(record, ns);
    }
  }
  return records.all();
}

function withoutUndefined<T extends object>(object: T): Partial<T> {
  const entries = Object.entries(object).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Partial<T>;
}
