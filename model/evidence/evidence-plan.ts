import { type Case, casesInSteps } from '../cases';
import type { Cause } from '../causes';
import { containerRunId } from '../container-run';
import type { LabelMatches } from '../logql';
import { type PodRecord, recordKey } from '../records';
import { parseNs } from '../time';
import { isUniqueName } from '../workload';
import type { KindName, RecordBase } from './record-base';
import { extent, joinedSpans, type Span } from './span';

/*
 * What is read to explain cases: which records, of which times. The plan is data and asks nobody; whoever runs it reads
 * what it wishes for, by HTTP or through Grafana's data source, into the record base that it looks at.
 *
 * 1. The container and pod records of the selection, once, in one pass; they are joined in memory.
 * 2. What stands outside the window and belongs to them: by id where they are few, by the hours in which it happened
 *    where they are many. One query names 50 ids at most: a hundred thousand ids would be two thousand queries, each of
 *    which reads the same chunks.
 * 3. What happened around them: nodes, Events, reclaims, who was observing. For a selection of a few pods only at the
 *    times that count, for all pods of a cluster over the window.
 * 4. Other containers on the same nodes when their logs were removed: a reclaim shows in several.
 * 5. Disk samples, most of all bytes, only for 15 minutes around a removal and only of its node.
 */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** What explains a removal may have been written so long before. */
export const BEFORE_MS = HOUR;
/** What is known about a removal has its time, whenever it was written, or that of what followed from it. */
export const AFTER_MS = HOUR;
/** What lives on is written again every six hours. */
const OPEN_BEFORE_MS = 6.25 * HOUR;
/** A node's record is written once a day. */
const NODES_BEFORE = 25 * HOUR;
/** Thresholds are written every few hours. */
const THRESHOLDS_BEFORE = 12 * HOUR;
/** An agent that runs has written a heartbeat within this. */
export const HEARTBEAT_EVERY_MS = 15 * MINUTE;
/** Loki keeps nothing that is older when it arrives (`reject_old_samples_max_age`): no record lies further back. */
const OLDEST = 7 * DAY;
/** A disk sample this near says how full the disk was. */
const DISK_AROUND = 15 * MINUTE;
/** A reclaim, and what was on the node then, shows within this. */
export const NEIGHBOURS_AROUND_MS = 2 * HOUR;
/** Most Jobs are deleted so soon after they began: by their TTL, or by the history limit of their CronJob. */
const JOBS_DELETED_WITHIN = 6 * HOUR;
/** An agent that is there has written a disk sample within this. */
const SIGNS_AROUND = 4 * HOUR;
/** Ids, or nodes, that one query names. */
export const NAMES_PER_QUERY = 50;
/** More than these are not asked for one by one. */
const FEW = 200;
/** In a window no longer than this so little happens that what belongs to it is asked for by id. */
const SHORT = 30 * MINUTE;
/** Newest first, the first slice in which a name that is given only once is looked for, each four times as long as the last. */
const FIRST_SLICE = 2 * HOUR;
/** Processes of an agent before its newest that are looked for one after the other. */
const EARLIER_PROCESSES = 5;
const MANY_NODES = 3 * NAMES_PER_QUERY;

/** Whose cases; what is undefined narrows nothing down. */
export interface Selection {
  cluster?: string;
  namespace?: string;
  pod?: string | readonly string[];
  job?: string;
  /** The CronJob, or another owner, as the label `workload` has it. */
  workload?: string;
  node?: string | readonly string[];
}

/** Records to read. */
export interface Wish {
  kind: KindName;
  span: Span;
  cluster?: string;
  /** Structured metadata that they have. */
  metadata: LabelMatches;
  /** Only the newest one. */
  isOne?: boolean;
  /** It belongs to what the reading is mainly about: readers show how far they are in these. */
  isMain?: boolean;
}

/** When the logs were removed, and until when records may report it. Milliseconds since 1970. */
export interface EvidenceWindow extends Span {
  recordsTo: number;
}

type Rounds = Generator<readonly Wish[], void, void>;

/**
 * What is to be read for the cases of a window, round by round; `base` is what was read so far. A round without wishes is a
 * pause in work that takes long: a page may draw.
 */
