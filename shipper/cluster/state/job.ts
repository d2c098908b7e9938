import type { JobTransition } from '../../../model/records';
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
  /** Oldest first. */
  transitions: TransitionState[];
}

/** `JobTransition` with its time in seconds since 1970. */
export type TransitionState = Omit<JobTransition, 'at'> & { at: number };

/** A Job can be suspended and scaled without end; what decides about its pods is recent. */
const MAX_TRANSITIONS = 20;
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
    transitions: transitionsOf(status.conditions, shared),
  };
}

const transitionTypes: ReadonlyMap<unknown, Readonly<Partial<Record<string, JobTransition['to']>>>> = new Map([
  ['Suspended', { True: 'suspended', False: 'resumed' }],
  ['SuccessCriteriaMet', { True: 'success-criteria-met' }],
  ['FailureTarget', { True: 'failure-target' }],
  ['Complete', { True: 'complete' }],
  ['Failed', { True: 'failed' }],
]);

/** What the conditions report: of each the last transition only. */
function transitionsOf(conditions: unknown, shared: SharedTexts): TransitionState[] {
  return list(conditions)
    .map(fields)
    .flatMap(({ type, status, reason, lastTransitionTime }) => {
      const statuses = transitionTypes.get(type);
      const to = status === 'True' ? statuses?.True : status === 'False' ? statuses?.False : undefined;
      const at = seconds(lastTransitionTime);
      return to === undefined || at === null
        ? []
        : [{ at, to, reason: shared.of(text(reason)), before: null, value: null }];
    })
    .sort((a, b) => a.at - b.at);
}

/**
 * What is known after a newer look at a Job: when its deletion was asked for, and what it was before, could get lost.
 * @param now seconds since 1970, when the newer look was; a change of the specification has no time of its own
 */
export function mergeJob(old: JobState, next: JobState, now: number): JobState {
  const requested = [old.deletionRequested, next.deletionRequested].filter((time) => time !== null);
  const scaled: TransitionState[] =
    old.parallelism === next.parallelism
      ? []
      : [{ at: now, to: 'parallelism', reason: null, before: old.parallelism, value: next.parallelism }];
  const known = [...old.transitions, ...scaled];
  const added = next.transitions.filter((one) => !known.some(({ at, to }) => at === one.at && to === one.to));
  return {
    ...next,
    deletionRequested: requested.length === 0 ? null : Math.min(...requested),
    transitions: [...known, ...added].sort((a, b) => a.at - b.at).slice(-MAX_TRANSITIONS),
  };
}

/** The newest time that the Job reports. */
export function jobChanged(job: JobState): number | null {
  return latest(job.created, job.started, job.finished, job.deletionRequested, job.transitions.at(-1)?.at);
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
