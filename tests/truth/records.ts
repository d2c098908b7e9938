import { createHash } from 'node:crypto';
import {
  type ContainerRecord,
  type DiskRecord,
  type EventRecord,
  eventRecordSchema,
  type GcRecord,
  type HeartbeatRecord,
  type JobRecord,
  jobRecordSchema,
  type JobTransition,
  type NodeRecord,
  nodeRecordSchema,
  type PodRecord,
  podRecordSchema,
  RECORD_VERSION,
  type ThresholdsRecord,
  type WatchRecord,
} from '../../model/records';
import { defaultThresholds } from '../../model/thresholds';
import { END, endOf, type Pod, type PodDeletion, type Run } from './story';

/** Records as the agent and the watch write them, of `node-a`. Times are milliseconds since 1970. */
const NODE = 'node-a';
const v = RECORD_VERSION;

export const iso = (time: number): string => `${new Date(time).toISOString().slice(0, 23)}000000Z`;
/** Kubernetes has whole seconds. */
const second = (time: number): string => iso(Math.floor(time / 1000) * 1000);
export const containerId = (text: string): string => createHash('sha256').update(text).digest('hex');

export function containerRecord(
  cluster: string,
  pod: Pod,
  run: Run,
  seen: Pick<
    ContainerRecord,
    'bytesSeen' | 'firstTime' | 'lastTime' | 'ended' | 'left' | 'rotatedAway' | 'status' | 'gaps'
  >
): ContainerRecord {
  return {
    ...{ v, kind: 'container', id: run.id, cluster, node: NODE, namespace: 'ns', pod: pod.name, podUid: pod.uid },
    ...{ container: run.container, restart: run.restart, containerId: run.containerId, workload: pod.name },
    ...{ job: pod.job, linesSeen: 10, linesAcked: 10, bytesAcked: seen.bytesSeen, final: seen.left !== null },
    ...seen,
  };
}

export function podRecord(
  cluster: string,
  pod: Pod,
  {
    upTo,
    node,
    hasTimes,
    deletion,
  }: {
    /** What happened after this the record does not tell. */
    upTo: number;
    /** A time on the node's clock. */
    node: (time: number) => number;
    hasTimes: boolean;
    deletion: object | null;
  }
): PodRecord {
  const first = Math.min(...pod.runs.map(({ started }) => started));
  const begun = pod.runs.filter(({ started }) => started <= upTo);
  const isOver = pod.runs.every(({ finished }) => finished <= Math.min(upTo, END));
  const { status } = pod;
  const isKilled = status !== undefined && status.at <= upTo;
  const text = (time: number) => (time <= Math.min(upTo, END) ? iso(Math.floor(node(time) / 1000) * 1000) : null);
  return podRecordSchema.parse({
    ...{ v, kind: 'pod', id: pod.uid, cluster, namespace: 'ns', pod: pod.name, node: NODE, workload: pod.name },
    ...{ job: pod.job, jobUid: pod.job && `${pod.job}-uid`, restartsAllContainers: pod.restartsAll },
    phase: !isOver ? 'Running' : isKilled ? 'Failed' : 'Succeeded',
    ...(isKilled && { reason: status.reason, message: status.message }),
    created: second(first - 2500),
    ...(hasTimes && { scheduled: second(first - 2300), started: second(node(first - 1900)) }),
    ...{ finished: isOver ? text(endOf(pod)) : null, final: isOver, deletion },
    containers: pod.containers.map(({ name, role }) => {
      const runs = begun.filter(({ container }) => container === name);
      const isRunning = runs.some(({ finished }) => finished > Math.min(upTo, END));
      return {
        ...{ name, role, state: isRunning ? 'running' : 'terminated', restarts: Math.max(0, runs.length - 1) },
        // The API shows the newest two of each container.
        runs: runs.slice(-2).map((run) => ({
          ...{ restart: run.restart, containerId: run.containerId },
          ...{ started: text(run.started), finished: text(run.finished) },
          exitCode: text(run.finished) === null ? null : role === 'init' ? 0 : 1,
          ...(run.unknownToRuntime &&
            text(run.finished) !== null && { reason: 'ContainerStatusUnknown', exitCode: 137 }),
          ...(run.restartedInPlace && text(run.finished) !== null && { removed: 'RestartingAllContainers' }),
        })),
      };
    }),
  });
}

export function jobRecord(
  cluster: string,
  pod: Pod,
  {
    finished,
    deletion,
    transitions,
  }: { finished: number | null; deletion: PodDeletion | undefined; transitions: readonly JobTransition[] }
): JobRecord {
  return jobRecordSchema.parse({
    ...{ v, kind: 'job', id: `${pod.job}-uid`, cluster, namespace: 'ns', job: pod.job, transitions },
    ...{ created: iso(pod.runs[0]?.started ?? 0), result: finished === null ? 'running' : 'complete' },
    ...{ finished: finished === null ? null : iso(finished), final: finished !== null },
    ttlSecondsAfterFinished: deletion?.by === 'ttl' ? 60 : null,
    deletion: deletion && {
      ...{
        requested: iso(deletion.at),
        gone: iso(deletion.gone),
        by: deletion.by === 'owner' ? 'unknown' : deletion.by,
      },
      evidence: deletion.evidence,
    },
    podsDeleted: deletion && { count: 1, from: iso(deletion.at), to: iso(deletion.gone) },
  });
}