export function* evidencePlan(base: RecordBase, selection: Selection, window: EvidenceWindow): Rounds {
  const { cluster } = selection;
  if (isGivenOnce(selection)) {
    window = yield* searchBack(base, selection, window);
  } else {
    yield [...mainWishes(selection, window), ...openBefore(selection, window)];
  }
  yield* missingRecords(base, selection, window);
  const isNarrow = isOfFewPods(selection);
  const around = isNarrow ? timesOf(base, window) : [{ from: window.from, to: window.recordsTo }];
  const nodes = selection.node !== undefined ? [selection.node].flat() : isNarrow ? nodesOf(base) : undefined;
  yield around.flatMap((span) => surroundings(span, cluster, nodes));
  yield* heartbeatsBefore(base, cluster, around, nodes);
  yield onRemovedNodes(base, selection, window);
  if (isNarrow || selection.namespace !== undefined) {
    yield neighbours(base, cluster);
  }
  const cases = yield* casesWithPauses(base, selection, window);
  yield* oneOfEachNamespace(base, cases, selection, window);
  yield [...diskWishes(cases, cluster), ...signsOfLife(base, cases, cluster)];
}

/** Answers between two pauses. */
const ANSWERS_AT_ONCE = 20;

function* casesWithPauses(
  base: RecordBase,
  selection: Selection,
  { recordsTo }: EvidenceWindow
): Generator<readonly Wish[], Case[], void> {
  const steps = casesInSteps({ ...base.records(), now: new Date(recordsTo).toISOString() }, selection);
  for (let count = 0; ; count++) {
    const step = steps.next();
    if (step.done === true) {
      return step.value;
    }
    if (count % ANSWERS_AT_ONCE === 0) {
      yield [];
    }
  }
}

/** A pod, a Job or a workload: a part of what its nodes did. */
export const isOfFewPods = ({ pod, job, workload }: Selection): boolean =>
  pod !== undefined || job !== undefined || workload !== undefined;

/** The records that a selection is about. Jobs of chosen nodes or pods are asked for later, by the ids that pods name. */
export function mainWishes(selection: Selection, { from, recordsTo }: EvidenceWindow): Wish[] {
  const { cluster, ...own } = selection;
  const { namespace, job } = own;
  const span = { from, to: recordsTo };
  return [
    { kind: 'containers', span, cluster, metadata: own, isMain: true },
    { kind: 'pods', span, cluster, metadata: own, isMain: true },
    ...(hasJobsById(selection) ? [] : [{ kind: 'jobs' as const, span, cluster, metadata: { namespace, job } }]),
  ];
}

/** What was under way before a window. What of it has to do with a short one is asked for by id, for it is little. */
function openBefore(selection: Selection, window: EvidenceWindow): Wish[] {
  const { from } = window;
  const { cluster, ...own } = selection;
  const { namespace, job } = own;
  const span = { from: from - OPEN_BEFORE_MS, to: from };
  // Metadata leave out what is false.
  const isOpen = { final: '' };
  const pods = { kind: 'pods' as const, span, cluster, metadata: { ...own, ...isOpen } };
  const jobs = { kind: 'jobs' as const, span, cluster, metadata: { namespace, job, ...isOpen } };
  return isShort(window) ? [] : hasJobsById(selection) ? [pods] : [pods, jobs];
}

const isShort = ({ from, to }: Span): boolean => to - from <= SHORT;

/** Jobs bear neither nodes nor pods: they are asked for by the ids that pods name. */
const hasJobsById = ({ node, pod, job, workload }: Selection): boolean =>
  pod !== undefined || (node !== undefined && job === undefined && workload === undefined);

/** Its name leads to one pod, or the pods of one Job. */
const isGivenOnce = ({ pod, job }: Selection): boolean =>
  (typeof pod === 'string' && isUniqueName('pod', pod)) || (job !== undefined && isUniqueName('job', job));

/**
 * Looks for what has a name that is given only once, newest first, and no further back than it can have begun.
 *
 * @returns the window less what was not read
 */
