import type { DeletedBy } from '../../../model/records';
import { timeText } from '../core/fields';
import type { JobState, TransitionState } from '../state/job';
import type { TaintState } from '../state/node';
import { type PodState, podEnded } from '../state/pod';
import type { DeletionHint } from '../core/deletion-hints';
import type { Finding } from './who-deleted-job';

/** What is known around the deletion of a pod. Times are seconds since 1970. */
export interface PodDeletionFacts {
  pod: PodState;
  /** When it was asked for or, where that never showed, when the pod was gone. */
  at: number;
  /** Somebody watched when it went. */
  seen: boolean;
  taintEvent: DeletionHint | undefined;
  preemptionEvent: DeletionHint | undefined;
  jobEvent: DeletionHint | undefined;
  controllerEvent: DeletionHint | undefined;
  job: JobState | undefined;
  /** The deletion of its Job, where that came first. */
  jobDeletion: { at: number; finding: Finding } | undefined;
  nodeGone: number | null;
  /** NoExecute taints of its node. */
  taints: TaintState[];
  /** How many ended pods there still are in the whole cluster, where none of them is older than this one; else null. */
  youngerEndedPods: number | null;
}

/** Who or what deleted a pod: C9 to C14 of docs/reference/kubernetes.md, in the order of how sure a signal is. */
export function whoDeletedPod(facts: PodDeletionFacts): Finding {
  return (
    byDisruption(facts.pod) ??
    byEvent(facts) ??
    byNode(facts) ??
    withJob(facts) ??
    byJobController(facts) ??
    byTaint(facts) ??
    byPodGc(facts) ?? {
      by: 'unknown',
      evidence: [
        facts.seen
          ? 'nothing in the API explains it: a person, a client or an owner that is not watched'
          : 'nobody watched when it went',
      ],
    }
  );
}

const disruptions: ReadonlyMap<string, DeletedBy> = new Map([
  ['EvictionByEvictionAPI', 'drain'],
  ['DeletionByTaintManager', 'taint'],
  ['DeletionByPodGC', 'podgc'],
  ['PreemptionByScheduler', 'preemption'],
  ['PreemptionByKubeScheduler', 'preemption'], // Kubernetes 1.25
]);

function byDisruption({ disruption }: PodState): Finding | undefined {
  const by = disruption === null ? undefined : disruptions.get(disruption.reason);
  if (disruption === null || by === undefined) {
    return undefined;
  }
  const evidence = [`condition DisruptionTarget, reason ${disruption.reason}: ${disruption.message ?? ''}`];
  return { by: by === 'podgc' && /node no longer exists/.test(disruption.message ?? '') ? 'node-gone' : by, evidence };
}

function byEvent({ taintEvent, preemptionEvent, jobEvent, controllerEvent }: PodDeletionFacts): Finding | undefined {
  const found: Array<[DeletedBy, DeletionHint | undefined]> = [
    ['taint', taintEvent],
    ['preemption', preemptionEvent],
    ['job-controller', jobEvent],
    ['controller', controllerEvent],
  ];
  for (const [by, hint] of found) {
    if (hint !== undefined) {
      return { by, evidence: [hint.text] };
    }
  }
  return undefined;
}

function byNode({ pod, at, nodeGone }: PodDeletionFacts): Finding | undefined {
  if (nodeGone === null || nodeGone > at + 1) {
    return undefined;
  }
  return { by: 'node-gone', evidence: [`node ${pod.node ?? ''} was removed at ${timeText(nodeGone)}`] };
}

function withJob({ job, jobDeletion }: PodDeletionFacts): Finding | undefined {
  if (jobDeletion === undefined) {
    return undefined;
  }
  const { at, finding } = jobDeletion;
  const by = finding.by === 'unknown' ? 'owner' : finding.by;
  return { by, evidence: [`Job ${job?.name ?? ''} was deleted at ${timeText(at)}`, ...finding.evidence] };
}

// The Job controller deletes what is still active at once, and says so in an Event that may get lost.
const JOB_CONTROLLER_SLACK = 30;

function byJobController({ pod, at, seen, job }: PodDeletionFacts): Finding | undefined {
  if (!seen || job === undefined || podEnded(pod)) {
    return undefined;
  }
  const why = job.transitions.findLast((one) => stopsPods(one) && Math.abs(at - one.at) <= JOB_CONTROLLER_SLACK);
  if (why !== undefined) {
    return { by: 'job-controller', evidence: [`Job ${job.name} ${stopText(why)} with this pod active`] };
  }
  // It was suspended before anybody watched: no condition of that time is left.
  const suspended = job.suspended && !job.transitions.some(({ to }) => to === 'suspended');
  return suspended ? { by: 'job-controller', evidence: [`Job ${job.name} is suspended`] } : undefined;
}

function stopsPods({ to, before, value }: TransitionState): boolean {
  return to === 'parallelism' ? (value ?? 1) < (before ?? 1) : to !== 'resumed';
}

function stopText({ to, at, reason, before, value }: TransitionState): string {
  const why = reason === null ? '' : ` (${reason})`;
  const texts: Record<TransitionState['to'], string> = {
    suspended: `was suspended at ${timeText(at)}`,
    resumed: `was resumed at ${timeText(at)}`,
    parallelism: `was scaled from ${before ?? 1} to ${value ?? 1} pods at a time, seen at ${timeText(at)},`,
    'success-criteria-met': `met its success criteria${why} at ${timeText(at)}`,
    'failure-target': `failed${why} at ${timeText(at)}`,
    complete: `ended${why} at ${timeText(at)}`,
    failed: `failed${why} at ${timeText(at)}`,
  };
  return texts[to];
}

const unreachable: ReadonlySet<string> = new Set(['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']);
// Pods tolerate these for 300 s unless they say otherwise (admission plugin DefaultTolerationSeconds).
const TOLERATED = 300;
const TAINT_SLACK = 60;

/** Without the Event: the node was unreachable for exactly as long as pods tolerate it. */
function byTaint({ at, seen, taints }: PodDeletionFacts): Finding | undefined {
  const taint = taints.find(({ key, effect, added }) => {
    const late = added === null ? -1 : at - added - TOLERATED;
    return effect === 'NoExecute' && unreachable.has(key) && late >= -1 && late <= TAINT_SLACK;
  });
  if (!seen || taint === undefined) {
    return undefined;
  }
  return {
    by: 'taint',
    evidence: [
      `its node had the taint ${taint.key}:NoExecute since ${timeText(taint.added ?? at)}, ${TOLERATED} s before`,
    ],
  };
}

/** Default of kube-controller-manager's --terminated-pod-gc-threshold. */
export const PODGC_THRESHOLD = 12_500;

/**
 * PodGC deletes ended pods, the oldest first, until there are no more of them than its threshold, and leaves no trace.
 * (That it deletes by force does not show: any deletion of an ended pod looks the same, seen on Kubernetes 1.20.)
 */
function byPodGc({ pod, seen, youngerEndedPods }: PodDeletionFacts): Finding | undefined {
  if (!seen || !podEnded(pod) || youngerEndedPods === null || youngerEndedPods < PODGC_THRESHOLD) {
    return undefined;
  }
  const what = `it was the oldest of more than ${PODGC_THRESHOLD} ended pods, which is PodGC's threshold unless configured`;
  return { by: 'podgc', evidence: [what] };
}
