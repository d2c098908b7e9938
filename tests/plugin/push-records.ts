import {
  CONTAINER_METADATA,
  type ContainerRecord,
  containerRecordSchema,
  type DiskRecord,
  DISK_METADATA,
  diskRecordSchema,
  HEARTBEAT_METADATA,
  type HeartbeatRecord,
  heartbeatRecordSchema,
  NODE_METADATA,
  type NodeRecord,
  nodeRecordSchema,
  POD_METADATA,
  type PodRecord,
  podRecordSchema,
} from '../../model/records';
import type { LokiDataSource, Value } from './loki-data-source';

type AnyRecord = { kind: string; id: string; final?: boolean };

const MINUTE = 60_000;

/** RFC 3339 as records have it. @param time milliseconds since 1970 */
export const iso = (time: number): string => new Date(time).toISOString();

const METADATA: Record<string, Record<string, string>> = {
  container: CONTAINER_METADATA,
  disk: DISK_METADATA,
  heartbeat: HEARTBEAT_METADATA,
  node: NODE_METADATA,
  pod: POD_METADATA,
};

/** Writes records as the shipper does: a stream a kind, with their structured metadata. Times in milliseconds. */
export async function pushRecords(
  loki: LokiDataSource,
  entries: ReadonlyArray<readonly [time: number, record: AnyRecord]>
): Promise<void> {
  const streams = new Map<string, Value[]>();
  for (const [time, record] of [...entries].sort(([a], [b]) => a - b)) {
    const fields: Record<string, unknown> = { ...record };
    const named = Object.entries(METADATA[record.kind] ?? {}).flatMap(([name, field]) =>
      typeof fields[field] === 'string' ? [[name, fields[field]]] : []
    );
    const metadata = { ...Object.fromEntries(named), ...(record.final === true && { final: 'true' }) };
    const values = streams.get(record.kind) ?? [];
    values.push([BigInt(time) * 1_000_000n, JSON.stringify(record), metadata]);
    streams.set(record.kind, values);
  }
  for (const [kind, values] of streams) {
    await loki.push({ service_name: 'afterlog', record: kind, cluster: 'c1' }, values);
  }
}

/** The container record of a container that ended a minute before its log left the node. */
export function containerRecord(name: string, leftAt: number, more: Partial<ContainerRecord> = {}): ContainerRecord {
  return containerRecordSchema.parse({
    ...{ v: 2, kind: 'container', id: `${name}-uid/main/0`, cluster: 'c1', node: 'node-a', namespace: 'shop' },
    ...{ pod: `${name}-bcdfg`, podUid: `${name}-uid`, container: 'main', restart: 0 },
    ...{ containerId: Buffer.from(name).toString('hex').padEnd(64, '0').slice(0, 64), workload: name, job: name },
    ...{ linesSeen: 10, linesAcked: 10, bytesSeen: 1000, bytesAcked: 1000 },
    ...{ firstTime: iso(leftAt - 2 * MINUTE), lastTime: iso(leftAt - MINUTE), ended: true, gaps: [] },
    ...{ rotatedAway: null, left: { at: iso(leftAt), directory: 'empty', bytesUnacked: 0 } },
    ...{ status: 'complete', final: true },
    ...more,
  });
}

/** A pod with one container that is as old as its container record says. */
export function podOf(one: ContainerRecord, more: object = {}): PodRecord {
  const { cluster, node, namespace, pod, podUid, workload, job, containerId, firstTime, lastTime } = one;
  const run = { restart: 0, containerId, started: firstTime, finished: lastTime, exitCode: 0, reason: 'Completed' };
  return podRecordSchema.parse({
    ...{ v: 2, kind: 'pod', id: podUid, cluster, namespace, pod, node, workload, job, phase: 'Succeeded' },
    ...{ created: firstTime, started: firstTime, finished: lastTime, final: true },
    containers: [{ name: 'main', state: 'terminated', runs: [run] }],
    ...more,
  });
}

/** A stretch of disk pressure. */
export function pressure(from: number, to: number | null): NodeRecord {
  return nodeRecordSchema.parse({
    ...{ v: 2, kind: 'node', about: 'condition', cluster: 'c1', node: 'node-a', condition: 'DiskPressure' },
    ...{ id: `node-a/condition/DiskPressure/${iso(from)}`, status: 'True', from: iso(from) },
    ...{ to: to === null ? null : iso(to), final: to !== null },
  });
}

/** A sample of a disk. @param free its free part */
export function disk(at: number, free: number): DiskRecord {
  const capacity = 100 * 2 ** 30;
  return diskRecordSchema.parse({
    ...{ v: 2, kind: 'disk', id: `node-a/disk/${iso(at)}`, cluster: 'c1', node: 'node-a', time: iso(at) },
    ...{ layout: 'single', layoutFrom: 'devices', imagefs: null, logs: null, images: null, layers: null, pods: [] },
    nodefs: { capacity, available: capacity * free, used: capacity * (1 - free), inodes: null, inodesFree: null },
    ...{ atRisk: null, nearest: null },
  });
}

/** What an agent that was observing `node-a` wrote last. Times in milliseconds. */
export function heartbeat(from: number, to: number): HeartbeatRecord {
  return heartbeatRecordSchema.parse({
    ...{ v: 2, kind: 'heartbeat', id: `node-a/heartbeat/${from}`, cluster: 'c1', node: 'node-a', version: '1' },
    ...{ from: iso(from), to: iso(to), previousUntil: null, logsProblem: null, kubeletLog: null, containers: 1 },
    ...{ unackedBytes: 0, oldestUnacked: null, lokiProblem: null, final: false },
  });
}
