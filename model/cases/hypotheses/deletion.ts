import type { ContradictionCode, StatementCode } from '../../codes';
import type { Confidence, Evidence } from '../case';
import { wasReclaimingIn } from '../disk-pressure';
import { CLOCKS, type Facts, POD_CLEANUP } from '../facts';
import { at, ms } from '../moment';
import {
  endedAfter,
  goneBefore,
  SAME_CLOCK,
  unattendedSince,
  wasEmptiedByOther,
  wasEmptiedWithOthers,
} from '../pod-state';
import { DELETION_CAUSES, type PodDeletion } from '../pod-deletion';
import { isMomentUnknown, type Subject } from '../subject';
import type { Weighed } from './hypothesis';
import { unwatchedSince, wasWatchedUntil } from './node';
import { newerRunStayed } from './restart';

/** A directory that was removed whole tells of a deletion even where the clocks say that it came later, up to this. */
const SKEW = 60 * 60_000;
/** And this is common: more than this, and somebody who removed the directory before the deletion is as likely. */
const SMALL_SKEW = 60_000;
/** A Job's end and the deletion of its active pods are one act of its controller. */
const SAME_ACT = 30_000;

/** C6 to C14: the pod was deleted, and its log with it. */
export function byDeletion(subject: Subject, facts: Facts): Weighed | undefined {
  const { deletion, left, containerRecord } = subject;
  if (!deletion) {
    return undefined;
  }
  const directory = containerRecord?.left?.directory;
  const late = left === undefined ? 0 : left - deletion.from;
  const skewed = late < -CLOCKS;
  const out: ContradictionCode[] = goneBefore(subject, facts, deletion.from);
  if (skewed && !mayBeSkewed(subject)) {
    out.push({ code: 'out-not-deleted' });
  }
  if (directory === 'empty' && left !== undefined && left - (deletion.gone ?? deletion.from) > POD_CLEANUP) {
    out.push({ code: 'out-directory-stayed' });
  }
  if (left !== undefined && endedAfter(subject, left)) {
    out.push({ code: 'out-running' });
  }
  if (newerRunStayed(subject, facts)) {
    out.push({ code: 'out-newer-run-stayed' });
  }
  const isCordoned = deletion.by === 'unknown' && deletion.watched && wasCordoned(subject, facts);
  const by = isCordoned ? 'drain' : deletion.by;
  const unwatched = by === 'node-gone' ? unwatchedSince(subject, facts, deletion.from) : undefined;
  const unattended = unattendedSince(subject, facts, deletion.from);
  return {
    cause: DELETION_CAUSES[by],
    statement:
      unwatched !== undefined
        ? { code: 'node-removed-unwatched', node: subject.node, since: at(unwatched) }
        : unattended !== undefined && deletion.watched
          ? { code: 'deleted-unattended', since: at(unattended) }
          : statementOf(subject, { ...deletion, by }),
    isReported: (deletion.stated || by === 'node-gone') && !isCordoned,
    ceiling:
      late < -SMALL_SKEW ||
      unwatched !== undefined ||
      unattended !== undefined ||
      wasEmptiedByOther(subject, facts) ||
      mayHaveBeenReclaimed(subject, facts) ||
      (containerRecord === undefined && !wasWatchedUntil(subject, facts, deletion.from))
        ? 'unknown'
        : ceilingOf(
            subject,
            deletion,
            isCordoned ||
              late < -SAME_CLOCK ||
              isMomentUnknown(subject) ||
              !wasWatchedUntil(subject, facts, deletion.from)
          ),
    contradictions: out,
    moment: deletion.from,
    predictions: [{ wasObserved: true, need: 'need-watch' }],
    evidence: [
      ...deletionEvidence(deletion, subject),
      ...(skewed ? [{ at: null, source: 'pod' as const, what: { code: 'clocks-differ' as const, ms: -late } }] : []),
    ],
  };
}

/**
 * Emptied in a reclaim, or with other pods, by a node's clock of which nothing is known: a finished pod's log may have
 * been removed before the pod was deleted, although it seems the other way round.
 */
function mayHaveBeenReclaimed(subject: Subject, facts: Facts): boolean {
  const { left, clockOffset, cluster, node, containerRecord } = subject;
  if (clockOffset !== undefined || left === undefined || containerRecord?.left?.directory !== 'empty') {
    return false;
  }
  const pressure = facts.pressureAt(cluster, node, left);
  return (pressure !== undefined && wasReclaimingIn(pressure, left)) || wasEmptiedWithOthers(subject, facts);
}

/**
 * A removal that seems to have come before the deletion may have come after it, by a node's clock of which nothing is
 * known: the directory was removed as well, or the container ended and its log went at once, as with a deleted pod.
 */
export function mayBeSkewed({ deletion, left, pod, clockOffset, containerRecord, ...own }: Subject): boolean {
  if (clockOffset !== undefined || deletion === undefined || left === undefined || deletion.from - left > SKEW) {
    return false;
  }
  const finished = ms(pod?.finished) ?? own.finished;
  const isAtOnce = finished !== undefined && left >= finished - CLOCKS && left - finished <= POD_CLEANUP;
  return containerRecord?.left?.directory === 'removed' || isAtOnce;
}

