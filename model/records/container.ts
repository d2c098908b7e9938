import * as z from 'zod';
import { streamPresets } from '../stream-presets';
import { RECORD_VERSION, time } from './common';

/** What a container's log lacks in Loki: as exact as it could be known. */
export const gapSchema = z.object({
  reason: z.enum([
    'gone-unread', // the file was deleted before the agent had read it
    'unacknowledged', // sent, and deleted before Loki said that it has it, so that it could not be sent again
    'truncated', // the file was cut shorter than what had been read
    'too-old', // older than Loki's reject_old_samples_max_age when it could be sent
    'refused', // Loki refused these lines for good
    'shed', // given up by the rescue budget
    'unreadable', // the file could not be read
    'excluded', // the agent's configuration excludes the container; `detail` is the rule, `to` null while it does
  ]),
  /** Bytes of the log file; null where nobody can know. */
  bytes: z.number().nullable(),
  lines: z.number().nullable(),
  /** Time span that the missing lines fall into. */
  from: time.nullable(),
  to: time.nullable(),
  detail: z.string().optional(),
});
export type Gap = z.infer<typeof gapSchema>;

/** What a rule of the agent's configuration did to a log's lines, before they left the node. */
export const ruleCountSchema = z.object({
  rule: z.string(),
  action: z.enum(['drop', 'redact']),
  /** Lines that were dropped, or changed. */
  lines: z.number(),
  /** Bytes of text that were dropped, or replaced. */
  bytes: z.number(),
});

export const logStatusSchema = z.enum(['complete', 'rescued', 'partial', 'lost', 'pending', 'unknown']);
export type LogStatus = z.infer<typeof logStatusSchema>;

/** The container record of a container run. */
export const containerRecordSchema = z.object({
  v: z.literal(RECORD_VERSION),
  kind: z.literal('container'),
  /**
   * `containerRunId()`; with `@` and the first file's time where a container of the same id was there before and its
   * record is final: a static pod that returns under its UID, or a log that was removed while its container ran.
   */
  id: z.string(),
  cluster: z.string(),
  node: z.string(),
  namespace: z.string(),
  pod: z.string(),
  podUid: z.string(),
  container: z.string(),
  restart: z.number(),
  /** 64 hex digits without the runtime's prefix; null where the node never showed it. */
  containerId: z.string().nullable(),
  workload: z.string(),
  job: z.string().nullable(),
  /** How the labels and the metadata of its lines are named, where it is not as usual: `STREAM_PRESETS`. */
  preset: z.enum(streamPresets).optional(),
  /** The tenant of its lines, where it is not that of the records. */
  tenant: z.string().optional(),
  /** Lines of the log as the container wrote them. */
  linesSeen: z.number(),
  linesAcked: z.number(),
  /** Bytes of the log files, uncompressed. */
  bytesSeen: z.number(),
  bytesAcked: z.number(),
  firstTime: time.nullable(),
  lastTime: time.nullable(),
  /** The agent saw the end of the log: nothing more can be written to it. */
  ended: z.boolean(),
  gaps: z.array(gapSchema),
  /** What rules of the configuration did to its lines. Dropped lines are among `linesSeen`, and not among `linesAcked`. */
  rules: z.array(ruleCountSchema).optional(),
  /**
   * Files that log rotation deleted while the container was still there: on the node no longer, although nothing
   * failed.
   */
  rotatedAway: z
    .object({ files: z.number(), lines: z.number(), bytes: z.number(), from: time.nullable(), to: time.nullable() })
    .nullable(),
  /** The log is not on the node any more. */
  left: z
    .object({
      /** When the last file went, as the file system has it; where that is gone too, when the agent noticed. */
      at: time,
      /** When the agent noticed, where that was more than a second later. */
      noticed: time.optional(),
      /**
       * When an agent last knew it on the node, where none was watching when it went: then `at` is when it was found gone,
       * or a later change of its directory.
       */
      lastSeen: time.optional(),
      /**
       * The container's log directory afterwards: empty is the signature of container GC (docs/reference/kubernetes.md,
       * Signature of a reclaim).
       */
      directory: z.enum(['empty', 'removed', 'unknown']),
      /** Bytes that Loki had not acknowledged at that moment. */
      bytesUnacked: z.number(),
    })
    .nullable(),
  status: logStatusSchema,
  /** Nothing more will be said about this container run by its agent. */
  final: z.boolean(),
});
export type ContainerRecord = z.infer<typeof containerRecordSchema>;

/** The fields of a `container` record that also stand in the entry's structured metadata, by metadata name. */
export const CONTAINER_METADATA = {
  id: 'id',
  node: 'node',
  namespace: 'namespace',
  pod: 'pod',
  container: 'container',
  container_id: 'containerId',
  job: 'job',
  workload: 'workload',
  status: 'status',
} as const satisfies Record<string, keyof ContainerRecord>;
