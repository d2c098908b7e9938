import type { Evidence, Finding, Confidence } from '../case';
import { CLOCKS, type Facts, POD_CLEANUP } from '../facts';
import { at, clock, ms, span } from '../moment';
import { DELETION_CAUSES, type PodDeletion } from '../pod-deletion';
import type { Subject } from '../subject';

/** A directory that went whole tells of a deletion even where the clocks say that it came later, up to this. */
const SKEW = 60 * 60_000;

/** C6 to C14: the pod was deleted, and its log with it. */
export function byDeletion(subject: Subject, facts: Facts): Finding | undefined {
  const { deletion, left, containerRecord } = subject;
  if (!deletion) {
    return undefined;
  }
  const directory = containerRecord?.left?.directory;
  const late = left === undefined ? 0 : left - deletion.from;
  const skewed = late < -CLOCKS;
  if (skewed && (directory !== 'removed' || late < -SKEW)) {
    return undefined; // the log went before the pod
  }
  if (directory === 'empty' && left !== undefined && left - (deletion.gone ?? deletion.from) > POD_CLEANUP) {
    return undefined; // the directory of a deleted pod does not stay that long: the times, or the cause, are others
  }
  const cause = DELETION_CAUSES[deletion.by];
  const unknown = deletion.by === 'unknown' && !deletion.watched;
  return {
    cause: unknown ? 'unknown' : cause,
    confidence: unknown ? 'unknown' : skewed ? 'likely' : confidenceOf(deletion, subject, facts),
    says: saying(subject, deletion),
    evidence: [
      ...deletionEvidence(deletion, subject),
      ...(skewed
        ? [
            {
              at: null,
              source: 'pod' as const,
              text: `the clocks of the node and of the API server disagree by ${span(late)} or more`,
            },
          ]
        : []),
    ],
  };
}

/** The evidence for a deletion, also where it is not the cause but came with it or after it. */
export function deletionEvidence(deletion: PodDeletion, { jobName, left }: Subject): Evidence[] {
  const { from, gone, watched, evidence } = deletion;
  const moment = at(from);
  const later = left !== undefined && from > left + CLOCKS ? ' later' : '';
  const end = gone === undefined || gone === from ? '' : `, and gone from the API at ${clock(gone)}`;
  const text = watched
    ? `the pod was deleted${later}${end}`
    : `the pod was last seen in the API${gone === undefined ? '' : `; at ${clock(gone)} it was gone`}`;
  return [
    { at: moment, source: 'pod', text },
    ...evidence.map((reason): Evidence => ({
      at: moment,
      source: sourceOf(reason, jobName),
      text: reason.replace(/^event /, '').replace(/\d{4}-\d\d-\d\dT(\d\d:\d\d:\d\d)(?:\.\d+)?Z/g, '$1'),
    })),
  ];
}

function sourceOf(reason: string, jobName: string | null): Evidence['source'] {
  return reason.startsWith('event ') ? 'event' : reason.startsWith('condition ') || jobName === null ? 'pod' : 'job';
}

function confidenceOf(deletion: PodDeletion, { job, deletion: own }: Subject, facts: Facts): Confidence {
  if (!deletion.watched) {
    return deletion.stated ? 'strong' : 'likely';
  }
  if (deletion.stated) {
    return 'confirmed';
  }
  switch (own?.by) {
    case 'ttl':
      return isOnTime(job) ? 'confirmed' : 'strong';
    case 'owner':
      return job?.deletion ? 'confirmed' : 'strong';
    case 'node-gone':
      return 'confirmed';
    case 'unknown':
      // Nobody's name shows. That it was a person or a client is what remains while the controllers were watched.
      return facts.now > 0 ? 'likely' : 'unknown';
    default:
      return 'strong';
  }
}

/** The Job was deleted in the seconds in which its TTL ran out: nobody else comes that close. */
function isOnTime(job: Subject['job']): boolean {
  const finished = ms(job?.finished);
  const requested = ms(job?.deletion?.requested) ?? ms(job?.deletion?.gone);
  if (finished === undefined || requested === undefined || job?.ttlSecondsAfterFinished == null) {
    return false;
  }
  const late = requested - finished - job.ttlSecondsAfterFinished * 1000;
  return late >= -2000 && late <= 30_000;
}

function saying({ jobName, cronJobName, job, node }: Subject, { by, watched }: PodDeletion): string {
  const theJob = jobName === null ? 'its owner' : `Job ${jobName}`;
  const where = node ?? 'its node';
  switch (by) {
    case 'ttl': {
      const ttl = job?.ttlSecondsAfterFinished;
      return `${capital(theJob)} was deleted with its pods${ttl == null ? '' : ` ${ttl} s after it finished`} (ttlSecondsAfterFinished), and this log went with its pod.`;
    }
    case 'history-limit':
      return `CronJob ${cronJobName ?? ''} keeps ${historyLimit(job)} only and deleted ${theJob}; this log went with its pod.`.replace(
        '  ',
        ' '
      );
    case 'replaced':
      return `CronJob ${cronJobName ?? ''} replaced ${theJob} while it was running (concurrencyPolicy Replace); this log went with its pod.`.replace(
        '  ',
        ' '
      );
    case 'job-controller':
      return `${capital(theJob)} ended${job?.reason ? ` (${job.reason})` : ''} while this pod was still active, so the Job controller deleted the pod and its log.`;
    case 'controller':
      return 'The controller of this pod had one pod too many and deleted it, and its log with it.';
    case 'owner':
      return `${capital(theJob)} was deleted, and the pod and this log went with it. Who deleted it stands only in the API server's audit log.`;
    case 'podgc':
      return 'The cluster had too many finished pods, and Kubernetes (pod GC) deleted this one with its log.';
    case 'taint':
      return `The pod was deleted because of a NoExecute taint on ${where} (a node that is not ready gets one), and its log with it.`;
    case 'node-gone':
      return `Node ${where} was removed, and the pod and its log went with it.`;
    case 'drain':
      return `The pod was evicted through the API, as a drain of ${where} does, and its log went with it.`;
    case 'preemption':
      return 'The scheduler removed this pod to make room for a more important one, and its log with it.';
    case 'unknown':
      return watched
        ? "The pod was deleted through the API, by a person or a client: no controller shows. Who it was stands only in the API server's audit log."
        : 'The pod was deleted while nobody watched the API, so who or what did it is not known.';
  }
}

function historyLimit(job: Subject['job']): string {
  const cronJob = job?.cronJob;
  const limit =
    job?.result === 'failed' ? (cronJob?.failedHistoryLimit ?? null) : (cronJob?.successfulHistoryLimit ?? null);
  return limit === null
    ? 'a few finished Jobs'
    : limit === 1
      ? 'the newest finished Job'
      : `the newest ${limit} finished Jobs`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
