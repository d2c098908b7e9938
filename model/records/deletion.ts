import * as z from 'zod';
import { time } from './common';

/** Who or what deleted an API object, as far as it shows. The cause that each stands for is named behind it. */
export const deletedBySchema = z.enum([
  'ttl', // ttlSecondsAfterFinished ran out: C7
  'history-limit', // a CronJob's history limit: C8
  'replaced', // concurrencyPolicy Replace: C8
  'owner', // garbage collection, because the owner is gone: C11
  'job-controller', // an active pod of a Job that failed, was suspended or scaled down: C9
  'controller', // its ReplicaSet, DaemonSet or StatefulSet had one too many
  'taint', // NoExecute taint: C12
  'podgc', // too many terminated pods: C10
  'node-gone', // the node object is gone: C13
  'drain', // eviction API: C14
  'preemption', // the scheduler made room for another pod: C14
  'unknown', // a person, or a client that leaves no trace in the API: C6
]);
export type DeletedBy = z.infer<typeof deletedBySchema>;

export const deletionSchema = z.object({
  /** When it was asked for (deletionTimestamp less the grace period); null where it never showed. */
  requested: time.nullable().default(null),
  /** When the object was gone from the API; null while it is only being deleted. */
  gone: time.nullable().default(null),
  /** Set where nobody watched when it went: it was last there at this time, and missing at `gone`. */
  lastThere: time.nullable().default(null),
  by: deletedBySchema,
  /** What `by` rests on, a sentence each. */
  evidence: z.array(z.string()).default([]),
});
export type Deletion = z.infer<typeof deletionSchema>;

/** An object that another belongs to. */
export const ownerSchema = z.object({ kind: z.string(), name: z.string(), uid: z.string() });
export type Owner = z.infer<typeof ownerSchema>;