function* searchBack(
  base: RecordBase,
  selection: Selection,
  window: EvidenceWindow
): Generator<readonly Wish[], EvidenceWindow, void> {
  let length = FIRST_SLICE;
  for (let to = window.recordsTo; to > window.from; to -= length, length = Math.min(DAY, 4 * length)) {
    const from = Math.max(window.from, to - length);
    yield mainWishes(selection, { from, to, recordsTo: to });
    const starts = [
      ...base.of('pods').map(({ created }) => msOf(created)),
      ...base.of('containers').map(({ firstTime }) => msOf(firstTime)),
    ].filter((start) => !Number.isNaN(start));
    if (starts.length > 0 && starts.every((start) => start > from)) {
      return { ...window, from };
    }
  }
  yield openBefore(selection, window);
  return window;
}

/** A record that another one belongs to. */
interface Missing {
  /** By which it is asked for. */
  id: string;
  /** When what it is about began, and when it was likely written. */
  since: number;
  near: number;
  node: string | null;
}

function* missingRecords(base: RecordBase, selection: Selection, window: EvidenceWindow): Rounds {
  const pods = base.of('pods');
  const known = new Set(pods.map(recordKey));
  const orphans = base
    .of('containers')
    .filter(({ cluster, podUid }) => !known.has(recordKey({ cluster, id: podUid })))
    .map(({ podUid, lastTime, firstTime, node }) => missingRecord(podUid, firstTime, lastTime, node));
  // Without a watch there is no pod at all, and asking for very many would be in vain.
  if (pods.length > 0 || base.of('jobs').length > 0 || orphans.length <= FEW) {
    yield [
      ...wishesFor('pods', 'id', [...orphans, ...outdatedPods(base)], selection, window),
      ...wishesFor('pods', 'job', jobsOfUnknownPods(base), selection, window),
    ];
  }
  const all = base.of('pods');
  const jobs = new Map(base.of('jobs').map((job) => [recordKey(job), job]));
  const jobless = all.flatMap(({ cluster, jobUid, created, finished, final, phase }) => {
    const job = jobs.get(recordKey({ cluster, id: jobUid ?? '' }));
    const isKnown = job !== undefined && (job.final || !(final || hasEnded(phase)));
    return jobUid === null || isKnown ? [] : missingRecord(jobUid, job?.created ?? created, finished, null);
  });
  const containers = new Set(base.of('containers').map(recordKey));
  const unseen = all.flatMap((pod) =>
    endedRunsOf(pod).filter(({ id }) => !containers.has(recordKey({ cluster: pod.cluster, id })))
  );
  const unseenRuns = wishesFor('containers', 'id', unseen, selection, window);
  if (hasJobsById(selection)) {
    const { soon, later } = jobsOnNodes(base, jobless, selection, window);
    yield [...soon, ...jobsNamed(podless(base), selection, window), ...unseenRuns];
    yield later();
  } else {
    yield [...wishesFor('jobs', 'id', jobless, selection, window), ...unseenRuns];
  }
}

/** Jobs of containers of whose pods nothing is known. */
function podless(base: RecordBase): Missing[] {
  const pods = new Set(base.of('pods').map(recordKey));
  return base
    .of('containers')
    .flatMap(({ cluster, podUid, job, firstTime, lastTime, node }) =>
      job === null || pods.has(recordKey({ cluster, id: podUid })) ? [] : missingRecord(job, firstTime, lastTime, node)
    );
}

/**
 * The Jobs of pods, until their deletion: it removed logs, and may have been long after the pods' end. Most are deleted soon:
 * the others only are looked for over all of the time since.
 */
function jobsOnNodes(
  base: RecordBase,
  missing: readonly Missing[],
  { cluster }: Selection,
  { from, recordsTo }: EvidenceWindow
): { soon: Wish[]; later: () => Wish[] } {
  const end = recordsTo + AFTER_MS;
  const some = batches(bySince(missing, from), FEW).map((jobs) => {
    const first = (jobs[0]?.since ?? from) - HOUR;
    const last = Math.min(end, (jobs.at(-1)?.since ?? from) + JOBS_DELETED_WITHIN);
    return { ids: jobs.map(({ id }) => id), first, last };
  });
  const wish = (id: string[], span: Span): Wish => ({ kind: 'jobs', cluster, metadata: { id }, span });
  return {
    soon: some.map(({ ids, first, last }) => wish(ids, { from: first, to: last })),
    later: () => {
      const deleted = new Set(base.of('jobs').flatMap(({ id, deletion }) => (deletion?.gone == null ? [] : id)));
      return some.flatMap(({ ids, last }) => {
        const left = ids.filter((id) => !deleted.has(id));
        return left.length === 0 || last >= end ? [] : wish(left, { from: last, to: end });
      });
    },
  };
}

