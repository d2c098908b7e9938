import * as z from 'zod';
import { RECORD_VERSION, time } from './common';
import { deletionSchema, ownerSchema } from './deletion';

const text = z.string().nullable().default(null);
const whole = z.number().nullable().default(null);
const moment = time.nullable().default(null);

/** The CronJob that a Job belongs to, as it was when the record was written. */
const cronJobSchema = z.object({
  name: z.string(),
  uid: z.string(),
  schedule: text,
  /** `Allow`, `Forbid`, `Replace`. */
  concurrencyPolicy: text,
  /** Finished Jobs that are kept; null where the CronJob was not seen (Kubernetes' defaults are 3 and 1). */
  successfulHistoryLimit: whole,
  failedHistoryLimit: whole,
});

/** A change of a Job that decides which of its pods may go on: what it is now says nothing about then. */
export const jobTransitionSchema = z.object({
  at: time,
  to: z.enum([
    'suspended',
    'resumed',
    'parallelism', // `value` is the new one, `before` the old one
    'success-criteria-met', // Kubernetes 1.31 and newer: from here on the pods that are active are deleted
    'failure-target', // likewise, for a Job that fails
    'complete',
    'failed',
  ]),
  /** `JobSuspended`, `SuccessPolicy`, `BackoffLimitExceeded`, … */
  reason: text,
  before: whole,
  value: whole,
});
export type JobTransition = z.infer<typeof jobTransitionSchema>;

/**
 * A Job's life. Fields that are null or empty are left out of the line; parsing puts them back.
 * The entry's timestamp is the time of the last change it reports.
 */
export const jobRecordSchema = z.object({
  v: z.literal(RECORD_VERSION),
  kind: z.literal('job'),
  /** The Job's UID. */
  id: z.string(),
  cluster: z.string(),
  namespace: z.string(),
  job: z.string(),
  cronJob: cronJobSchema.nullable().default(null),
  /** The controlling owner where it is no CronJob. */
  owner: ownerSchema.nullable().default(null),
  parallelism: whole,
  completions: whole,
  backoffLimit: whole,
  activeDeadlineSeconds: whole,
  ttlSecondsAfterFinished: whole,
  suspended: z.boolean().default(false),
  created: moment,
  started: moment,
  finished: moment,
  /** `unknown`: the Job was gone before its end was seen. */
  result: z.enum(['running', 'complete', 'failed', 'unknown']),
  /** Why it failed: `BackoffLimitExceeded`, `DeadlineExceeded`, … */
  reason: text,
  message: text,
  active: z.number().default(0),
  succeeded: z.number().default(0),
  failed: z.number().default(0),
  /** Oldest first; the oldest are left out where there are many. */
  transitions: z.array(jobTransitionSchema).default([]),
  deletion: deletionSchema.nullable().default(null),
  /** Its pods that went with it, and had nothing else left to say than that. */
  podsDeleted: z.object({ count: z.number(), from: time, to: time }).nullable().default(null),
  /** It is finished or gone. */
  final: z.boolean(),
});
export type JobRecord = z.infer<typeof jobRecordSchema>;

/** The fields of a `job` record that also stand in the entry's structured metadata, by metadata name. */
export const JOB_METADATA = {
  id: 'id',
  namespace: 'namespace',
  job: 'job',
  result: 'result',
} as const satisfies Record<string, keyof JobRecord>;
