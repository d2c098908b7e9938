import type { DeletedBy } from '../../../model/records';
import { timeText } from '../core/fields';
import type { CronJobState, JobState } from '../state/job';
import type { DeletionHint } from '../core/deletion-hints';

export interface Finding {
  by: DeletedBy;
  evidence: string[];
}

/** What is known around the deletion of a Job. Times are seconds since 1970. */
export interface JobDeletionFacts {
  job: JobState;
  /** When it was asked for or, where that never showed, when the Job was gone. */
  at: number;
  /** Its CronJob's Event that names it. */
  cronJobEvent: DeletionHint | undefined;
  cronJob: CronJobState | undefined;
  /** When its CronJob was gone, or its deletion asked for. */
  cronJobGone: number | null;
  /**
   * How many finished Jobs of the same CronJob and result were there beside it, all younger; null where it was not the
   * oldest.
   */
  youngerSiblings: number | null;
  /** Somebody watched when it went; what is only missed later could have gone at any time. */
  seen: boolean;
}

// The TTL controller deletes when the time has come, or as soon as it runs again; a Job's owner seldom comes that
// close.
const TTL_SLACK = { before: 2, after: 300 };

/** Who or what deleted a Job: C7, C8 and C11 of docs/reference/kubernetes.md, in the order of how sure a signal is. */
export function whoDeletedJob(facts: JobDeletionFacts): Finding {
  return byCronJob(facts) ?? byTtl(facts) ?? byOwner(facts) ?? byHistory(facts) ?? nobodyKnown(facts);
}

function byCronJob({ job, cronJobEvent }: JobDeletionFacts): Finding | undefined {
  if (cronJobEvent === undefined) {
    return undefined;
  }
  // A CronJob deletes an active Job of its own only to replace it (concurrencyPolicy Replace).
  return { by: job.result === 'running' ? 'replaced' : 'history-limit', evidence: [cronJobEvent.text] };
}

function byTtl({ job, at, seen }: JobDeletionFacts): Finding | undefined {
  const { ttlSecondsAfterFinished: ttl, finished } = job;
  if (ttl === null || finished === null) {
    return undefined;
  }
  const late = at - (finished + ttl);
  if (late < -TTL_SLACK.before || (seen && late > TTL_SLACK.after)) {
    return undefined;
  }
  const how = seen ? `deleted at ${timeText(at)}` : `missing at ${timeText(at)}`;
  return { by: 'ttl', evidence: [`ttlSecondsAfterFinished ${ttl}, finished at ${timeText(finished)}, ${how}`] };
}

function byOwner({ job, at, cronJobGone }: JobDeletionFacts): Finding | undefined {
  if (cronJobGone === null || cronJobGone > at + 1) {
    return undefined;
  }
  return { by: 'owner', evidence: [`CronJob ${job.owner?.name ?? ''} was deleted at ${timeText(cronJobGone)}`] };
}

/** Without the CronJob's Event: the oldest of more finished Jobs than the CronJob keeps. */
function byHistory({ job, cronJob, youngerSiblings }: JobDeletionFacts): Finding | undefined {
  if (cronJob === undefined || job.result === 'running' || youngerSiblings === null) {
    return undefined;
  }
  const limit = job.result === 'complete' ? (cronJob.successfulHistoryLimit ?? 3) : (cronJob.failedHistoryLimit ?? 1);
  if (youngerSiblings < limit) {
    return undefined;
  }
  const what = `CronJob ${cronJob.name} keeps ${limit} ${job.result === 'complete' ? 'successful' : 'failed'} Jobs`;
  return {
    by: 'history-limit',
    evidence: [`${what}, and ${youngerSiblings} younger ones were there; its Event was not seen`],
  };
}

function nobodyKnown({ seen }: JobDeletionFacts): Finding {
  return {
    by: 'unknown',
    evidence: [
      seen ? 'neither a TTL, a CronJob nor an owner explains it: a person or a client' : 'nobody watched when it went',
    ],
  };
}
