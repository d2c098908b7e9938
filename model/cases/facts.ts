import { containerRunId } from '../container-run';
import {
  type ContainerRecord,
  type EventRecord,
  type GcRecord,
  type JobRecord,
  type NodeCondition,
  type NodeState,
  type PodRecord,
  recordKey,
} from '../records';
import type { CaseInput } from './case';
import { Coverage } from './coverage';
import { type DiskPressure, diskPressures, earliestReclaim } from './disk-pressure';
import { inferReclaims, TOGETHER_MS } from './inferred-reclaims';
import { Measurements } from './measurements';
import { ms } from './moment';
import { deletionFromEvents, deletionOf, type PodDeletion } from './pod-deletion';
import { isUnknownToRuntime, wasShutDown } from './pod-reason';
import { runOf } from './subject';

/** The removal of one container by a reclaim. */
export interface Removal {
  gc: GcRecord;
  at: number;
}

/** A pod, and the node it ran on. */
interface PodOnNode {
  cluster: string;
  node: string | null;
  podUid: string;
}

/** A terminated pod's log that stayed on its node. Milliseconds since 1970. */
interface Stay {
  started: number;
  finished: number;
  /** It was there until then at least. */
  until: number;
  /** The latest `until` of this one and all that finished before it. */
  longest: number;
}

/** Clocks of the API server, of nodes and of this program are taken to agree within this. */
export const CLOCKS = 5000;
/** What is removed so much earlier or later is no part of the same reclaim, and too close to tell it from one. */
const APART = 15_000;
/** An agent that is watching notices a removal within this. */
const PROMPT = 3000;
/** An agent that begins again within this has missed nothing: what went meanwhile went then. */
const BRIEF = 20_000;
/** Where nothing tells how far a node's clock is off: seldom further than this. */
export const CLOCK_MARGIN = 15 * 60_000;
/** So exact are the times of files that go. */
const AROUND = 1000;
/** A container that wrote so shortly before a moment, and did not end by then, was running. */
const WRITING = 1000;
/** What one process removes one after the other goes within this of each other. */
const ONE_BY_ONE = 300;
/** A container that crashes again and again is started within five minutes; the rest is for pulling its image. */
const CRASH_LOOP = 10 * 60_000;
/** The kubelet takes a pod for terminated a few seconds after its last container ended; the rest is for a busy node. */
const SYNC_TERMINATED = 30_000;
/** A deleted or evicted pod's files go within a minute; the rest is for a busy node. */
export const POD_CLEANUP = 90_000;

/** So long after a container's end its record has arrived, if nothing holds it up. */
export const RECORD_DUE = 120_000;

/** The records with the indexes that the hypotheses ask. Built once; every question is a look-up. */
export class Facts {
  /** The newest of each container run. */
  readonly containerRecords: readonly ContainerRecord[];
  readonly pods: readonly PodRecord[];
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The removals that the kubelet's log named. */
  private readonly removals = new Map<string, Removal>();
  /** The removals inferred from emptied directories. */
  private readonly inferred = new Map<string, Removal>();
  /** What the agents measured on their nodes. */
  readonly measurements: Measurements;
  /** Who was observing when. */
  readonly coverage: Coverage;
  private readonly withRunning = new Set<GcRecord>();
  private readonly jobs = new Map<string, JobRecord>();
  private readonly jobsByName = new Map<string, JobRecord>();
  private readonly nodes = new Map<string, NodeState[]>();
  private readonly notReady = new Map<string, NodeCondition[]>();
  private readonly events = new Map<string, EventRecord[]>();
  private readonly pressures = new Map<string, DiskPressure[]>();
  private readonly reclaims = new Map<string, GcRecord[]>();
  private readonly siblings = new Map<string, ContainerRecord[]>();
  private readonly agents = new Map<string, number[]>();
  private readonly shipped = new Set<string>();
  /** By the record's id: a static pod that returns has the UID, the names and the restart counts of its life before. */
  private readonly runs: ReadonlyMap<string, ContainerRecord>;
  /** The container runs of which there is a record. */
  private readonly reported: ReadonlySet<string>;
  private readonly podsById: ReadonlyMap<string, PodRecord>;
  private readonly runsOnNode = new Map<string, ContainerRecord[]>();
  /** Pairs of neighbouring removals, too far from each other for one reclaim. By node, in the order of time. */
  private readonly breaks = new Map<string, Array<{ before: number; after: number }>>();
  private readonly emptied = new Map<string, Array<{ moment: number; podUid: string; isEmpty: boolean }>>();
  private readonly stays = new Map<string, Stay[]>();
  private readonly seemingStays = new Map<string, Stay[]>();
  private readonly shutdowns = new Map<string, number[]>();
  private readonly offsets = new Map<string, number>();

