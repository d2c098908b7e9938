import type { CauseId } from '../causes';
import type { Deletion, DeletedBy, EventRecord, JobRecord, PodRecord } from '../records';
import { ms } from './moment';

/** When and by whom a pod was deleted, from whichever record tells it. Times are milliseconds since 1970. */
export interface PodDeletion {
  by: DeletedBy;
  /** The earliest moment at which it may have begun. */
  from: number;
  /** When the pod was gone from the API. */
  gone: number | undefined;
  /** Somebody watched when it happened: `from` is exact. */
  watched: boolean;
  /** A controller said it itself, in an Event or a condition. */
  stated: boolean;
  evidence: string[];
}

/** A deletion with its times on a clock that is so far ahead. The evidence keeps those of the API server. */
export const onNodesClock = (deletion: PodDeletion, offset = 0): PodDeletion =>
  offset === 0
    ? deletion
    : {
        ...deletion,
        from: deletion.from + offset,
        gone: deletion.gone === undefined ? undefined : deletion.gone + offset,
      };

/** The cause that each deletion stands for. */
export const DELETION_CAUSES: Readonly<Record<DeletedBy, CauseId>> = {
  ttl: 'C7',
  'history-limit': 'C8',
  replaced: 'C8',
  owner: 'C11',
  'job-controller': 'C9',
  controller: 'C11',
  taint: 'C12',
  podgc: 'C10',
  'node-gone': 'C13',
  drain: 'C14',
  preemption: 'C14',
  unknown: 'C6',
};

/** The deletion of a pod: its own record's, or its Job's where it went together with that; undefined where neither tells one. */
export function deletionOf(pod: PodRecord, job: JobRecord | undefined): PodDeletion | undefined {
  if (pod.deletion) {
    return fromRecord(pod.deletion, ms(pod.deletion.requested), ms(pod.deletion.gone));
  }
  if (!job?.deletion || !job.podsDeleted) {
    return undefined;
  }
  const by = job.deletion.by === 'unknown' ? 'owner' : job.deletion.by;
  const requested = ms(job.deletion.requested) ?? ms(job.podsDeleted.from);
  return fromRecord({ ...job.deletion, by }, requested, ms(job.podsDeleted.to));
}

function fromRecord(
  deletion: Deletion,
  requested: number | undefined,
  gone: number | undefined
): PodDeletion | undefined {
  const lastThere = ms(deletion.lastThere);
  const from = lastThere ?? requested ?? gone;
  if (from === undefined) {
    return undefined;
  }
  return {
    by: deletion.by,
    from,
    gone,
    watched: lastThere === undefined,
    stated: deletion.evidence.some((text) => /^(?:event|condition) /.test(text)),
    evidence: deletion.evidence,
  };
}

/** Where no record tells of the pod's deletion: an Event that names it, or its Job. */
export function deletionFromEvents(events: readonly EventRecord[]): PodDeletion | undefined {
  for (const event of events) {
    const by = deletedByEvent(event);
    const last = ms(event.last);
    if (by && last !== undefined) {
      const evidence = [`event ${event.reason} by ${event.component ?? 'unknown'}: ${event.message}`];
      return { by, from: last, gone: undefined, watched: !event.timesDoubtful, stated: true, evidence };
    }
  }
  return undefined;
}

function deletedByEvent({ reason, object, message }: EventRecord): DeletedBy | undefined {
  if (reason === 'SuccessfulDelete') {
    return object.kind === 'CronJob' ? 'history-limit' : object.kind === 'Job' ? 'job-controller' : 'controller';
  }
  if (reason === 'TaintManagerEviction' && message.startsWith('Marking')) {
    return 'taint';
  }
  return reason === 'Preempted' && object.kind === 'Pod' ? 'preemption' : undefined;
}
