import {
  type ContainerRecord,
  containerRecordSchema,
  type DiskRecord,
  diskRecordSchema,
  type EventRecord,
  eventRecordSchema,
  type GcRecord,
  gcRecordSchema,
  type HeartbeatRecord,
  heartbeatRecordSchema,
  type JobRecord,
  jobRecordSchema,
  type NodeRecord,
  nodeRecordSchema,
  type PodRecord,
  podRecordSchema,
  RECORD_VERSION,
  type ThresholdsRecord,
  thresholdsRecordSchema,
  type WatchRecord,
  watchRecordSchema,
} from '../../records';
import { defaultThresholds } from '../../thresholds';

/**
 * Records for tests, of one container `main` of one pod `p` of Job `j` on `node-a`: it runs from 12:00:00 to 12:10:00 and
 * its log leaves at 12:20:00. A test says only what is different; all of it passes the schemas.
 */
export const t = (clock: string): string => `2026-11-23T${clock}.000000000Z`;
export const containerId = (n: number): string => n.toString(16).padStart(64, '0');

const base = { v: 2, cluster: 'c1', namespace: 'ns' };

export function containerRecord(more: Partial<ContainerRecord> = {}): ContainerRecord {
  const record: ContainerRecord = {
    ...base,
    v: 2,
    kind: 'container',
    id: '',
    node: 'node-a',
    pod: 'p',
    podUid: 'p',
    container: 'main',
    restart: 0,
    containerId: containerId(1),
    workload: 'j',
    job: 'j',
    linesSeen: 10,
    linesAcked: 10,
    bytesSeen: 100,
    bytesAcked: 100,
    firstTime: t('12:00:00'),
    lastTime: t('12:10:00'),
    ended: true,
    gaps: [],
    rotatedAway: null,
    left: { at: t('12:20:00'), directory: 'empty', bytesUnacked: 0 },
    status: 'complete',
    final: true,
    ...more,
  };
  return containerRecordSchema.parse({ ...record, id: `${record.podUid}/${record.container}/${record.restart}` });
}

export const left = (clock: string, directory: 'empty' | 'removed' | 'unknown' = 'empty'): ContainerRecord['left'] => ({
  at: t(clock),
  directory,
  bytesUnacked: 0,
});

export const run = (restart: number, started: string, finished: string | null, more: object = {}): object => ({
  restart,
  containerId: containerId(restart + 1),
  started: t(started),
  finished: finished === null ? null : t(finished),
  ...more,
});

export function pod(more: object = {}): PodRecord {
  return podRecordSchema.parse({
    ...base,
    kind: 'pod',
    id: 'p',
    pod: 'p',
    node: 'node-a',
    workload: 'j',
    job: 'j',
    jobUid: 'j',
    phase: 'Succeeded',
    created: t('11:59:00'),
    finished: t('12:10:00'),
    containers: [{ name: 'main', state: 'terminated', runs: [run(0, '12:00:00', '12:10:00')] }],
    final: true,
    ...more,
  });
}

export const deletion = (by: string, requested: string | null, more: object = {}): object => ({
  requested: requested === null ? null : t(requested),
  gone: requested === null ? null : t(requested),
  by,
  ...more,
});

export function job(more: object = {}): JobRecord {
  return jobRecordSchema.parse({
    ...base,
    kind: 'job',
    id: 'j',
    job: 'j',
    finished: t('12:10:00'),
    result: 'complete',
    final: true,
    ...more,
  });
}

let events = 0;
export function event(reason: string, kind: string, name: string, clock: string, more: object = {}): EventRecord {
  return eventRecordSchema.parse({
    ...base,
    kind: 'event',
    id: `event-${events++}`,
    reason,
    type: 'Normal',
    object: { kind, namespace: kind === 'Node' ? null : 'ns', name },
    message: '',
    first: t(clock),
    last: t(clock),
    count: 1,
    final: true,
    ...more,
  });
}

