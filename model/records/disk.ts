import * as z from 'zod';
import { RECORD_VERSION, time } from './common';

/** One file system, in bytes and inodes; inodes are null where it has none to count (btrfs, some network disks). */
export const filesystemSchema = z.object({
  capacity: z.number(),
  available: z.number(),
  used: z.number(),
  inodes: z.number().nullable(),
  inodesFree: z.number().nullable(),
});
export type Filesystem = z.infer<typeof filesystemSchema>;

/**
 * How the kubelet's two file systems lie on the node's disks. It decides which signal deletes dead containers
 * (docs/reference/kubernetes.md, Which signal deletes containers): `split` is an imagefs of its own while the
 * containers' layers are on nodefs.
 */
export const diskLayoutSchema = z.enum(['single', 'dedicated-imagefs', 'split', 'unknown']);
export type DiskLayout = z.infer<typeof diskLayoutSchema>;

/** A node's disk at one moment. Each sample has an id of its own: it is a series, nothing replaces it. */
export const diskRecordSchema = z.object({
  v: z.literal(RECORD_VERSION),
  kind: z.literal('disk'),
  /** `<node>/disk/<time>`. */
  id: z.string(),
  cluster: z.string(),
  node: z.string(),
  time,
  layout: diskLayoutSchema,
  /** `devices`: the directories' device numbers; `kubelet-stats`: equal numbers in `/stats/summary`, an inference. */
  layoutFrom: z.enum(['devices', 'kubelet-stats', 'none']),
  nodefs: filesystemSchema.nullable(),
  /** null in layout `single`, where nodefs is both, and where it could not be read. */
  imagefs: filesystemSchema.nullable(),
  /** Bytes of container logs of running containers and of finished ones; null where the agent does not know. */
  logs: z.object({ live: z.number(), dead: z.number() }).nullable(),
  /** Bytes that the runtime stores less `layers`: images, and the layers of dead containers. From `/stats/summary`. */
  images: z.number().nullable(),
  /** Bytes of the writable layers of running containers. From `/stats/summary`. */
  layers: z.number().nullable(),
  /**
   * The pods that use most ephemeral storage, largest first. From `/stats/summary`, which knows running pods only.
   * Empty in most samples: they are named every ten minutes.
   */
  pods: z.array(z.object({ namespace: z.string(), name: z.string(), uid: z.string(), bytes: z.number() })),
  /** Bytes on the node that Loki has not acknowledged and that the next reclaim would delete. */
  atRisk: z.number().nullable(),
  /** The eviction signal nearest to its threshold; `margin` in bytes or inodes, negative once it is crossed. */
  nearest: z.object({ signal: z.string(), margin: z.number(), fraction: z.number() }).nullable(),
});
export type DiskRecord = z.infer<typeof diskRecordSchema>;

/** The fields of a `disk` record that also stand in the entry's structured metadata, by metadata name. */
export const DISK_METADATA = { id: 'id', node: 'node' } as const satisfies Record<string, keyof DiskRecord>;