/** Jobs by name, of whose pods nothing is known. */
const jobsNamed = (missing: readonly Missing[], { cluster }: Selection, { from, recordsTo }: EvidenceWindow): Wish[] =>
  batches(bySince(missing, from), FEW).map((jobs) => ({
    ...{ kind: 'jobs', cluster, metadata: { job: jobs.map(({ id }) => id) } },
    span: { from: (jobs[0]?.since ?? from) - HOUR, to: recordsTo + AFTER_MS },
  }));

/** Each once, in the order in which they began. */
function bySince(missing: readonly Missing[], from: number): Missing[] {
  const known = missing.map((one) => ({ ...one, since: Number.isNaN(one.since) ? from : one.since }));
  return [...new Map(known.map((one) => [one.id, one])).values()].sort((a, b) => a.since - b.since);
}

const missingRecord = (
  id: string,
  since: string | null | undefined,
  near: string | null | undefined,
  node: string | null
): Missing => ({ id, since: msOf(since ?? near), near: msOf(near ?? since), node });

const hasEnded = (phase: PodRecord['phase']): boolean => phase === 'Succeeded' || phase === 'Failed';

/**
 * Pods that were under way in their last record here, though a container or their Job has ended: that they ended too may
 * stand in a record from before the window, of which only what is open was read.
 */
function outdatedPods(base: RecordBase): Missing[] {
  const ends = new Map<string, string | null>();
  for (const { cluster, podUid, ended, left, lastTime } of base.of('containers')) {
    if (ended || left !== null) {
      ends.set(recordKey({ cluster, id: podUid }), lastTime);
    }
  }
  for (const job of base.of('jobs')) {
    const end = job.finished ?? job.deletion?.gone ?? job.deletion?.requested;
    if (end != null) {
      ends.set(recordKey(job), end);
    }
  }
  return base.of('pods').flatMap(({ cluster, id, jobUid, final, created, node }) => {
    const end = ends.get(recordKey({ cluster, id })) ?? ends.get(recordKey({ cluster, id: jobUid ?? '' }));
    return final || end == null ? [] : missingRecord(id, created, end, node);
  });
}

/** Jobs that took pods with them which have no record of their deletion, and finished before the window. */
function jobsOfUnknownPods(base: RecordBase): Missing[] {
  const known = new Map<string, number>();
  for (const { cluster, jobUid } of base.of('pods')) {
    const key = recordKey({ cluster, id: jobUid ?? '' });
    known.set(key, (known.get(key) ?? 0) + 1);
  }
  return base
    .of('jobs')
    .flatMap((job) =>
      (known.get(recordKey(job)) ?? 0) < (job.podsDeleted?.count ?? 0)
        ? missingRecord(job.job, job.created, job.finished, null)
        : []
    );
}

/** The container runs of a pod that ended; of one that a newer run followed the end may be unknown. */
const endedRunsOf = (pod: PodRecord): Missing[] =>
  pod.containers.flatMap(({ name, runs, restarts }) =>
    runs.flatMap(({ restart, started, finished }) =>
      finished === null && restart >= restarts
        ? []
        : missingRecord(
            containerRunId({ ...pod, podUid: pod.id, container: name, restart }),
            started ?? pod.created,
            finished,
            pod.node
          )
    )
  );