export function condition(from: string, to: string | null, type = 'DiskPressure'): NodeRecord {
  return nodeRecordSchema.parse({
    ...base,
    kind: 'node',
    node: 'node-a',
    about: 'condition',
    id: `node-a/condition/${type}/${from}`,
    condition: type,
    status: 'True',
    from: t(from),
    to: to === null ? null : t(to),
    final: to !== null,
  });
}

export function machine(more: object = {}): NodeRecord {
  return nodeRecordSchema.parse({
    ...base,
    kind: 'node',
    node: 'node-a',
    about: 'node',
    id: 'node-a/node/1',
    uid: '1',
    final: false,
    ...more,
  });
}

export function gc(start: string, ids: number[], more: object = {}): GcRecord {
  return gcRecordSchema.parse({
    ...base,
    kind: 'gc',
    id: `node-a/gc/${t(start)}`,
    node: 'node-a',
    trigger: 'eviction',
    resource: 'ephemeral-storage',
    start: t(start),
    end: t(start),
    containers: ids.map((n) => ({ containerId: containerId(n), at: t(start) })),
    containersTotal: ids.length,
    containersFailed: 0,
    images: [],
    imageBytes: 0,
    evicted: [],
    outcome: 'relieved',
    source: 'kubelet-log',
    part: 1,
    parts: 1,
    ...more,
  });
}

/** An agent that was observing `node-a`, with nothing unacknowledged and no kubelet log. */
export function heartbeat(from: string, to: string, more: object = {}): HeartbeatRecord {
  return heartbeatRecordSchema.parse({
    ...{ v: RECORD_VERSION, kind: 'heartbeat', id: `node-a/heartbeat/${from}`, cluster: 'c1', node: 'node-a' },
    ...{ version: '1', from: t(from), to: t(to), previousUntil: null, logsProblem: null, kubeletLog: null },
    ...{ containers: 1, unackedBytes: 0, oldestUnacked: null, lokiProblem: null, final: false },
    ...more,
  });
}

export const kubeletLog = (from: string, to: string) => ({ source: 'file', from: t(from), to: t(to), problem: null });

/** A watch of pods and nodes, complete to its end. */
export function watch(from: string, to: string): WatchRecord {
  const watching = { state: 'watching', detail: '', resourceVersion: null };
  return watchRecordSchema.parse({
    ...{
      v: RECORD_VERSION,
      kind: 'watch',
      id: `watch/${from}/w`,
      cluster: 'c1',
      identity: 'w',
      from: t(from),
      to: t(to),
    },
    ...{ completeUntil: t(to), kinds: { pods: watching, nodes: watching, jobs: watching }, final: false },
  });
}

/** A sample of the one disk of `node-a`, of 100 GB. */
export function disk(clock: string, usedPart: number): DiskRecord {
  const capacity = 100e9;
  return diskRecordSchema.parse({
    ...{ v: RECORD_VERSION, kind: 'disk', id: `node-a/disk/${clock}`, cluster: 'c1', node: 'node-a', time: t(clock) },
    ...{ layout: 'single', layoutFrom: 'devices', imagefs: null, logs: null, images: null, layers: null, pods: [] },
    nodefs: {
      ...{ capacity, used: capacity * usedPart, available: capacity * (1 - usedPart) },
      ...{ inodes: null, inodesFree: null },
    },
    ...{ atRisk: null, nearest: null },
  });
}

/** The kubelet's settings as read from it: Kubernetes' defaults. */
export function thresholds(clock: string, more: object = {}): ThresholdsRecord {
  return thresholdsRecordSchema.parse({
    ...{
      v: RECORD_VERSION,
      kind: 'thresholds',
      id: 'node-a/thresholds',
      cluster: 'c1',
      node: 'node-a',
      time: t(clock),
    },
    ...defaultThresholds('v1.30.1'),
    ...{ source: 'configz' },
    ...more,
  });
}
