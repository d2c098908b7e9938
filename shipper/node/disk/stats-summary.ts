import * as z from 'zod';
import type { DiskRecord, Filesystem } from '../../../model/records';

const fsStats = z.object({
  availableBytes: z.number().optional(),
  capacityBytes: z.number().optional(),
  usedBytes: z.number().optional(),
  inodes: z.number().optional(),
  inodesFree: z.number().optional(),
});

/** `/stats/summary` (statsapi v1alpha1) as far as disks go: kubernetes-log-loss reference §9.2. */
const summarySchema = z.object({
  node: z.object({
    fs: fsStats.optional(),
    runtime: z.object({ imageFs: fsStats.optional(), containerFs: fsStats.optional() }).optional(),
  }),
  pods: z
    .array(
      z.object({
        podRef: z.object({ name: z.string(), namespace: z.string(), uid: z.string() }),
        containers: z.array(z.object({ rootfs: fsStats.optional() })).nullish(),
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
  pods: DiskRecord['pods'];
}

const PODS = 5;
/** A pod that uses less than this explains nothing. */
const LEAST_BYTES = 10 * 2 ** 20;

/** Narrows the body of `/stats/summary`. Throws a zod error where it is none. */
export function parseStatsSummary(body: unknown): DiskStats {
  const { node, pods } = summarySchema.parse(body);
  const stored = node.runtime?.imageFs?.usedBytes;
  const layers = (pods ?? [])
    .flatMap(({ containers }) => containers ?? [])
    .reduce((sum, { rootfs }) => sum + (rootfs?.usedBytes ?? 0), 0);
  return {
    nodefs: filesystemOf(node.fs),
    imagefs: filesystemOf(node.runtime?.imageFs),
    containerfs: filesystemOf(node.runtime?.containerFs),
    images: stored === undefined ? null : Math.max(0, stored - layers),
    layers,
    pods: (pods ?? [])
      .map(({ podRef, ...pod }) => ({ ...podRef, bytes: pod['ephemeral-storage']?.usedBytes ?? 0 }))
      .filter(({ bytes }) => bytes >= LEAST_BYTES)
      .sort((a, b) => b.bytes - a.bytes)
      .slice(0, PODS),
  };
}

/** `usedBytes` there is what the kubelet or the runtime stores; the rest of the disk belongs to others and is used too. */
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