/** Wishes for records from before the window: those of it are here. */
function wishesFor(
  kind: KindName,
  idName: 'id' | 'job',
  missing: readonly Missing[],
  { cluster, namespace }: Selection,
  window: EvidenceWindow
): Wish[] {
  const { from: end } = window;
  // Of what was under way before a short window nothing was read yet (`openBefore`).
  const latest = isShort(window) ? end - OPEN_BEFORE_MS : end;
  const wanted = [...new Map(missing.map((one) => [one.id, one])).values()];
  const oldest = end - OLDEST;
  if (wanted.length <= FEW) {
    return batches(wanted).map((some): Wish => {
      const first = extent(some.map(({ since }) => since).filter((since) => !Number.isNaN(since)))?.from ?? end;
      const span = { from: Math.max(Math.min(Math.min(first, end) - HOUR, latest), oldest), to: end };
      // Of nodes that are all known only their share is read.
      const there = some.every(({ node }) => node !== null) ? nodesIn(some) : {};
      return { kind, span, cluster, metadata: { ...there, [idName]: some.map(({ id }) => id) } };
    });
  }
  const hours = wanted.flatMap(({ near }) =>
    near >= oldest && near - 5 * MINUTE < end ? { from: near - 5 * MINUTE, to: Math.min(near + HOUR, end) } : []
  );
  const metadata = { namespace, ...nodesIn(wanted) };
  const open = { kind, span: { from: latest, to: end }, cluster, metadata: { ...metadata, final: '' } };
  return [
    ...joinedSpans(hours, 10 * MINUTE).map((span) => ({ kind, span, cluster, metadata })),
    ...(isShort(window) ? [open] : []),
  ];
}

/** Filters for a few nodes; for many it would be longer than it helps. */
function nodesIn(some: ReadonlyArray<{ node: string | null }>): LabelMatches {
  const nodes = [...new Set(some.flatMap(({ node }) => node ?? []))];
  return { node: nodes.length > 0 && nodes.length <= NAMES_PER_QUERY ? nodes : undefined };
}

/** When something happened to a few pods, with what may explain it. */
function timesOf(base: RecordBase, { from, recordsTo }: EvidenceWindow): Span[] {
  const times = [
    ...base.of('containers').map(({ left, lastTime }) => [lastTime, left?.at]),
    ...base.of('pods').map(({ finished, deletion }) => [finished, deletion?.requested, deletion?.gone]),
  ].flat();
  const known = times.map(msOf).filter((time) => time >= from - BEFORE_MS && time <= recordsTo);
  return joinedSpans(
    known.map((time) => ({ from: time - BEFORE_MS, to: Math.min(time + BEFORE_MS, recordsTo) })),
    HOUR
  );
}

const nodesOf = (base: RecordBase): string[] => [...new Set(placesOf(base).map(({ node }) => node))];

/** Where what was read ran; two clusters may have nodes of one name. */
function placesOf(base: RecordBase): Array<{ cluster: string; node: string }> {
  const all = [...base.of('containers'), ...base.of('pods')];
  const places = all.flatMap(({ cluster, node }) => (node === null ? [] : { cluster, node }));
  return [...new Map(places.map((place) => [nodeOf(place), place])).values()];
}

function surroundings(span: Span, cluster: string | undefined, nodes: string[] | undefined): Wish[] {
  const { from, to } = span;
  const onNodes = nodes === undefined ? {} : nodesIn(nodes.map((node) => ({ node })));
  const wish = (kind: KindName, before: number, metadata: LabelMatches = onNodes): Wish => ({
    ...{ kind, cluster, metadata },
    span: { from: from - before, to },
  });
  return [
    wish('nodes', NODES_BEFORE),
    wish('gcs', BEFORE_MS),
    wish('events', BEFORE_MS, {}),
    wish('thresholds', THRESHOLDS_BEFORE),
    wish('watches', BEFORE_MS, {}),
    // A process writes under one id, and the last record says from when it observed: those that run have one here.
    { kind: 'heartbeats', cluster, metadata: onNodes, span: { from: to - HEARTBEAT_EVERY_MS, to } },
  ];
}

/**
 * The earlier processes of agents that started in the middle of a span, and all of those that have been silent since. An
 * agent says until when the process before it observed: of very many that were restarted, as by a rolling upgrade, only the
 * heartbeats around that are read, not all of the span.
 */
