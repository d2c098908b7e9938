import * as z from 'zod';
import { RECORD_VERSION, time } from './common';
import { deletionSchema, ownerSchema } from './deletion';

const text = z.string().nullable().default(null);
const whole = z.number().nullable().default(null);
const moment = time.nullable().default(null);

/** One run of a container as the API reported it: a container run. */
export const containerRunSchema = z.object({
  /** The restart count of this run, the number in its log file's name. */
  restart: z.number(),
  /** 64 hex digits without the runtime's prefix; null where the API never showed it. */
  containerId: text,
  started: moment,
  /**
   * null while it runs. Where the kubelet lost sight of the container (an eviction), the end of its pod by the pod's
   * conditions, or when the watch saw it: some seconds late at most.
   */
  finished: moment,
  exitCode: whole,
  signal: whole,
  /** `Completed`, `Error`, `OOMKilled`, `ContainerStatusUnknown`, … */
  reason: text,
  message: text,
  /**
   * Why the runtime no longer has this container while the pod object is there, as the kubelet said it:
   * `RestartingAllContainers` (Kubernetes 1.35 and newer), `ContainerStatusUnknown`.
   */
  removed: text,
});
export type ContainerRun = z.infer<typeof containerRunSchema>;

export const podContainerSchema = z.object({
  name: z.string(),
  role: z.enum(['init', 'sidecar', 'main', 'ephemeral']).default('main'),
  image: text,
  state: z.enum(['waiting', 'running', 'terminated', 'unknown']),
  /** Why it waits: `ContainerCreating`, `CrashLoopBackOff`, `ImagePullBackOff`, … */
  waiting: text,
  restarts: z.number().default(0),
  /** Runs that the API showed, oldest first; the oldest are left out where there are many (`restarts` counts them). */
  runs: z.array(containerRunSchema).default([]),
  /** ephemeral-storage, as quantities (`500Mi`). */
  storageRequest: text,
  storageLimit: text,
});
export type PodContainer = z.infer<typeof podContainerSchema>;

/**
 * A pod's life. Fields that are null or empty are left out of the line; parsing puts them back.
 *
 * The entry's timestamp is the time of the last change it reports. A pod that goes together with its Job, and of which
 * nothing else changed, is not written again: its deletion stands in the `job` record (`podsDeleted`).
 */
export const podRecordSchema = z.object({
  v: z.literal(RECORD_VERSION),
  kind: z.literal('pod'),
  /** The pod's UID. */
  id: z.string(),
  cluster: z.string(),
  namespace: z.string(),
  pod: z.string(),
  /** null while it is not scheduled. */
  node: text,
  /** `workloadOf(pod)`: the label of its log streams. */
  workload: z.string(),
  job: text,
  /** The Job's UID, the id of its `job` record. */
  jobUid: text,
  cronJob: text,
  /** The controlling owner where it is no Job. */
  owner: ownerSchema.nullable().default(null),
  phase: z.enum(['Pending', 'Running', 'Succeeded', 'Failed', 'Unknown']),
  /** `Evicted`, `NodeLost`, `Terminated`, … */
  reason: text,
  message: text,
  created: moment,
  scheduled: moment,
  /** When the kubelet took it up. */
  started: moment,
  /** End of the last container; null while something runs, or where the API does not report. */
  finished: moment,
  /** Condition DisruptionTarget (Kubernetes 1.26 and newer). */
  disruption: z.object({ reason: z.string(), message: text, at: moment }).nullable().default(null),
  /** A container rule of the pod may restart all its containers in place (C19). */
  restartsAllContainers: z.boolean().default(false),
  /** When all its containers were removed and started again in place: condition AllContainersRestarting. Oldest first. */
  allContainersRestarts: z.array(z.object({ from: moment, to: moment })).default([]),
  containers: z.array(podContainerSchema).default([]),
  deletion: deletionSchema.nullable().default(null),
  /** No container of it can run any more. */
  final: z.boolean(),
});
export type PodRecord = z.infer<typeof podRecordSchema>;

/** The fields of a `pod` record that also stand in the entry's structured metadata, by metadata name. */
export const POD_METADATA = {
  id: 'id',
  node: 'node',
  namespace: 'namespace',
  pod: 'pod',
  job: 'job',
  workload: 'workload',
  phase: 'phase',
} as const satisfies Record<string, keyof PodRecord>;