  constructor(input: CaseInput) {
    const { containers = [], pods = [], jobs = [], nodes = [], events = [], gcs = [] } = input;
    this.runs = new Map(containers.map((record) => [recordKey(record), record]));
    this.reported = new Set(containers.map((record) => keyOf(record.cluster, containerRunId(record))));
    this.podsById = new Map(pods.map((record) => [keyOf(record.cluster, record.id), record]));
    this.containerRecords = [...this.runs.values()];
    this.pods = [...this.podsById.values()];
    for (const job of jobs) {
      this.jobs.set(keyOf(job.cluster, job.id), job);
      this.jobsByName.set(`${job.cluster}/${job.namespace}/${job.job}`, job);
    }
    const latestNodes = [...new Map(nodes.map((node) => [recordKey(node), node])).values()];
    for (const node of latestNodes) {
      if (node.about === 'node') {
        push(this.nodes, `${node.cluster}/${node.node}`, node);
      } else if (node.condition === 'Ready') {
        push(this.notReady, `${node.cluster}/${node.node}`, node);
      }
    }
    const latestEvents = [...new Map(events.map((event) => [keyOf(event.cluster, event.id), event])).values()];
    for (const event of latestEvents) {
      const { kind, namespace, name } = event.object;
      const about = kind === 'Node' ? name : `${namespace ?? ''}/${name}`;
      push(this.events, `${event.cluster}/${kind}/${about}/${event.reason}`, event);
      if (event.subject !== null) {
        push(this.events, `${event.cluster}/subject/${namespace ?? ''}/${event.subject}/${event.reason}`, event);
      }
    }
    for (const gc of new Map(gcs.map((record) => [keyOf(record.cluster, record.id), record])).values()) {
      this.addReclaim(gc);
    }
    for (const stretch of diskPressures(latestNodes, latestEvents, gcs)) {
      push(this.pressures, `${stretch.cluster}/${stretch.node}`, stretch);
    }
    for (const containerRecord of this.containerRecords) {
      const { cluster, namespace, node, podUid, container } = containerRecord;
      push(this.siblings, keyOf(cluster, `${podUid}/${container}`), containerRecord);
      push(this.runsOnNode, `${cluster}/${node}`, containerRecord);
      this.shipped.add(`${cluster}/${namespace}`);
    }
    const leftByItself = this.containerRecords.filter((containerRecord) => this.isLeftByItself(containerRecord));
    this.findEmptied(leftByItself);
    for (const reclaim of inferReclaims(leftByItself)) {
      push(this.reclaims, `${reclaim.cluster}/${reclaim.node}`, reclaim);
      if (reclaim.containers.some(({ run, at }) => this.wasRunning(reclaim.cluster, run ?? '', ms(at) ?? 0))) {
        this.withRunning.add(reclaim);
      }
      for (const removed of reclaim.containers) {
        this.inferred.set(keyOf(reclaim.cluster, removed.run ?? ''), { gc: reclaim, at: ms(removed.at) ?? 0 });
      }
    }
    this.findAgents(input);
    this.findOffsets();
    this.findShutdowns(latestEvents);
    this.coverage = new Coverage(input.heartbeats ?? [], input.watches ?? [], this.agents);
    this.measurements = new Measurements(input.disks ?? [], input.thresholds ?? []);
    this.now = ms(input.now) ?? newest(input);
  }

  /** An agent has written a record of a container run. @param runId `containerRunId()` */
  isReported(cluster: string, runId: string): boolean {
    return this.reported.has(keyOf(cluster, runId));
  }

  pod(cluster: string, uid: string): PodRecord | undefined {
    return this.podsById.get(keyOf(cluster, uid));
  }

  /** The removal of a container that the kubelet's log named, by container id. */
  removal({ cluster, containerId }: { cluster: string; containerId: string | null }): Removal | undefined {
    return containerId === null ? undefined : this.removals.get(keyOf(cluster, containerId));
  }

  job(pod: PodRecord): JobRecord | undefined {
    return (
      (pod.jobUid === null ? undefined : this.jobs.get(keyOf(pod.cluster, pod.jobUid))) ??
      (pod.job === null ? undefined : this.jobNamed(pod.cluster, pod.namespace, pod.job))
    );
  }

