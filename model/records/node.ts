import * as z from 'zod';
import { RECORD_VERSION, time } from './common';

const text = z.string().nullable().default(null);
const moment = time.nullable().default(null);
const base = { v: z.literal(RECORD_VERSION), kind: z.literal('node'), cluster: z.string(), node: z.string() };

/** What a node is: written when it is first seen, when something of it changes, and once a day. */
export const nodeStateSchema = z.object({
  ...base,
  about: z.literal('node'),
  /** `<name>/node/<uid>`: a machine that comes back under its name is another node. */
  id: z.string(),
  uid: z.string(),
  created: moment,
  /** When it was gone from the API. */
  removed: moment,
  bootId: text,
  systemUuid: text,
  kubeletVersion: text,
  runtimeVersion: text,
  osImage: text,
  /** Capacity of nodefs as the node says it, a quantity (`2879116Ki`). */
  ephemeralStorage: text,
  unschedulable: z.boolean().default(false),
  /** Labels of the node, without those that tell nothing about a pool; some are left out where they are very many. */
  labels: z.record(z.string(), z.string()).default({}),
  taints: z.array(z.object({ key: z.string(), value: text, effect: z.string(), added: moment })).default([]),
  /** The node is gone. */
  final: z.boolean(),
});
export type NodeState = z.infer<typeof nodeStateSchema>;

/**
 * A stretch of time in which a condition was not as it should be (DiskPressure, MemoryPressure, PIDPressure True or
 * Unknown; Ready not True). Written when it begins, every hour while it lasts, and when it ends.
 *
 * The reclaim that a stretch of DiskPressure stands for began up to 10 s before `from` (docs/reference/kubernetes.md,
 * Sequence of a reclaim).
 */
export const nodeConditionSchema = z.object({
  ...base,
  about: z.literal('condition'),
  /** `<node>/condition/<type>/<from>`. */
  id: z.string(),
  condition: z.string(),
  status: z.enum(['True', 'False', 'Unknown']),
  reason: text,
  message: text,
  /** lastTransitionTime of the condition. */
  from: time,
  /** When it was over: lastTransitionTime of the next status; null while it lasts. */
  to: moment,
  /** `to` is only the time when it was seen to be over (the node went, or several changes fell between two looks). */
  toUncertain: z.boolean().default(false),
  final: z.boolean(),
});
export type NodeCondition = z.infer<typeof nodeConditionSchema>;

/**
 * What a node is, or a stretch of a condition (`about`). What its kubelet is set to is the agent's record `thresholds`.
 */
export const nodeRecordSchema = z.discriminatedUnion('about', [nodeStateSchema, nodeConditionSchema]);
export type NodeRecord = z.infer<typeof nodeRecordSchema>;

/** The fields of a `node` record that also stand in the entry's structured metadata, by metadata name. */
export const NODE_METADATA = { id: 'id', node: 'node', about: 'about' } as const satisfies Record<
  string,
  keyof NodeRecord
>;
