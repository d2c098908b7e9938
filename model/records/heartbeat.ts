import * as z from 'zod';
import { RECORD_VERSION, time } from './common';

/**
 * That an agent was observing its node, and what it could see. Coverage is evidence: with heartbeats "nobody looked",
 * "not arrived yet" and "nothing happened" are three answers. One process writes under one id; the last record counts.
 */
export const heartbeatRecordSchema = z.object({
  v: z.literal(RECORD_VERSION),
  kind: z.literal('heartbeat'),
  /** `<node>/heartbeat/<from>`. */
  id: z.string(),
  cluster: z.string(),
  node: z.string(),
  /** Version of the agent. */
  version: z.string(),
  /** When this process began to watch the log directory. */
  from: time,
  /** It was watching until here at least. */
  to: time,
  /** Until when an earlier process is known to have watched, from the state directory; null where there was none. */
  previousUntil: time.nullable(),
  /** Why the log directory could not be read when this was written; null where it could. */
  logsProblem: z.string().nullable(),
  /** What of the kubelet's log was understood; null where none is configured. */
  kubeletLog: z
    .object({
      source: z.enum(['file', 'journal']),
      /** First and last time read from it by this process; null where nothing was understood yet. */
      from: time.nullable(),
      to: time.nullable(),
      problem: z.string().nullable(),
    })
    .nullable(),
  /** Why disk use could not be read; null where it could, absent in records that do not tell. */
  diskProblem: z.string().nullable().optional(),
  /** Why the kubelet's statistics (`/stats/summary`) could not be read; absent where no kubelet is configured. */
  statsProblem: z.string().nullable().optional(),
  /** Container runs that the agent knew. */
  containers: z.number(),
  unackedBytes: z.number(),
  /** Time of the oldest line that Loki had not acknowledged; null where it had all. */
  oldestUnacked: time.nullable(),
  /** Why Loki did not acknowledge; null where it did. */
  lokiProblem: z.string().nullable(),
  /** The agent stopped after this. */
  final: z.boolean(),
});
export type HeartbeatRecord = z.infer<typeof heartbeatRecordSchema>;

/** The fields of a `heartbeat` record that also stand in the entry's structured metadata, by metadata name. */
export const HEARTBEAT_METADATA = { id: 'id', node: 'node' } as const satisfies Record<string, keyof HeartbeatRecord>;