  jobNamed(cluster: string, namespace: string, name: string): JobRecord | undefined {
    return this.jobsByName.get(`${cluster}/${namespace}/${name}`);
  }

  /** The machines that had a node's name, in no order: one that comes back has a new uid. */
  machines(cluster: string, name: string): readonly NodeState[] {
    return this.nodes.get(`${cluster}/${name}`) ?? [];
  }

  /** Since when a node had not been ready at a moment, by the API server's clock: its kubelet, or all of it, was down. */
  notReadySince(cluster: string, node: string | null, moment: number): number | undefined {
    const stretch = this.notReady
      .get(`${cluster}/${node ?? ''}`)
      ?.find(({ from, to }) => (ms(from) ?? Infinity) <= moment && (ms(to) ?? Infinity) >= moment - CLOCKS);
    return ms(stretch?.from);
  }

  /**
   * Events about one object. Node Events carry the name as uid, or none: they are joined by name
   * (docs/reference/kubernetes.md, Events).
   */
  eventsAbout(cluster: string, kind: string, namespace: string | null, name: string, reason: string): EventRecord[] {
    const about = kind === 'Node' ? name : `${namespace ?? ''}/${name}`;
    return this.events.get(`${cluster}/${kind}/${about}/${reason}`) ?? [];
  }

  /** Events whose message names a Job or pod that something was done to. */
  eventsNaming(cluster: string, namespace: string, subject: string, reason: string): EventRecord[] {
    return this.events.get(`${cluster}/subject/${namespace}/${subject}/${reason}`) ?? [];
  }

  /** The stretch of disk pressure that a moment falls into. */
  pressureAt(cluster: string, node: string | null, moment: number): DiskPressure | undefined {
    return this.pressures.get(`${cluster}/${node ?? ''}`)?.find((stretch) => {
      return moment >= earliestReclaim(stretch) - CLOCKS && moment <= (stretch.to ?? Infinity) + CLOCKS;
    });
  }

  /** The first stretch of disk pressure that a span of time touches. */
  pressureWithin(cluster: string, node: string | null, start: number, end: number): DiskPressure | undefined {
    return this.pressures
      .get(`${cluster}/${node ?? ''}`)
      ?.find((stretch) => (stretch.to ?? Infinity) > start && earliestReclaim(stretch) <= end);
  }

  /**
   * All logs whose directories were emptied by themselves around a moment were removed one after the other, as in one
   * reclaim. What was removed a few seconds before or after the others somebody else removed, and nobody knows which.
   */
  wereRemovedTogether(cluster: string, node: string | null, moment: number): boolean {
    const breaks = this.breaks.get(`${cluster}/${node ?? ''}`) ?? [];
    const next = breaks[countWhile(breaks, ({ before }) => before < moment - APART)];
    return next === undefined || next.after > moment + APART;
  }

  /**
   * Logs of other pods, which nobody had deleted, were removed in the same moment: one process removed them all. A
   * deletion, an eviction or a restart removes the logs of its own pod only.
   *
   * @param areKept only those count whose directories stayed, as a reclaim leaves them
   */
  wereOthersEmptied({ cluster, node, podUid }: PodOnNode, moment: number, { areKept = false } = {}): boolean {
    const emptied = this.emptied.get(`${cluster}/${node ?? ''}`) ?? [];
    const first = countWhile(emptied, (one) => one.moment < moment - ONE_BY_ONE);
    for (let next = first; (emptied[next]?.moment ?? Infinity) <= moment + ONE_BY_ONE; next++) {
      const other = emptied[next];
      if (other !== undefined && other.podUid !== podUid && (other.isEmpty || !areKept)) {
        return true;
      }
    }
    return false;
  }

  private findEmptied(leftByItself: readonly ContainerRecord[]): void {
    for (const { cluster, node, left, podUid } of leftByItself) {
      const moment = ms(left?.at);
      const isEmpty = left?.directory === 'empty';
      // Of a pod of which nothing is known it may have been the deletion that removed the whole directory.
      if (moment !== undefined && (isEmpty || (left?.directory === 'removed' && this.pod(cluster, podUid)))) {
        push(this.emptied, `${cluster}/${node}`, { moment, podUid, isEmpty });
      }
    }
    for (const [node, emptied] of this.emptied) {
      emptied.sort((a, b) => a.moment - b.moment);
      const empty = emptied.filter(({ isEmpty }) => isEmpty);
      const pairs = empty.flatMap(({ moment: after }, index) => {
        const before = empty[index - 1]?.moment;
        return before !== undefined && after - before > TOGETHER_MS ? [{ before, after }] : [];
      });
      this.breaks.set(node, pairs);
    }
  }