function* heartbeatsBefore(
  base: RecordBase,
  cluster: string | undefined,
  spans: readonly Span[],
  nodes: readonly string[] | undefined
): Rounds {
  const places = placesOf(base);
  const others = (nodes ?? []).filter((node) => !places.some((place) => place.node === node));
  const asked = [
    ...places.filter(({ node }) => nodes === undefined || nodes.includes(node)),
    ...(cluster === undefined ? [] : others.map((node) => ({ cluster, node }))),
  ];
  const onNodes = asked.length > NAMES_PER_QUERY ? {} : { node: [...new Set(asked.map(({ node }) => node))] };
  for (let round = 0; round < EARLIER_PROCESSES; round++) {
    const oldest = oldestProcesses(base);
    const ends = spans.flatMap((span) => {
      const late = asked.filter((place) => (oldest.get(nodeOf(place))?.from ?? Infinity) > span.from);
      return late.flatMap((place) => endsBefore(oldest.get(nodeOf(place)), span));
    });
    yield joinedSpans(ends).map((span) => ({ kind: 'heartbeats' as const, cluster, metadata: onNodes, span }));
    const found = oldestProcesses(base);
    if (asked.every((place) => found.get(nodeOf(place))?.from === oldest.get(nodeOf(place))?.from)) {
      break;
    }
  }
  const oldest = oldestProcesses(base);
  yield spans.flatMap(({ from, to }) => {
    const late = asked.filter((place) => (oldest.get(nodeOf(place))?.from ?? Infinity) > from);
    const silent = late.filter((place) => !oldest.has(nodeOf(place)));
    const unknown = cluster === undefined ? others : [];
    const span = { from: from - HEARTBEAT_EVERY_MS, to };
    const named = (late.length > FEW ? silent : late).map(({ node }) => node);
    return named.length > FEW
      ? [{ kind: 'heartbeats' as const, cluster, metadata: {}, span }]
      : batches([...new Set([...named, ...unknown])]).map((node) => ({
          ...{ kind: 'heartbeats' as const, cluster, metadata: { node }, span },
        }));
  });
}

/** Of each node's agent the process that began first, as far as its heartbeats were read. */
function oldestProcesses(base: RecordBase): Map<string, { from: number; previousUntil: number }> {
  const oldest = new Map<string, { from: number; previousUntil: number }>();
  for (const beat of base.of('heartbeats')) {
    const from = msOf(beat.from);
    if (from < (oldest.get(nodeOf(beat))?.from ?? Infinity)) {
      oldest.set(nodeOf(beat), { from, previousUntil: msOf(beat.previousUntil) });
    }
  }
  return oldest;
}

/** Around these moments of a span the process before one has written its last heartbeat: it ended as that one began, or earlier. */
const endsBefore = (process: { from: number; previousUntil: number } | undefined, { from, to }: Span): Span[] =>
  [process?.from ?? NaN, process?.previousUntil ?? NaN]
    .filter((end) => end > from && end <= to)
    .map((end) => ({ from: end - HEARTBEAT_EVERY_MS, to: end + MINUTE }));

const nodeOf = ({ cluster, node }: { cluster: string; node: string }) => `${cluster}/${node}`;

/** With a node, the logs of all that ever ran there went: also of what ended long before the window. */
function onRemovedNodes(base: RecordBase, { cluster, ...own }: Selection, { from, recordsTo }: EvidenceWindow): Wish[] {
  const removed = base.of('nodes').flatMap((record) => {
    const at = record.about === 'node' ? msOf(record.removed) : NaN;
    return at >= from && at < recordsTo ? record.node : [];
  });
  const span = { from: from - OLDEST, to: from };
  return batches([...new Set(removed)]).flatMap((node) => [
    { kind: 'containers' as const, cluster, metadata: { ...own, node }, span },
    { kind: 'pods' as const, cluster, metadata: { ...own, node }, span },
  ]);
}

/** What else was on the nodes when logs were removed from them. */
function neighbours(base: RecordBase, cluster: string | undefined): Wish[] {
  const removals = base.of('containers').flatMap(({ left, node }) => {
    const at = msOf(left?.at);
    return Number.isNaN(at) ? [] : { node, span: { from: at - NEIGHBOURS_AROUND_MS, to: at + NEIGHBOURS_AROUND_MS } };
  });
  return bySpan(removals).flatMap(({ span, nodes }) =>
    onNodes(nodes).flatMap((metadata) => [
      { kind: 'containers' as const, cluster, metadata, span },
      { kind: 'pods' as const, cluster, metadata, span },
    ])
  );
}

/** Causes that the use of a disk supports or contradicts. */
const MEASURED: ReadonlySet<Cause | 'unknown'> = new Set(['C1', 'C2', 'C15', 'C17', 'unknown']);

