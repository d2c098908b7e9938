import * as z from 'zod';
import { RECORD_VERSION, time } from './common';

/** What a reclaim took, as the kubelet's log names it or as the emptied directories show. */
const removedContainerSchema = z.object({
  /** 64 hex digits; null where only the files reported it. */
  containerId: z.string().nullable(),
  /** `containerRunId()`; only where the files reported it. */
  run: z.string().optional(),
  at: time,
});

/**
 * One reclaim of a node's disk: the kubelet's eviction manager (containers first, images second), or its periodic
 * image GC, which takes images only.
 *
 * Written by the agent from the kubelet's log (`source: kubelet-log`). Where no such log could be read, the reader of
 * the records infers the same shape from the container records (`source: files`, `inferReclaims()`); nobody writes those.
 * A reclaim of very many containers comes in several parts, each a record of its own under the same `start`.
 */
export const gcRecordSchema = z.object({
  v: z.literal(RECORD_VERSION),
  kind: z.literal('gc'),
  /** `<node>/gc/<start>`, from the second part on with `/<part>`. */
  id: z.string(),
  cluster: z.string(),
  node: z.string(),
  trigger: z.enum(['eviction', 'image-gc']),
  /** `ephemeral-storage`, `inodes`, `memory`, `pids`; null where the log did not say. */
  resource: z.string().nullable(),
  start: time,
  end: time,
  /** Use of the image file system as the kubelet found it, in percent; only where its log says so (periodic image GC). */
  usagePercent: z.number().optional(),
  containers: z.array(removedContainerSchema),
  /** Containers removed by the whole reclaim, over all its parts. */
  containersTotal: z.number(),
  /** Containers that the kubelet tried to remove and could not. */
  containersFailed: z.number(),
  images: z.array(z.object({ id: z.string(), bytes: z.number().nullable() })),
  /** Bytes of the removed images as the kubelet gave them; what the containers freed nobody says. */
  imageBytes: z.number(),
  /** Pods (`namespace/name`) evicted because this did not suffice. */
  evicted: z.array(z.string()),
  /** `unknown`: the log broke off before the kubelet said how it went. */
  outcome: z.enum(['relieved', 'evicting', 'unknown']),
  source: z.enum(['kubelet-log', 'files']),
  part: z.number(),
  parts: z.number(),
});
export type GcRecord = z.infer<typeof gcRecordSchema>;

/** The fields of a `gc` record that also stand in the entry's structured metadata, by metadata name. */
export const GC_METADATA = { id: 'id', node: 'node', outcome: 'outcome' } as const satisfies Record<
  string,
  keyof GcRecord
>;