  /** The removals that were inferred together with a run's own. */
  inferredRemoval({ cluster, id }: { cluster: string; id: string }): Removal | undefined {
    return this.inferred.get(keyOf(cluster, id));
  }

  /** Among the logs that were removed together were some of containers that ran: a reclaim leaves those. */
  wereRunningRemovedWith({ gc }: Removal): boolean {
    return this.withRunning.has(gc);
  }

  /** It wrote until its log was removed, or ended only later. */
  private wasRunning(cluster: string, id: string, moment: number): boolean {
    const record = this.runs.get(keyOf(cluster, id));
    const pod = record && this.pod(cluster, record.podUid);
    const { run } = record ? runOf(pod, record.container, record.restart) : {};
    const finished = ms(run?.finished);
    return finished === undefined || isUnknownToRuntime({ run })
      ? record?.ended === false && (ms(record.lastTime) ?? 0) >= moment - WRITING
      : finished - moment >= 2 * AROUND;
  }

  /** The node was reclaiming disk at that moment: by its kubelet's log, or by the directories that were emptied. */
  wasReclaiming(cluster: string, node: string | null, moment: number): boolean {
    const reclaims = this.reclaims.get(`${cluster}/${node ?? ''}`) ?? [];
    return reclaims.some(
      ({ start, end, trigger }) =>
        trigger === 'eviction' && (ms(start) ?? Infinity) <= moment + AROUND && (ms(end) ?? 0) >= moment - AROUND
    );
  }

  /** The container records of all runs of the same container. */
  runsBeside(cluster: string, podUid: string, container: string): readonly ContainerRecord[] {
    return this.siblings.get(keyOf(cluster, `${podUid}/${container}`)) ?? [];
  }

  /** An agent of the node reported something between: a file that was gone before then it would have missed. */
  wasAgentThere(cluster: string, node: string | null, from: number, to: number): boolean {
    const signs = this.agents.get(`${cluster}/${node ?? ''}`) ?? [];
    return (
      signs.some((moment) => moment >= from && moment <= to) ||
      (this.coverage.lastBeat(cluster, node) !== undefined && this.coverage.wasAgentObserving(cluster, node, from, to))
    );
  }

  /**
   * How many logs of other terminated pods stayed on a node while one was removed: a reclaim leaves none of them. Only
   * those count that the kubelet would have removed for sure: their pods had ended a while before and were there, and
   * with --minimum-container-ttl-duration they were not younger.
   *
   * @param started when the container started whose log was removed
   */
  othersThatStayed(cluster: string, node: string, moment: number, started = Infinity): number {
    const key = `${cluster}/${node}`;
    const stays = this.stays.get(key) ?? this.findStays(key);
    this.stays.set(key, stays);
    return countStays(stays, moment, SYNC_TERMINATED, started);
  }

  /**
   * The same without the API server's word: how many logs stayed of pods all of whose containers had been over for longer
   * than a crash loop waits. No proof: a container that is not shipped may have run on.
   */
  othersThatSeemedOverStayed(cluster: string, node: string, moment: number): number {
    const key = `${cluster}/${node}`;
    const stays = this.seemingStays.get(key) ?? this.findSeemingStays(key);
    this.seemingStays.set(key, stays);
    return countStays(stays, moment, CRASH_LOOP);
  }

  private findStays(key: string): Stay[] {
    const stays = (this.runsOnNode.get(key) ?? []).flatMap((record): Stay[] => {
      const pod = this.pod(record.cluster, record.podUid);
      const finished = ms(pod?.finished);
      const { podContainer, run } = runOf(pod, record.container, record.restart);
      // What the runtime no longer knows, a reclaim does not remove.
      const isKnown = podContainer?.restarts === record.restart && !isUnknownToRuntime({ run }) && run?.removed == null;
      if (
        !isKnown ||
        !record.ended ||
        finished === undefined ||
        (pod?.phase !== 'Succeeded' && pod?.phase !== 'Failed')
      ) {
        return [];
      }
      const seen = this.removedSince(record) ?? this.coverage.ofAgent(record.cluster, record.node).at(-1)?.to ?? 0;
      const { requested, lastThere } = pod.deletion ?? {};
      const until = Math.min(seen, ms(requested) ?? ms(lastThere) ?? Infinity);
      const started = ms(record.firstTime) ?? finished;
      return [{ started, finished, until, longest: until }];
    });
    return withLongest(stays);
  }

