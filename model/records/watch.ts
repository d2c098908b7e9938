import * as z from 'zod';
import { RECORD_VERSION, time } from './common';

/** What one kind of API object was to `afterlog watch`: `forbidden` names missing RBAC, `missing` an API the cluster does not have. */
const watchedKindSchema = z.object({
  state: z.enum(['watching', 'listing', 'forbidden', 'missing', 'failing']),
  /** The last error in words; empty while all is well. */
  detail: z.string().default(''),
  /** The version that was reached at `completeUntil`. */
  resourceVersion: z.string().nullable().default(null),
});

/**
 * A stretch of time in which `afterlog watch` looked at a cluster: rewritten once a minute while it lasts. Between two
 * stretches things may have happened that nobody saw; evidence from there has a lower confidence.
 */
export const watchRecordSchema = z.object({
  v: z.literal(RECORD_VERSION),
  kind: z.literal('watch'),
  /** `watch/<from>/<identity>`. */
  id: z.string(),
  cluster: z.string(),
  /** Which replica: pod name, or host and process id. */
  identity: z.string(),
  from: time,
  to: time,
  /** All that happened up to here is in Loki: where a successor goes on. null while nothing is known to be complete. */
  completeUntil: time.nullable().default(null),
  /** By collection: `jobs`, `cronjobs`, `pods`, `nodes`, `events`; with single namespaces `jobs in <namespace>`, … */
  kinds: z.record(z.string(), watchedKindSchema),
  /**
   * The time whose cases stand in `case` records: those whose logs were removed from `from` (included) until `to` (not
   * included). null where this watch works no cases out.
   */
  cases: z.object({ from: time, to: time }).nullable().default(null),
  /** The namespaces that were watched; empty for all. */
  namespaces: z.array(z.string()).default([]),
  /** It ended in order. */
  final: z.boolean(),
});
export type WatchRecord = z.infer<typeof watchRecordSchema>;
