import { createHash } from 'node:crypto';
import {
  type ContainerRecord,
  type DiskRecord,
  type EventRecord,
  eventRecordSchema,
  type GcRecord,
  type HeartbeatRecord,
  type NodeRecord,
  nodeRecordSchema,
  type PodRecord,
  podRecordSchema,
  RECORD_VERSION,
  type ThresholdsRecord,
  type WatchRecord,
} from '../../model/records';
import { defaultThresholds } from '../../model/thresholds';

/** Records as the agent and the watch write them, of `node-a`. Times are milliseconds since 1970. */
const NODE = 'node-a';
const v = RECORD_VERSION;

export const iso = (time: number): string => `${new Date(time).toISOString().slice(0, 23)}000000Z`;
export const containerId = (text: string): string => createHash('sha256').update(text).digest('hex');

interface RunFacts {
  id: string;
  podUid: string;
  pod: string;
  restart: number;
  containerId: string;
  started: number;
  finished: number;
}

export function containerRecord(
  cluster: string,
  {
    run,
    ...seen
  }: { run: RunFacts } & Pick<
    ContainerRecord,
    'firstTime' | 'lastTime' | 'ended' | 'left' | 'rotatedAway' | 'status' | 'gaps'
  >
): ContainerRecord {
  return {
    ...{ v, kind: 'container', id: run.id, cluster, node: NODE, namespace: 'ns', pod: run.pod, podUid: run.podUid },
    ...{ container: 'main', restart: run.restart, containerId: run.containerId, workload: run.pod, job: null },
    ...{ linesSeen: 10, linesAcked: 10, bytesSeen: 20e6, bytesAcked: 20e6, final: seen.left !== null },
    ...seen,
  };
}

export function podRecord(
  cluster: string,
  {
    runs,
    status,
    upTo,
    skewMs,
    deletion,
  }: {
    runs: readonly RunFacts[];
    status: { reason: string; message: string } | undefined;
    /** What happened after this the record does not tell. */
    upTo: number;
    skewMs: number;
    deletion: object | null;
  }
): PodRecord {
  const [first, last] = [runs[0], runs.at(-1)];
  const begun = runs.filter(({ started }) => started <= upTo);
  const isOver = last !== undefined && last.finished <= upTo;
  const isKilled = isOver && status !== undefined;
  const end = (time: number) => (time <= upTo ? iso(Math.floor((time + skewMs) / 1000) * 1000) : null);
  return podRecordSchema.parse({
    ...{
      v,
      kind: 'pod',
      id: first?.podUid,
      cluster,
      namespace: 'ns',
      pod: first?.pod,
      node: NODE,
      workload: first?.pod,
    },
    phase: !isOver ? 'Running' : isKilled ? 'Failed' : 'Succeeded',
    ...(isKilled && { reason: status.reason, message: status.message }),
    ...{ created: iso(first?.started ?? 0), finished: isOver ? end(last.finished) : null, final: isOver, deletion },
    containers: [
      {
        ...{ name: 'main', state: isOver ? 'terminated' : 'running', restarts: Math.max(0, begun.length - 1) },
        runs: begun.map(({ restart, containerId: id, started, finished }) => ({
          ...{ restart, containerId: id, started: end(started), finished: end(finished) },
        })),
      },
    ],
  });
}

export function condition(cluster: string, from: number, to: number): NodeRecord {
  return nodeRecordSchema.parse({
    ...{ v, kind: 'node', cluster, node: NODE, about: 'condition', id: `${NODE}/condition/DiskPressure/${from}` },
    ...{ condition: 'DiskPressure', status: 'True', from: iso(from), to: iso(to), final: true },
  });
}

export function removedNode(cluster: string, removed: number): NodeRecord {
  return nodeRecordSchema.parse({
    ...{ v, kind: 'node', cluster, node: NODE, about: 'node', id: `${NODE}/node/1`, uid: '1', final: true },
    removed: iso(removed),
  });
}

export function thresholdMet(cluster: string, at: number): EventRecord {
  return eventRecordSchema.parse({
    ...{ v, kind: 'event', id: `event-${at}`, cluster, reason: 'EvictionThresholdMet', type: 'Warning', count: 1 },
    ...{ object: { kind: 'Node', name: NODE }, message: 'Attempting to reclaim ephemeral-storage' },
    ...{ resource: 'ephemeral-storage', first: iso(at), last: iso(at), final: true },
  });
}

export function gcRecord(cluster: string, at: number, ids: readonly string[]): GcRecord {
  return {
    ...{ v, kind: 'gc', id: `${NODE}/gc/${iso(at)}`, cluster, node: NODE, trigger: 'eviction' },
    ...{ resource: 'ephemeral-storage', start: iso(at), end: iso(at + ids.length * 12), images: [], imageBytes: 0 },
    containers: ids.map((id, n) => ({ containerId: id, at: iso(at + (n + 1) * 12) })),
    ...{ containersTotal: ids.length, containersFailed: 0, evicted: [], outcome: 'relieved', source: 'kubelet-log' },
    ...{ part: 1, parts: 1 },
  };
}

export function heartbeat(
  cluster: string,
  { from, to, kubeletLog }: { from: number; to: number; kubeletLog: boolean }
): HeartbeatRecord {
  return {
    ...{ v, kind: 'heartbeat', id: `${NODE}/heartbeat/${from}`, cluster, node: NODE, version: '1', containers: 1 },
    ...{ from: iso(from), to: iso(to), previousUntil: null, logsProblem: null, unackedBytes: 0, oldestUnacked: null },
    kubeletLog: kubeletLog ? { source: 'file', from: iso(from), to: iso(to), problem: null } : null,
    ...{ lokiProblem: null, final: false },
  };
}

export function watch(cluster: string, from: number, to: number): WatchRecord {
  const watching = { state: 'watching' as const, detail: '', resourceVersion: null };
  return {
    ...{ v, kind: 'watch', id: `watch/${from}/w`, cluster, identity: 'w', from: iso(from), to: iso(to) },
    ...{
      completeUntil: iso(to),
      kinds: { pods: watching, nodes: watching },
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