  private findSeemingStays(key: string): Stay[] {
    const pods = new Map<string, ContainerRecord[]>();
    for (const record of this.runsOnNode.get(key) ?? []) {
      push(pods, record.podUid, record);
    }
    const stays = [...pods.values()].flatMap((records): Stay[] => {
      const finished = Math.max(...records.map(({ ended, lastTime }) => (ended ? (ms(lastTime) ?? 0) : Infinity)));
      const newest = records.filter(({ container, restart }) =>
        records.every((other) => other.container !== container || other.restart <= restart)
      );
      return newest.map((record) => {
        const until = this.removedSince(record) ?? 0;
        return { started: ms(record.firstTime) ?? finished, finished, until, longest: until };
      });
    });
    return withLongest(stays);
  }

  /**
   * The earliest moment at which a log may have been removed: earlier than the record says where no agent was watching
   * and the file system kept no time, because the directory was removed as well or changed again. Of one that was there
   * so far it is the last sign of its agent, or its last line where there is none.
   */
  removedSince({ cluster, node, podUid, container, restart, left, lastTime }: ContainerRecord): number | undefined {
    const moment = ms(left?.at);
    if (left === null || moment === undefined) {
      return this.coverage.lastSign(cluster, node) ?? ms(lastTime);
    }
    const lastSeen = ms(left.lastSeen);
    if (lastSeen === undefined || (ms(left.noticed) ?? moment) - lastSeen <= BRIEF) {
      return moment;
    }
    // A newer run's file was in the same directory: its removal is what the directory's time tells.
    const { restarts = 0 } = this.pod(cluster, podUid)?.containers.find(({ name }) => name === container) ?? {};
    const isShared =
      restarts > restart ||
      this.runsBeside(cluster, podUid, container).some(
        (other) => other.restart > restart && other.left?.at === left.at
      );
    return left.directory === 'empty' && !isShared ? moment : Math.min(lastSeen - PROMPT, moment);
  }

  /** When a node was shut down within a span: its kubelet ended pods for that, or an Event tells. */
  shutdownWithin(cluster: string, node: string | null, from: number, to: number): number | undefined {
    return this.shutdowns.get(`${cluster}/${node ?? ''}`)?.find((moment) => moment >= from && moment <= to);
  }

  private findShutdowns(events: readonly EventRecord[]): void {
    for (const pod of this.pods.filter(wasShutDown)) {
      const moment = ms(pod.finished);
      if (moment !== undefined) {
        push(this.shutdowns, `${pod.cluster}/${pod.node ?? ''}`, moment);
      }
    }
    for (const { reason, object, cluster, last } of events) {
      const moment = reason === 'Shutdown' && object.kind === 'Node' ? ms(last) : undefined;
      if (moment !== undefined) {
        push(this.shutdowns, `${cluster}/${object.name}`, moment);
      }
    }
  }

  /** How far a node's clock is ahead of the API server's; undefined where nothing tells. */
  clockOffset(cluster: string, node: string | null): number | undefined {
    return this.offsets.get(`${cluster}/${node ?? ''}`);
  }

  /**
   * The scheduler and the kubelet take a pod up within seconds of each other, each by its own clock: the least delay of
   * a node's pods is how far their clocks are apart.
   */
  private findOffsets(): void {
    for (const { cluster, node, scheduled, started } of this.pods) {
      const [bound, taken] = [ms(scheduled), ms(started)];
      if (node !== null && bound !== undefined && taken !== undefined) {
        const key = `${cluster}/${node}`;
        this.offsets.set(key, Math.min(this.offsets.get(key) ?? Infinity, taken - bound));
      }
    }
    this.offsets.forEach((offset, node) => this.offsets.set(node, Math.abs(offset) <= CLOCKS ? 0 : offset));
  }

  /** Some container of a namespace has a container record. */
  isNamespaceShipped(cluster: string, namespace: string): boolean {
    return this.shipped.has(`${cluster}/${namespace}`);
  }