function diskWishes(cases: readonly Case[], cluster: string | undefined): Wish[] {
  const removals = cases.flatMap(({ cause, at, finished, node }) => {
    const moment = msOf(at ?? finished);
    return node === null || Number.isNaN(moment) || !MEASURED.has(cause)
      ? []
      : { node, span: { from: moment - DISK_AROUND, to: moment + DISK_AROUND } };
  });
  return bySpan(removals).flatMap(({ span, nodes }) =>
    onNodes(nodes).map((metadata) => ({ kind: 'disks' as const, cluster, metadata, span }))
  );
}

/** Of nodes whose agent writes no heartbeats: the disk samples near to what it never opened say when it was there. */
function signsOfLife(base: RecordBase, cases: readonly Case[], cluster: string | undefined): Wish[] {
  const beating = new Set(base.of('heartbeats').map(({ node }) => node));
  const unseen = cases.flatMap(({ seen, node, finished }) => {
    const end = msOf(finished);
    return seen || node === null || beating.has(node) || Number.isNaN(end)
      ? []
      : { node, span: { from: end - SIGNS_AROUND, to: end + SIGNS_AROUND } };
  });
  return bySpan(unseen.slice(0, FEW)).flatMap(({ span, nodes }) =>
    batches(nodes).map((node) => ({ kind: 'disks' as const, cluster, metadata: { node }, span }))
  );
}

/**
 * Whether an agent ships a namespace at all shows in one container record of it, whichever. It matters to those containers
 * that an agent should have seen. The last hour is read first: where pods come and go it has one of each namespace.
 */
function* oneOfEachNamespace(
  base: RecordBase,
  cases: readonly Case[],
  { cluster, node }: Selection,
  { from, recordsTo }: EvidenceWindow
): Rounds {
  const beating = new Set(base.of('heartbeats').map((beat) => nodeOf(beat)));
  const isOpen = ({ cluster, node, unseen }: Case) =>
    unseen !== null && (unseen.code === 'unseen-excluded' || node === null || !beating.has(nodeOf({ cluster, node })));
  const unseen = new Set(cases.filter(isOpen).map(({ namespace }) => namespace));
  const unshipped = () => {
    const shipped = new Set(base.of('containers').map(({ namespace }) => namespace));
    return [...unseen].filter((namespace) => !shipped.has(namespace));
  };
  const kind = 'containers' as const;
  const lastHour = { from: recordsTo - HOUR, to: recordsTo };
  // Of chosen nodes the records of others would be drawn, and explained in turn.
  if (node === undefined && unshipped().length > 1) {
    yield batches(unshipped()).map((namespace) => ({ kind, span: lastHour, cluster, metadata: { namespace } }));
  }
  for (const span of [lastHour, { from: from - DAY, to: recordsTo }]) {
    yield unshipped().map((namespace) => ({ kind, span, cluster, metadata: { namespace }, isOne: true }));
  }
}

/** Removals as few spans with the nodes of each: what happened at the same time is asked for together. */
function bySpan(removals: ReadonlyArray<{ node: string; span: Span }>): Array<{ span: Span; nodes: string[] }> {
  const spans = joinedSpans(removals.map(({ span }) => span)).map((span) => ({ span, nodes: new Set<string>() }));
  const sorted = [...removals].sort((a, b) => a.span.from - b.span.from);
  let place = 0;
  for (const { node, span } of sorted) {
    while ((spans[place]?.span.to ?? Infinity) < span.from) {
      place++;
    }
    spans[place]?.nodes.add(node);
  }
  return spans.map(({ span, nodes }) => ({ span, nodes: [...nodes] }));
}

/** Filters for nodes. Loki reads as much for each as for all nodes together: of many, all are asked for at once. */
const onNodes = (nodes: readonly string[]): LabelMatches[] =>
  nodes.length > MANY_NODES ? [{}] : batches(nodes).map((node) => ({ node }));

function batches<T>(values: readonly T[], size = NAMES_PER_QUERY): T[][] {
  return Array.from({ length: Math.ceil(values.length / size) }, (_, batch) =>
    values.slice(batch * size, (batch + 1) * size)
  );
}

/** NaN where there is no time. */
function msOf(time: string | null | undefined): number {
  const ns = time == null ? undefined : parseNs(time);
  return ns === undefined ? NaN : Number(ns / 1_000_000n);
}
