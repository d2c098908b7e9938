import type { NsSpan } from '../log-entry';
import { OWN_LAYOUT } from '../log-layouts';
import { exclusion, type LabelMatches, logQuery } from '../logql';
import { type ContainerRecord, containerRecordSchema, type PodRecord, podRecordSchema } from '../records';
import { latest, podsQuestion, recordsQuestion } from './asked-records';
import { foreignRuns } from './foreign-lines';
import {
  type FoundRun,
  type LookupWindow,
  mergedRuns,
  nsOf,
  originsIn,
  runOfOrigin,
  runOfRecord,
  runsOfPod,
  spanOf,
} from './found-run';
import { originOf } from './line-origin';
import {
  type Found,
  type Location,
  locationOf,
  type LookupScope,
  type NsQuery,
  type Place,
  placesOf,
  previousOf,
} from './location';
import { originsBy } from './origins-by';
import type { LokiReply, Plan, Replies } from './plan';
import { isNeverReused, type Reading, readingsOf } from './readings';
import type { NamedTarget, Target } from './target';
import { presetQuery } from './preset-query';
import { type Whereabouts, whereaboutsOf } from './whereabouts';

/** A name that more namespaces and clusters have is not searched through all of them. */
const MAX_PLACES = 20;
const HOUR_NS = 3_600_000_000_000n;
/** Before the first removal, the first slice in which the beginning of a pod is looked for. */
const FIRST_SLICE_NS = 2n * HOUR_NS;
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

/** Looks a name up, in each way in which it can be read until one leads somewhere. */
export function* locateNamed(target: NamedTarget, scope: LookupScope): Plan<Found> {
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
  const gathered = yield* recordsOf(ofPods, target, scope);
  const records = gathered.records.filter(({ podUid }) => target.podUid === undefined || podUid === target.podUid);
  const wanted = restart === undefined ? records : records.filter((record) => record.restart === restart);
  const isOver = isNeverReused(target) && wanted.length > 0 && wanted.every(isGone);
  const recorded = wanted.map((record) => runOfRecord(record, window, layout));
  const reported = gathered.pods.flatMap((pod) => runsOfPod(pod, window, layout));
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
  const isPart = seen.isPart || gathered.isPart;
  if (!known) {
    const location = locationOf(target, { runs: own, queries: [], isPart }, scope);
    return { location: { ...location, isSeen: false, searched }, isPart };
  }
  const all = yield* foreignRuns(own, target, scope);
  const runs = scope.previous === true ? previousOf(all.runs) : all.runs;
  const location = locationOf(target, { ...all, runs }, scope);
  const preset = wanted.find((record) => record.preset !== undefined)?.preset ?? 'afterlog';
  const byName = {
    query: presetQuery(preset, { ...lines.labels, ...(places.length === 1 && places[0]) }, lines.metadata),
    ...span,
  };
  // Whatever has the name, also what has no record yet and what comes while somebody follows it.
  const isNarrow = isOfOnePod || scope.previous === true || layout.preset !== 'afterlog';
  const queries = isNarrow ? location.queries : [byName, ...all.queries];
  return { location: { ...location, queries, places, isOver, searched }, isPart: isPart || all.isPart };
}

interface PodRecords {
  records: ContainerRecord[];
  pods: PodRecord[];
  isPart: boolean;
}

/** The container records and the pods of a name. */
function* recordsOf(ofPods: LabelMatches, target: NamedTarget, scope: LookupScope): Plan<PodRecords> {
  const { container } = scope;
  const there = isNeverReused(target) ? yield* whereaboutsOf({ metadata: ofPods }, scope) : undefined;
  const near = there && (yield* recordsNear(ofPods, there, scope));
  if (near !== undefined && near.records.length > 0) {
    return near;
  }
  const [containers, pods] = yield [recordsQuestion({ ...ofPods, container }, scope), podsQuestion(ofPods, scope)];
  return joinedReplies([containers], [pods]);
}

/**
 * The same, where it is known on which nodes it was: newest first, and no further back than its pods began. What is not
 * over may be in newer records as well.
 */
function* recordsNear(ofPods: LabelMatches, there: Whereabouts, scope: LookupScope): Plan<PodRecords> {
  const { container, window } = scope;
  const onNodes = { ...ofPods, node: there.nodes };
  const asked = (from: bigint, to: bigint) => [
    recordsQuestion({ ...onNodes, container }, within(scope, from, to)),
    podsQuestion(onNodes, within(scope, from, to)),
  ];
  const settled = there.to + HOUR_NS < window.recordsTo ? there.to + HOUR_NS : window.recordsTo;
  const newer = recordsQuestion({ ...onNodes, container }, within(scope, settled, window.recordsTo));
  let [from, to] = [there.from - FIRST_SLICE_NS, settled];
  const containers = [...(yield settled < window.recordsTo ? [newer] : [])];
  const pods: Array<LokiReply | undefined> = [];
  for (;;) {
    from = from > window.from ? from : window.from;
    const [some, somePods] = yield asked(from, to);
    containers.push(some);
    pods.push(somePods);
    const gathered = joinedReplies(containers, pods);
    const starts = [
      ...gathered.records.map(({ firstTime }) => nsOf(firstTime)),
      ...gathered.pods.map(({ created }) => nsOf(created)),
    ].filter((start) => start !== undefined);
    if (from <= window.from || (starts.length > 0 && starts.every((start) => start > from))) {
      break;
    }
    [from, to] = [from - 4n * (to - from), from];
  }
  const gathered = joinedReplies(containers, pods);
  const isOver = gathered.pods.length > 0 && gathered.pods.every(({ final }) => final);
  if (settled >= window.recordsTo || isOver || gathered.records.every(isGone)) {
    return gathered;
  }
  const [newerPods] = yield [podsQuestion(onNodes, within(scope, settled, window.recordsTo))];
  return joinedReplies(containers, [...pods, newerPods]);
}

const within = (scope: LookupScope, from: bigint, recordsTo: bigint): LookupScope => ({
  ...scope,
  window: { ...scope.window, from, recordsTo },
});

function joinedReplies(containers: Replies, pods: Replies): PodRecords {
  const entries = (replies: Replies) => replies.flatMap((reply) => reply?.entries ?? []);
  return {
    records: latest(entries(containers), containerRecordSchema),
    pods: latest(entries(pods), podRecordSchema),
    isPart: containers.some((reply) => reply?.isPart === true),
  };
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

function withoutUndefined<T extends object>(object: T): Partial<T> {
  const entries = Object.entries(object).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Partial<T>;
}