/** The evidence for a deletion, also where it is not the cause but came with it or after it. */
export function deletionEvidence(deletion: PodDeletion, { jobName, left, clockOffset = 0 }: Subject): Evidence[] {
  const { watched, evidence } = deletion;
  const from = deletion.from - clockOffset;
  const gone = deletion.gone === undefined ? undefined : deletion.gone - clockOffset;
  const end = gone === undefined || gone === from ? null : at(gone);
  return [
    {
      at: at(from),
      source: 'pod',
      what: watched
        ? { code: 'pod-deleted', isLater: left !== undefined && deletion.from > left + CLOCKS, gone: end }
        : { code: 'pod-last-seen', gone: gone === undefined ? null : at(gone) },
    },
    ...evidence.map((text): Evidence => ({
      at: at(from),
      source: sourceOf(text, jobName),
      what: { code: 'reported', text: text.replace(/^event /, '') },
    })),
  ];
}

function sourceOf(reason: string, jobName: string | null): Evidence['source'] {
  return reason.startsWith('event ') ? 'event' : reason.startsWith('condition ') || jobName === null ? 'pod' : 'job';
}

/** The most that a deletion can be, by what tells of it. */
function ceilingOf({ job, deletion }: Subject, { watched, stated, by }: PodDeletion, isDoubtful: boolean): Confidence {
  if (!watched && by === 'unknown') {
    return 'unknown';
  }
  if (isDoubtful || !watched) {
    return stated && !isDoubtful ? 'strong' : 'likely';
  }
  if (stated || deletion?.by === 'node-gone') {
    return 'confirmed';
  }
  switch (by) {
    case 'ttl':
      return isOnTime(job) ? 'strong' : 'likely';
    // No controller reports it. That it was a user or a client is what remains while the controllers were watched.
    case 'unknown':
      return 'likely';
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

/** Its node was closed for new pods: a drain evicts pods so, and before Kubernetes 1.26 no condition tells of it. */
function wasCordoned({ cluster, node, deletion }: Subject, facts: Facts): boolean {
  return (
    node !== null &&
    facts
      .machines(cluster, node)
      .some(({ unschedulable, removed }) => unschedulable && (ms(removed) ?? Infinity) >= (deletion?.from ?? 0))
  );
}

function statementOf(subject: Subject, { by, watched, from, evidence }: PodDeletion): StatementCode {
  const { jobName: job, cronJobName: cronJob, node } = subject;
  switch (by) {
    case 'ttl':
      return { code: 'deleted-ttl', job, ttlSeconds: subject.job?.ttlSecondsAfterFinished ?? null };
    case 'history-limit':
      return { code: 'deleted-history', cronJob, job, limit: historyLimit(subject.job) };
    case 'replaced':
      return { code: 'deleted-replaced', cronJob, job };
    case 'job-controller':
      return jobController(subject, from, evidence);
    case 'controller':
      return { code: 'deleted-controller' };
    case 'owner':
      return { code: 'deleted-owner', job };
    case 'podgc':
      return { code: 'deleted-podgc' };
    case 'taint':
      return { code: 'deleted-taint', node };
    case 'node-gone':
      return { code: 'deleted-node', node };
    case 'drain':
      return { code: 'deleted-drain', node };
    case 'preemption':
      return { code: 'deleted-preempted' };
    case 'unknown':
      return { code: watched ? 'deleted-client' : 'deleted-unwatched' };
  }
}

/** Why the Job controller deleted an active pod: from what the Job was at that moment, not from what became of it. */
function jobController(
  { job, jobName, clockOffset = 0 }: Subject,
  nodesFrom: number,
  evidence: readonly string[]
): StatementCode {
  const from = nodesFrom - clockOffset;
  const then = job?.transitions.findLast(({ at: time }) => {
    const moment = ms(time);
    return moment !== undefined && from - moment <= SAME_ACT && moment - from <= CLOCKS;
  });
  switch (then?.to) {
    case 'suspended':
      return { code: 'deleted-job-suspended', job: jobName };
    case 'parallelism':
    case 'resumed':
      return { code: 'deleted-job-continues', job: jobName };
    case undefined:
      break;
    default:
      return { code: 'deleted-job-ended', job: jobName, reason: then?.reason ?? job?.reason ?? null };
  }
  const finished = ms(job?.finished);
  if (finished !== undefined && Math.abs(finished - from) <= SAME_ACT) {
    return { code: 'deleted-job-ended', job: jobName, reason: job?.reason ?? null };
  }
  if (evidence.some((text) => /suspend/i.test(text))) {
    return { code: 'deleted-job-suspended', job: jobName };
  }
  return { code: job === undefined ? 'deleted-job-controller' : 'deleted-job-continues', job: jobName };
}

function historyLimit(job: Subject['job']): number | null {
  const cronJob = job?.cronJob;
  return job?.result === 'failed' ? (cronJob?.failedHistoryLimit ?? null) : (cronJob?.successfulHistoryLimit ?? null);
}
