import * as z from 'zod';
import { RECORD_VERSION, time } from './common';

/**
 * The kubelet's settings that decide about logs, as they are in force on one node.
 *
 * A kind of its own and not part of `node`: that record is the API server's view and has another writer (watch), and
 * two writers of one record would replace each other. The id is `<node>/thresholds`; the agent writes it when it
 * starts, when something changed and every few hours, so that a reader of one day finds it.
 */
export const thresholdsRecordSchema = z.object({
  v: z.literal(RECORD_VERSION),
  kind: z.literal('thresholds'),
  id: z.string(),
  cluster: z.string(),
  node: z.string(),
  time,
  /** `configz`: read from this kubelet. `assumed`: Kubernetes' defaults, because it could not be read. */
  source: z.enum(['configz', 'assumed']),
  /** Why it could not be read. */
  reason: z.string().optional(),
  /** Of the kubelet, as `v1.30.1`; null where unknown. */
  kubeletVersion: z.string().nullable(),
  /** Signal → percentage or quantity as configured, such as `nodefs.available` → `10%`. */
  evictionHard: z.record(z.string(), z.string()),
  evictionSoft: z.record(z.string(), z.string()),
  evictionSoftGracePeriod: z.record(z.string(), z.string()),
  evictionMinimumReclaim: z.record(z.string(), z.string()),
  pressureTransitionSeconds: z.number(),
  /** Per cent of use at which the periodic image GC begins, and down to which it goes. */
  imageGcHighPercent: z.number(),
  imageGcLowPercent: z.number(),
  /**
   * `imageMinimumGCAge`: younger images stay; `imageMaximumGCAge` (Kubernetes 1.30 and newer): images that were unused
   * for longer go at any use, 0 is off. Null where the kubelet has or tells no such setting.
   */
  imageMinimumGcAgeSeconds: z.number().nullable().default(null),
  imageMaximumGcAgeSeconds: z.number().nullable().default(null),
  /** Log rotation: bytes a file, files a container. */
  containerLogMaxBytes: z.number(),
  containerLogMaxFiles: z.number(),
});
export type ThresholdsRecord = z.infer<typeof thresholdsRecordSchema>;

/** The settings alone, without who wrote them when. */
export type Thresholds = Omit<ThresholdsRecord, 'v' | 'kind' | 'id' | 'cluster' | 'node' | 'time'>;

/**
 * The fields of a `thresholds` record that also stand in the entry's structured metadata, by metadata name. The agent
 * adds `image_gc_lead` where it is known: by what part of the capacity image GC begins before the eviction manager; where
 * that is 0 or less, reclaims come first.
 */
export const THRESHOLDS_METADATA = { id: 'id', node: 'node', source: 'source' } as const satisfies Record<
  string,
  keyof ThresholdsRecord
>;
