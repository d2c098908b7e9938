import { fields, flag, latest, list, seconds, type SharedTexts, shortText, text, whole } from '../core/fields';
import { type Meta, metaOf } from './meta';

/** A Job. Times are seconds since 1970. */
export interface JobState extends Meta {
  parallelism: number | null;
  completions: number | null;
  backoffLimit: number | null;
  activeDeadlineSeconds: number | null;
  ttlSecondsAfterFinished: number | null;
  suspended: boolean;
  started: number | null;
  finished: number | null;
  result: 'running' | 'complete' | 'failed';
  reason: string | null;
  message: string | null;
  active: number;
  succeeded: number;
  failed: number;
}

const MESSAGE = 400;

/** @returns undefined for what is no Job */
export function projectJob(object: unknown, shared: SharedTexts): JobState | undefined {
  const meta = metaOf(object, shared);
  if (meta === undefined) {
    return undefined;
  }
  const spec = fields(fields(object).spec);
  const status = fields(fields(object).status);
  const end = list(status.conditions)
    .map(fields)
    .find(({ type, status: is }) => is === 'True' && (type === 'Complete' || type === 'Failed'));
  return {
    ...meta,
    parallelism: whole(spec.parallelism),
    completions: whole(spec.completions),
    backoffLimit: whole(spec.backoffLimit),
    activeDeadlineSeconds: whole(spec.activeDeadlineSeconds),
    ttlSecondsAfterFinished: whole(spec.ttlSecondsAfterFinished),
    suspended: flag(spec.suspend),
    started: seconds(status.startTime),
    finished: end === undefined ? null : (seconds(status.completionTime) ?? seconds(end.lastTransitionTime)),
    result: end === undefined ? 'running' : end.type === 'Complete' ? 'complete' : 'failed',
    reason: shared.of(text(end?.reason)),
    message: shortText(end?.message, MESSAGE),
    active: whole(status.active) ?? 0,
    succeeded: whole(status.succeeded) ?? 0,
    failed: whole(status.failed) ?? 0,
  };
}

/** What is known after a newer look at a Job: only when its deletion was asked for could get lost. */
export function mergeJob(old: JobState, next: JobState): JobState {
  const requested = [old.deletionRequested, next.deletionRequested].filter((time) => time !== null);
  return { ...next, deletionRequested: requested.length === 0 ? null : Math.min(...requested) };
}

/** The newest time that the Job tells about. */
export function jobChanged(job: JobState): number | null {
  return latest(job.created, job.started, job.finished, job.deletionRequested);
}

/** A CronJob as far as it decides about its Jobs. */
export interface CronJobState extends Meta {
  schedule: string | null;
  concurrencyPolicy: string | null;
  successfulHistoryLimit: number | null;
  failedHistoryLimit: number | null;
}

/** @returns undefined for what is no CronJob */
export function projectCronJob(object: unknown, shared: SharedTexts): CronJobState | undefined {
  const meta = metaOf(object, shared);
  if (meta === undefined) {
    return undefined;
  }
  const spec = fields(fields(object).spec);
  return {
    ...meta,
    schedule: text(spec.schedule),
    concurrencyPolicy: shared.of(text(spec.concurrencyPolicy)),
    successfulHistoryLimit: whole(spec.successfulJobsHistoryLimit),
    failedHistoryLimit: whole(spec.failedJobsHistoryLimit),
  };
}
