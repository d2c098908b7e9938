import { containerRunId } from '../container-run';
import {
  type ContainerRecord,
  type EventRecord,
  type GcRecord,
  type Identified,
  type JobRecord,
  type NodeState,
  type PodRecord,
  recordKey,
} from '../records';
import type { CaseInput } from './case';
import { type DiskPressure, diskPressures } from './disk-pressure';
import { inferReclaims } from './inferred-reclaims';
import { Measurements } from './measurements';
import { ms } from './moment';
import { deletionFromEvents, deletionOf, type PodDeletion } from './pod-deletion';

/** The removal of one container by a reclaim. */
export interface Removal {
  gc: GcRecord;
  at: number;
}

/** Clocks of the API server, of nodes and of this program are taken to agree within this. */
export const CLOCKS = 5000;
/** So exact are the times of files that go. */
const AROUND = 1000;
/** A deleted or evicted pod's files go within a minute; the rest is for a busy node. */
export const POD_CLEANUP = 90_000;

/** The records with the indexes that the steps ask. Built once; every question is a look-up. */
export class Facts {
  readonly containerRecords: readonly ContainerRecord[];
  readonly pods: readonly PodRecord[];
  /** Milliseconds since 1970. */
  readonly now: number;
  /** What the agents measured on their nodes. */
  readonly measurements: Measurements;
  private readonly containerRecordsByRun: Map<string, ContainerRecord>;
  private readonly podsByKey: Map<string, PodRecord>;
  /** The removals of which the kubelet's log told, by container id. */
  private readonly removals = new Map<string, Removal>();
  /** The removals told by emptied directories, by container run. */
  private readonly inferred = new Map<string, Removal>();
  private readonly jobs = new Map<string, JobRecord>();
  private readonly jobsByName = new Map<string, JobRecord>();
  private readonly nodes = new Map<string, NodeState[]>();
  private readonly events = new Map<string, EventRecord[]>();
  private readonly pressures = new Map<string, DiskPressure[]>();
  private readonly reclaims = new Map<string, GcRecord[]>();
  private readonly siblings = new Map<string, ContainerRecord[]>();
  private readonly agents = new Map<string, number[]>();
  private readonly shipped = new Set<string>();

  constructor(input: CaseInput) {
    const { containers = [], pods = [], jobs = [], nodes = [], events = [], gcs = [] } = input;
    this.containerRecordsByRun = new Map(containers.map((record) => [runKey(record), record]));
    this.containerRecords = [...this.containerRecordsByRun.values()];
    this.podsByKey = byKey(pods);
    this.pods = [...this.podsByKey.values()];
    for (const job of jobs) {
      this.jobs.set(recordKey(job), job);
      this.jobsByName.set(`${job.cluster}/${job.namespace}/${job.job}`, job);
    }
    const latestNodes = [...byKey(nodes).values()];
    for (const node of latestNodes) {
      if (node.about === 'node') {
        push(this.nodes, `${node.cluster}/${node.node}`, node);
      }
    }
    const latestEvents = [...byKey(events).values()];
    for (const event of latestEvents) {
      const { kind, namespace, name } = event.object;
      const about = kind === 'Node' ? name : `${namespace ?? ''}/${name}`;
      push(this.events, `${event.cluster}/${kind}/${about}/${event.reason}`, event);
      if (event.subject !== null) {
        push(this.events, `${event.cluster}/subject/${namespace ?? ''}/${event.subject}/${event.reason}`, event);
      }
    }
    for (const gc of byKey(gcs).values()) {
      this.addReclaim(gc);
    }
    for (const stretch of diskPressures(latestNodes, latestEvents, gcs)) {
      push(this.pressures, `${stretch.cluster}/${stretch.node}`, stretch);
    }
    for (const containerRecord of this.containerRecords) {
      const { cluster, podUid, container } = containerRecord;
      push(this.siblings, recordKey({ cluster, id: `${podUid}/${container}` }), containerRecord);
      this.shipped.add(`${containerRecord.cluster}/${containerRecord.namespace}`);
    }
    for (const reclaim of inferReclaims(
      this.containerRecords.filter((containerRecord) => this.isLeftByItself(containerRecord))
    )) {
      push(this.reclaims, `${reclaim.cluster}/${reclaim.node}`, reclaim);
      for (const removed of reclaim.containers) {
        const run = recordKey({ cluster: reclaim.cluster, id: removed.run ?? '' });
        this.inferred.set(run, { gc: reclaim, at: ms(removed.at) ?? 0 });
      }
    }
    this.findAgents(input);
    this.measurements = new Measurements(input.disks ?? [], input.thresholds ?? []);
    this.now = ms(input.now) ?? newest(input);
  }

