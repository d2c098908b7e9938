import { type Deletion, JOB_METADATA, type JobRecord, RECORD_VERSION } from '../../../model/records';
import type { OutgoingRecord } from '../../loki/record-writer';
import { timeText, timeTextOrNull } from '../core/fields';
import type { CronJobState, JobState } from '../state/job';
import { metadataOf, recordLine } from '../core/tracker';

export interface PodsDeleted {
  count: number;
  /** Seconds since 1970. */
  from: number;
  to: number;
}

/** @param cronJob the CronJob as it is, where it is watched */
export function jobRecord(
  cluster: string,
  job: JobState,
  cronJob: CronJobState | undefined,
  deletion: Deletion | null,
  podsDeleted: PodsDeleted | null
): JobRecord {
  const ofCronJob = job.owner?.kind === 'CronJob' ? job.owner : null;
  return {
    v: RECORD_VERSION,
    kind: 'job',
    id: job.uid,
    cluster,
    namespace: job.namespace,
    job: job.name,
    cronJob: ofCronJob && {
      name: ofCronJob.name,
      uid: ofCronJob.uid,
      schedule: cronJob?.schedule ?? null,
      concurrencyPolicy: cronJob?.concurrencyPolicy ?? null,
      successfulHistoryLimit: cronJob?.successfulHistoryLimit ?? null,
      failedHistoryLimit: cronJob?.failedHistoryLimit ?? null,
    },
    owner: ofCronJob === null ? job.owner : null,
    parallelism: job.parallelism,
    completions: job.completions,
    backoffLimit: job.backoffLimit,
    activeDeadlineSeconds: job.activeDeadlineSeconds,
    ttlSecondsAfterFinished: job.ttlSecondsAfterFinished,
    suspended: job.suspended,
    created: timeTextOrNull(job.created),
    started: timeTextOrNull(job.started),
    finished: timeTextOrNull(job.finished),
    result: job.result === 'running' && deletion?.gone ? 'unknown' : job.result,
    reason: job.reason,
    message: job.message,
    active: job.active,
    succeeded: job.succeeded,
    failed: job.failed,
    transitions: job.transitions.map((one) => ({ ...one, at: timeText(one.at) })),
    deletion,
    podsDeleted: podsDeleted && {
      count: podsDeleted.count,
      from: timeText(podsDeleted.from),
      to: timeText(podsDeleted.to),
    },
    final: job.result !== 'running' || Boolean(deletion?.gone),
  };
}

/** @param entryMs time of the entry, milliseconds since 1970 */
export function outgoingJob(record: JobRecord, entryMs: number): OutgoingRecord {
  return {
    kind: 'job',
    cluster: record.cluster,
    timestamp: BigInt(entryMs) * 1_000_000n,
    line: recordLine(record),
    metadata: { ...metadataOf(record, JOB_METADATA), cronjob: record.cronJob?.name ?? '' },
  };
}