  /** The deletion of a container record's pod, also where the pod itself was never recorded. */
  deletion(containerRecord: ContainerRecord): PodDeletion | undefined {
    const pod = this.pod(containerRecord.cluster, containerRecord.podUid);
    const reported = pod && deletionOf(pod, this.job(pod));
    const { cluster, namespace, pod: name, job } = containerRecord;
    return (
      reported ??
      deletionFromEvents([
        ...this.eventsNaming(cluster, namespace, name, 'SuccessfulDelete'),
        ...(job === null ? [] : this.eventsNaming(cluster, namespace, job, 'SuccessfulDelete')),
        ...this.eventsAbout(cluster, 'Pod', namespace, name, 'TaintManagerEviction'),
        ...this.eventsAbout(cluster, 'Pod', namespace, name, 'Preempted'),
      ])
    );
  }

  private addReclaim(gc: GcRecord): void {
    push(this.reclaims, `${gc.cluster}/${gc.node}`, gc);
    if (gc.trigger !== 'eviction' || gc.source !== 'kubelet-log') {
      return;
    }
    for (const { containerId, at } of gc.containers) {
      const moment = ms(at);
      if (containerId !== null && moment !== undefined) {
        this.removals.set(keyOf(gc.cluster, containerId), { gc, at: moment });
      }
    }
  }

  /** Its pod was neither deleted nor evicted shortly before: then its emptied directory tells of a reclaim. */
  private isLeftByItself(containerRecord: ContainerRecord): boolean {
    const left = ms(containerRecord.left?.at);
    if (left === undefined || this.pod(containerRecord.cluster, containerRecord.podUid)?.reason === 'Evicted') {
      return false;
    }
    const deletion = this.deletion(containerRecord);
    const since = deletion && left - (deletion.gone ?? deletion.from);
    return since === undefined || since < -CLOCKS || since > POD_CLEANUP;
  }

  private findAgents({ containers = [], disks = [], thresholds = [] }: CaseInput): void {
    const sign = (cluster: string, node: string, time: string | null | undefined): void => {
      const moment = ms(time);
      if (moment !== undefined) {
        push(this.agents, `${cluster}/${node}`, moment);
      }
    };
    // A container record's own times are the container's; that its file went is what the agent saw itself, if perhaps
    // long after. A reclaim is no sign: its times are those of the kubelet's log, which may have been read long after,
    // too.
    containers.forEach(({ cluster, node, left }) => sign(cluster, node, left?.noticed ?? left?.at));
    [...disks, ...thresholds].forEach(({ cluster, node, time }) => sign(cluster, node, time));
    this.agents.forEach((signs) => signs.sort((a, b) => a - b));
  }
}

const keyOf = (cluster: string, id: string) => recordKey({ cluster, id });

/** @param overFor how long before the moment a pod has to have ended, to count for terminated */
function countStays(stays: readonly Stay[], moment: number, overFor: number, started = Infinity): number {
  const until = moment + APART;
  const low = countWhile(stays, ({ finished }) => finished < moment - overFor);
  return (stays[low - 1]?.longest ?? 0) <= until
    ? 0
    : stays.slice(0, low).filter((stay) => stay.until > until && stay.started <= started).length;
}

/** Sorted by their end, so that the longest of all before a moment is found at once. */
function withLongest(stays: Stay[]): Stay[] {
  stays.sort((a, b) => a.finished - b.finished);
  stays.forEach((stay, index) => {
    stay.longest = Math.max(stay.until, stays[index - 1]?.longest ?? 0);
  });
  return stays;
}

/** How many of the first elements meet a condition that all before one meet as well. */
function countWhile<T>(sorted: readonly T[], isMet: (element: T) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const element = sorted[middle];
    if (element !== undefined && isMet(element)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

function push<T>(map: Map<string, T[]>, key: string, ...added: T[]): void {
  const values = map.get(key);
  if (values) {
    values.push(...added);
  } else {
    map.set(key, added);
  }
}

/** The newest time that any record tells: when nobody says what time it is, it is at least that late. */
function newest(input: CaseInput): number {
  const times = [
    ...(input.containers ?? []).flatMap(({ lastTime, left }) => [lastTime, left?.at]),
    ...(input.pods ?? []).flatMap(({ created, finished, deletion }) => [created, finished, deletion?.gone]),
    ...(input.jobs ?? []).map(({ finished }) => finished),
    ...(input.events ?? []).map(({ last }) => last),
    ...(input.gcs ?? []).map(({ end }) => end),
    ...(input.disks ?? []).map(({ time }) => time),
    ...(input.heartbeats ?? []).map(({ to }) => to),
    ...(input.watches ?? []).map(({ to }) => to),
  ];
  return times.reduce((latest, time) => Math.max(latest, ms(time) ?? 0), 0);
}
