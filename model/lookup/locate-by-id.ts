import { RECORD_SELECTOR, recordQuery } from '../evidence';
import { OWN_LAYOUT } from '../log-layouts';
import { type LabelMatches, logQuery } from '../logql';
import { type ContainerRecord, containerRecordSchema, podRecordSchema } from '../records';
import { latest, recordsQuestion } from './asked-records';
import { foreignRuns } from './foreign-lines';
import { type FoundRun, runOfOrigin, runOfRecord, runsOfPod } from './found-run';
import { originOf } from './line-origin';
import { type Found, locationOf, type LookupScope } from './location';
import { type LokiQuestion, type Plan, together } from './plan';
import { readingsOf } from './readings';
import { type ContainerTarget, ID_DIGITS, TELLING_ID_DIGITS } from './target';
import { type Whereabouts, whereaboutsOf } from './whereabouts';

/** Without a record nothing shows where to look, and all streams are read: no further back than this. */
const BROAD_SEARCH_NS = 86_400_000_000_000n;
const MINUTE_NS = 60_000_000_000n;
const IDS_PER_QUERY = 50;
/** Pods' records that name an id. */
const PODS_WITH_ID = 1000;

/** Looks container ids up, or their beginnings: whole ones many at once. */
export function* locateContainers(targets: readonly ContainerTarget[], scope: LookupScope): Plan<Found[]> {
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
  const places = yield* together(batches.map((batch) => placeOf(batch, scope)));
  const near = yield batches.map(
    (batch, i) => nearQuestion(batch, places[i], scope) ?? recordsQuestion(idMatch(batch, scope), scope, batch)
  );
  const missed = batches.filter((_, i) => places[i] !== undefined && near[i]?.entries.length === 0);
  const replies = [...near, ...(yield missed.map((batch) => recordsQuestion(idMatch(batch, scope), scope, batch)))];
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

/** Where the log of a single container was removed. Of several the records are looked up at once. */
function* placeOf(batch: readonly ContainerTarget[], scope: LookupScope): Plan<Whereabouts | undefined> {
  const [target] = batch;
  const namespace = scope.namespace ?? target?.namespace;
  return target === undefined || batch.length > 1 || target.id.length < TELLING_ID_DIGITS
    ? undefined
    : yield* whereaboutsOf({ metadata: { namespace }, idPrefix: target.id }, scope);
}

/** Container records bear the time of the removal, also those that were written later. */
function nearQuestion(
  batch: readonly ContainerTarget[],
  place: Whereabouts | undefined,
  scope: LookupScope
): LokiQuestion | undefined {
  if (place === undefined) {
    return undefined;
  }
  const from = place.from - MINUTE_NS > scope.window.from ? place.from - MINUTE_NS : scope.window.from;
  const near = { ...scope, window: { ...scope.window, from } };
  return recordsQuestion({ ...idMatch(batch, scope), node: place.nodes }, near, batch);
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
  const podsQuery = recordQuery(recordSelector, { record: 'pod', cluster }, { namespace }, `"${target.id}`);
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
