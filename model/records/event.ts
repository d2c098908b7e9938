import * as z from 'zod';
import { RECORD_VERSION, time } from './common';

const text = z.string().nullable().default(null);

/**
 * A Kubernetes Event of the table in docs/reference/kubernetes.md, Events. The entry's timestamp is `last`; an Event
 * that is counted up is written again. Events are incomplete evidence: that one is missing proves nothing.
 */
export const eventRecordSchema = z.object({
  v: z.literal(RECORD_VERSION),
  kind: z.literal('event'),
  /** The Event's UID, for Events on nodes with the count behind a slash: each of those is evidence of its own. */
  id: z.string(),
  cluster: z.string(),
  reason: z.string(),
  type: z.enum(['Normal', 'Warning']),
  /** What it is about. Node Events are joined by name: their uid is the name, or missing. */
  object: z.object({ kind: z.string(), namespace: text, name: z.string(), uid: text }),
  /** `kubelet`, `job-controller`, `cronjob-controller`, …; older and newer names of the same are kept as they came. */
  component: text,
  /** The node it is about or came from. */
  node: text,
  message: z.string(),
  first: time,
  last: time,
  count: z.number(),
  /** EvictionThresholdMet: the resource to be reclaimed; only `ephemeral-storage` and `inodes` cost logs. */
  resource: text,
  /** SuccessfulDelete, SuccessfulCreate, TaintManagerEviction: the name of the Job or pod that the message names. */
  subject: text,
  /** The times in it could not be right, and were replaced by when it was created or seen. */
  timesDoubtful: z.boolean().default(false),
  final: z.boolean(),
});
export type EventRecord = z.infer<typeof eventRecordSchema>;

/**
 * The fields of an `event` record that also stand in the entry's structured metadata, by metadata name (`object.…` is
 * flattened by the writer).
 */
export const EVENT_METADATA = { id: 'id', reason: 'reason', node: 'node' } as const satisfies Record<
  string,
  keyof EventRecord
>;
