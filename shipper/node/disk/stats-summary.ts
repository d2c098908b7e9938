import * as z from 'zod';
import type { DiskRecord, Filesystem } from '../../../model/records';
import { workloadOf } from '../../../model/workload';

const fsStats = z.object({
  availableBytes: z.number().optional(),
  capacityBytes: z.number().optional(),
  usedBytes: z.number().optional(),
  inodes: z.number().optional(),
  inodesFree: z.number().optional(),
});

/** `/stats/summary` (statsapi v1alpha1) as far as disks go: docs/reference/kubernetes.md, Disk statistics. */
const summarySchema = z.object({
  node: z.object({
    fs: fsStats.optional(),
    runtime: z.object({ imageFs: fsStats.optional(), containerFs: fsStats.optional() }).optional(),
  }),
  pods: z
    .array(
      z.object({
        podRef: z.object({ name: z.string(), namespace: z.string(), uid: z.string() }),
        containers: z.array(z.object({ rootfs: fsStats.optional(), logs: fsStats.optional() })).nullish(),
        'ephemeral-storage': fsStats.optional(),
      })
    )
    .nullish(),
});

/** What the kubelet alone knows about the use of its disks. Running pods only: that is all the kubelet counts. */
export interface DiskStats {
  nodefs: Filesystem | null;
  imagefs: Filesystem | null;
  containerfs: Filesystem | null;
  images: number | null;
  layers: number | null;
  /**
   * emptyDir on the disk and other local ephemeral volumes: what a pod's ephemeral storage has beyond layers and logs.
   */
  volumes: number | null;
  pods: DiskRecord['pods'];
  /** Bytes by `<namespace>/<workload>`; `pods`: ephemeral storage of the largest pod. */
  byWorkload: Record<'layers' | 'volumes' | 'pods', Map<string, number>>;
  /** Layers and volumes of each pod, by its UID. */
  byPod: Map<string, { workload: string; bytes: number }>;
}

const PODS = 5;
/** A pod that uses less than this explains nothing. */
const LEAST_BYTES = 10 * 2 ** 20;

/** Narrows the body of `/stats/summary`. Throws a zod error where it is none. */
export function parseStatsSummary(body: unknown): DiskStats {
  const { node, pods } = summarySchema.parse(body);
  const stored = node.runtime?.imageFs?.usedBytes;
  const byWorkload: DiskStats['byWorkload'] = { layers: new Map(), volumes: new Map(), pods: new Map() };
  const byPod: DiskStats['byPod'] = new Map();
  let [layers, volumes] = [0, 0];
  for (const { podRef, containers, 'ephemeral-storage': storage } of pods ?? []) {
    const podLayers = sumOf(containers?.map(({ rootfs }) => rootfs));
    const podLogs = sumOf(containers?.map(({ logs }) => logs));
    const podVolumes = Math.max(0, (storage?.usedBytes ?? 0) - podLayers - podLogs);
    const workload = `${podRef.namespace}/${workloadOf(podRef.name).workload}`;
    byWorkload.layers.set(workload, (byWorkload.layers.get(workload) ?? 0) + podLayers);
    byWorkload.volumes.set(workload, (byWorkload.volumes.get(workload) ?? 0) + podVolumes);
    byPod.set(podRef.uid, { workload, bytes: podLayers + podVolumes });
    const podBytes = storage?.usedBytes ?? podLayers + podLogs;
    byWorkload.pods.set(workload, Math.max(byWorkload.pods.get(workload) ?? 0, podBytes));
    layers += podLayers;
    volumes += podVolumes;
  }
  return {
    nodefs: filesystemOf(node.fs),
    imagefs: filesystemOf(node.runtime?.imageFs),
    containerfs: filesystemOf(node.runtime?.containerFs),
    images: stored === undefined ? null : Math.max(0, stored - layers),
    layers,
    volumes,
    byWorkload,
    byPod,
    pods: (pods ?? [])
      .map(({ podRef, ...pod }) => ({ ...podRef, bytes: pod['ephemeral-storage']?.usedBytes ?? 0 }))
      .filter(({ bytes }) => bytes >= LEAST_BYTES)
      .sort((a, b) => b.bytes - a.bytes)
      .slice(0, PODS),
  };
}

const sumOf = (all: ReadonlyArray<z.infer<typeof fsStats> | undefined> = []): number =>
  all.reduce((sum, stats) => sum + (stats?.usedBytes ?? 0), 0);

/**
 * `usedBytes` there is what the kubelet or the runtime stores; the rest of the disk belongs to others and is used too.
 */
function filesystemOf(stats: z.infer<typeof fsStats> | undefined): Filesystem | null {
  if (stats?.capacityBytes === undefined || stats.availableBytes === undefined) {
    return null;
  }
  return {
    capacity: stats.capacityBytes,
    available: stats.availableBytes,
    used: Math.max(0, stats.capacityBytes - stats.availableBytes),
    inodes: stats.inodes ?? null,
    inodesFree: stats.inodesFree ?? null,
  };
}