export function condition(cluster: string, from: number, to: number | null): NodeRecord {
  return nodeRecordSchema.parse({
    ...{ v, kind: 'node', cluster, node: NODE, about: 'condition', id: `${NODE}/condition/DiskPressure/${from}` },
    ...{
      condition: 'DiskPressure',
      status: 'True',
      from: iso(from),
      to: to === null ? null : iso(to),
      final: to !== null,
    },
  });
}

export function nodeRecord(cluster: string, removed: number | null, boots: number): NodeRecord {
  return nodeRecordSchema.parse({
    ...{ v, kind: 'node', cluster, node: NODE, about: 'node', id: `${NODE}/node/1`, uid: '1' },
    ...{ bootId: `boot-${boots}`, removed: removed === null ? null : iso(removed), final: removed !== null },
  });
}

export function thresholdMet(cluster: string, at: number, resource: string): EventRecord {
  return eventRecordSchema.parse({
    ...{ v, kind: 'event', id: `event-${at}`, cluster, reason: 'EvictionThresholdMet', type: 'Warning', count: 1 },
    ...{ object: { kind: 'Node', name: NODE }, message: `Attempting to reclaim ${resource}`, resource },
    ...{ first: second(at), last: second(at), final: true },
  });
}

export function nodeEvent(cluster: string, at: number, reason: 'Rebooted' | 'Shutdown'): EventRecord {
  return eventRecordSchema.parse({
    ...{ v, kind: 'event', id: `event-${reason}-${at}`, cluster, reason, type: 'Warning', count: 1 },
    ...{ object: { kind: 'Node', name: NODE }, message: reason, first: second(at), last: second(at), final: true },
  });
}

export function podEvent(
  cluster: string,
  pod: string,
  reason: string,
  message: string,
  { at }: { at: number }
): EventRecord {
  return eventRecordSchema.parse({
    ...{ v, kind: 'event', id: `event-${pod}-${reason}-${at}`, cluster, reason, type: 'Normal', count: 1 },
    ...{ object: { kind: 'Pod', namespace: 'ns', name: pod }, message, first: second(at), last: second(at) },
    ...{ component: 'kubelet', final: true },
  });
}

export function gcRecord(
  cluster: string,
  at: number,
  { ids, resource }: { ids: readonly string[]; resource: string }
): GcRecord {
  return {
    ...{ v, kind: 'gc', id: `${NODE}/gc/${iso(at)}`, cluster, node: NODE, trigger: 'eviction' },
    ...{ resource, start: iso(at), end: iso(at + ids.length * 12), images: [], imageBytes: 0 },
    containers: ids.map((id, n) => ({ containerId: id, at: iso(at + (n + 1) * 12) })),
    ...{ containersTotal: ids.length, containersFailed: 0, evicted: [], outcome: 'relieved', source: 'kubelet-log' },
    ...{ part: 1, parts: 1 },
  };
}

export function imageGcRecord(cluster: string, at: number): GcRecord {
  const images = [{ id: 'sha256:1', bytes: 65e6 }];
  return {
    ...gcRecord(cluster, at, { ids: [], resource: '' }),
    ...{ trigger: 'image-gc', resource: null, end: iso(at + 900), images, imageBytes: 65e6 },
  };
}

export function heartbeat(
  cluster: string,
  {
    from,
    to,
    hasKubeletLog,
    read,
    final,
  }: {
    from: number;
    to: number;
    hasKubeletLog: boolean;
    read: readonly [number, number] | undefined;
    final: boolean;
  }
): HeartbeatRecord {
  return {
    ...{ v, kind: 'heartbeat', id: `${NODE}/heartbeat/${from}`, cluster, node: NODE, version: '1', containers: 1 },
    ...{ from: iso(from), to: iso(to), previousUntil: null, logsProblem: null, unackedBytes: 0, oldestUnacked: null },
    kubeletLog: hasKubeletLog
      ? { source: 'file', from: read ? iso(read[0]) : null, to: read ? iso(read[1]) : null, problem: null }
      : null,
    ...{ lokiProblem: null, final },
  };
}

export function watch(cluster: string, from: number, to: number, forbidden: readonly string[]): WatchRecord {
  const watching = { state: 'watching' as const, detail: '', resourceVersion: null };
  const kind = (name: string) => (forbidden.includes(name) ? { ...watching, state: 'forbidden' as const } : watching);
  return {
    ...{ v, kind: 'watch', id: `watch/${from}/w`, cluster, identity: 'w', from: iso(from), to: iso(to) },
    ...{
      completeUntil: iso(to),
      kinds: { pods: kind('pods'), nodes: kind('nodes'), events: watching },
      cases: null,
      namespaces: [],
      final: false,
    },
  };
}

export function disk(cluster: string, at: number, used: number): DiskRecord {
  const capacity = 100e9;
  return {
    ...{ v, kind: 'disk', id: `${NODE}/disk/${at}`, cluster, node: NODE, time: iso(at), layout: 'single' },
    ...{ layoutFrom: 'devices', imagefs: null, logs: null, images: null, layers: null, pods: [], atRisk: null },
    nodefs: { capacity, used: capacity * used, available: capacity * (1 - used), inodes: null, inodesFree: null },
    nearest: null,
  };
}

export function thresholds(cluster: string, at: number, isRead: boolean): ThresholdsRecord {
  return {
    ...{ v, kind: 'thresholds', id: `${NODE}/thresholds`, cluster, node: NODE, time: iso(at) },
    ...defaultThresholds('v1.30.1'),
    source: isRead ? 'configz' : 'assumed',
  };
}