  containerRecord(run: Identified): ContainerRecord | undefined {
    return this.containerRecordsByRun.get(recordKey(run));
  }

  /** The pod of a container run. */
  podOf({ cluster, podUid }: { cluster: string; podUid: string }): PodRecord | undefined {
    return this.podsByKey.get(recordKey({ cluster, id: podUid }));
  }

  /** The removal of a container of which the kubelet's log told. */
  removal(cluster: string, containerId: string | null): Removal | undefined {
    return containerId === null ? undefined : this.removals.get(recordKey({ cluster, id: containerId }));
  }

  /** The removal of a container run that emptied directories tell of. */
  inferredRemoval(run: Identified): Removal | undefined {
    return this.inferred.get(recordKey(run));
  }

  job(pod: PodRecord): JobRecord | undefined {
    return (
      (pod.jobUid === null ? undefined : this.jobs.get(recordKey({ cluster: pod.cluster, id: pod.jobUid }))) ??
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

  /** Events about one object. Node Events carry the name as uid, or none: they are joined by name (reference §5.1). */
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
    return this.pressures
      .get(`${cluster}/${node ?? ''}`)
      ?.find(({ from, to }) => moment >= from - CLOCKS && moment <= (to ?? Infinity) + CLOCKS);
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
    return this.siblings.get(recordKey({ cluster, id: `${podUid}/${container}` })) ?? [];
  }

  /** The node's agent was running at some moment between: a file that was gone before then it would have missed. */
  agentWasAwake(cluster: string, node: string | null, from: number, to: number): boolean {
    return this.agentSigns(cluster, node).some((moment) => moment >= from && moment <= to);
  }

  /** Moments at which a node's agent gave a sign of life, in order; empty where there never was one. */
  agentSigns(cluster: string, node: string | null): readonly number[] {
    return this.agents.get(`${cluster}/${node ?? ''}`) ?? [];
  }

  /** Some container of a namespace has a container record. */
  isNamespaceShipped(cluster: string, namespace: string): boolean {
    return this.shipped.has(`${cluster}/${namespace}`);
  }

  /** The deletion of a container record's pod, also where the pod itself was never recorded. */
  deletion(containerRecord: ContainerRecord): PodDeletion | undefined {
    const pod = this.podOf(containerRecord);
    const told = pod && deletionOf(pod, this.job(pod));
    const { cluster, namespace, pod: name, job } = containerRecord;
    return (
      told ??
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
        this.removals.set(recordKey({ cluster: gc.cluster, id: containerId }), { gc, at: moment });
      }
    }
  }

  /** Its pod was neither deleted nor evicted shortly before: then its emptied directory tells of a reclaim. */
  private isLeftByItself(containerRecord: ContainerRecord): boolean {
    const left = ms(containerRecord.left?.at);
    if (left === undefined || this.podOf(containerRecord)?.reason === 'Evicted') {
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
    // A container record's own times are the container's; that its file went is what the agent saw itself, if perhaps long after. A
    // reclaim is no sign: its times are those of the kubelet's log, which may have been read long after, too.
    containers.forEach(({ cluster, node, left }) => sign(cluster, node, left?.noticed ?? left?.at));
    [...disks, ...thresholds].forEach(({ cluster, node, time }) => sign(cluster, node, time));
    this.agents.forEach((signs) => signs.sort((a, b) => a - b));
  }
}

/** The records by their keys: one with the key of an earlier one replaces it. */
const byKey = <R extends Identified>(records: readonly R[]) =>
  new Map(records.map((record) => [recordKey(record), record]));

const runKey = (record: ContainerRecord) => recordKey({ cluster: record.cluster, id: containerRunId(record) });

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const values = map.get(key);
  if (values) {
    values.push(value);
  } else {
    map.set(key, [value]);
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
  ];
  return times.reduce((latest, time) => Math.max(latest, ms(time) ?? 0), 0);
}
