import type { DiskRecord, RollupRecord } from '../records';
import { workloadOf } from '../workload';
import type { FamilyPulls } from './pulls';

/** What the containers of a Job family wrote, as rollups tell: each names those with most only, so that more is possible. */
export interface FamilyUse {
  cluster: string;
  namespace: string;
  name: string;
  /** Bytes written to logs, over all nodes. */
  logBytes: number;
  /** The greatest size of writable layers, and of volumes, on one node. */
  layerBytes: number;
  volumeBytes: number;
  /** The greatest ephemeral storage of one pod, logs included. */
  podBytes: number;
  /** Images that its pods had pulled; undefined where no record tells of any. */
  pulled?: FamilyPulls;
}

/** Those that wrote most, by the sum of images, logs, layers and volumes. */
export function familiesOf(
  rollups: readonly RollupRecord[],
  most: number,
  pulls: readonly FamilyPulls[] = []
): FamilyUse[] {
  const families = new Map<string, FamilyUse>();
  const familyOf = (cluster: string, namespace: string, name: string) => {
    const key = JSON.stringify([cluster, namespace, name]);
    const family: FamilyUse = families.get(key) ?? {
      cluster,
      namespace,
      name,
      logBytes: 0,
      layerBytes: 0,
      volumeBytes: 0,
      podBytes: 0,
    };
    families.set(key, family);
    return family;
  };
  for (const { cluster, top } of rollups) {
    top.logs.forEach(({ namespace, workload, bytes }) => (familyOf(cluster, namespace, workload).logBytes += bytes));
    for (const { namespace, workload, bytes } of top.layers) {
      const family = familyOf(cluster, namespace, workload);
      family.layerBytes = Math.max(family.layerBytes, bytes);
    }
    for (const { namespace, workload, bytes } of top.volumes) {
      const family = familyOf(cluster, namespace, workload);
      family.volumeBytes = Math.max(family.volumeBytes, bytes);
    }
    for (const { namespace, workload, bytes } of top.pods) {
      const family = familyOf(cluster, namespace, workload);
      family.podBytes = Math.max(family.podBytes, bytes);
    }
  }
  pulls.forEach((pulled) => (familyOf(pulled.cluster, pulled.namespace, pulled.name).pulled = pulled));
  const sum = ({ logBytes, layerBytes, volumeBytes, pulled }: FamilyUse) =>
    logBytes + layerBytes + volumeBytes + (pulled?.bytes ?? 0);
  const name = (family: FamilyUse) => `${family.cluster} ${family.namespace} ${family.name}`;
  return [...families.values()].sort((a, b) => sum(b) - sum(a) || (name(a) < name(b) ? -1 : 1)).slice(0, most);
}

/** The Job family that wrote most of what filled the disks of a node. */
export interface Writer {
  namespace: string;
  name: string;
  /** Of what was written to the node's disks: at least this. */
  percent: number;
}

/**
 * The family that wrote most on a node: by rollups bytes of its logs and by how much its layers and volumes grew; of the time
 * of samples, the ephemeral storage of its pods. What was deleted between two looks is in neither: at least these.
 *
 * @param samples of a time that no rollup covers
 * @param filled bytes by which use of the node's disks grew, deletions left out
 * @returns undefined where no record names a writer
 */
export function largestWriter(
  rollups: readonly RollupRecord[],
  samples: readonly DiskRecord[],
  filled: number
): Writer | undefined {
  const bytesOf = new Map<string, Writer & { bytes: number }>();
  const add = (namespace: string, name: string, bytes: number) => {
    const key = JSON.stringify([namespace, name]);
    const writer = bytesOf.get(key) ?? { namespace, name, percent: 0, bytes: 0 };
    bytesOf.set(key, { ...writer, bytes: writer.bytes + bytes });
  };
  for (const { top, written } of rollups) {
    [...top.logs, ...written].forEach(({ namespace, workload, bytes }) => add(namespace, workload, bytes));
  }
  const pods = new Map<string, DiskRecord['pods'][number]>();
  for (const pod of samples.flatMap((sample) => sample.pods)) {
    if (pod.bytes > (pods.get(pod.uid)?.bytes ?? 0)) {
      pods.set(pod.uid, pod);
    }
  }
  pods.forEach(({ namespace, name, bytes }) => add(namespace, workloadOf(name).workload, bytes));
  const [most] = [...bytesOf.values()].sort((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1));
  return most === undefined || filled <= 0
    ? undefined
    : { namespace: most.namespace, name: most.name, percent: Math.min(100, (most.bytes / filled) * 100) };
}
