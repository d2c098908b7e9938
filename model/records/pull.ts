import * as z from 'zod';
import { RECORD_VERSION, time } from './common';

/**
 * An image that the kubelet pulled for a container, as its Event `Pulled` says. Images that were on the node already are not
 * recorded. Events are incomplete evidence: there may have been more pulls.
 */
export const pullRecordSchema = z.object({
  v: z.literal(RECORD_VERSION),
  kind: z.literal('pull'),
  /** The Event's UID. */
  id: z.string(),
  cluster: z.string(),
  node: z.string().nullable().default(null),
  namespace: z.string(),
  pod: z.string(),
  /** `workloadOf(pod)`. */
  workload: z.string(),
  /** As the container names it. */
  image: z.string(),
  /** Its size; null where the kubelet does not tell (before Kubernetes 1.30). */
  bytes: z.number().nullable().default(null),
  time,
  final: z.literal(true),
});
export type PullRecord = z.infer<typeof pullRecordSchema>;

/** The fields of a `pull` record that also stand in the entry's structured metadata; `bytes` besides, as `image_bytes`. */
export const PULL_METADATA = {
  id: 'id',
  node: 'node',
  namespace: 'namespace',
  workload: 'workload',
  image: 'image',
} as const satisfies Record<string, keyof PullRecord>;
