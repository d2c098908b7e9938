import { CLOCK_MARGIN, CLOCKS, type Facts, POD_CLEANUP, RECORD_DUE } from './facts';
import type { ContradictionCode } from '../codes';
import { ms } from './moment';
import { isUnknownToRuntime } from './pod-reason';
import { isMomentUnknown, type Subject } from './subject';

/** Times of one clock, of which one is cut off to whole seconds, are in their order where they are so far apart. */
export const SAME_CLOCK = 2000;
/** An agent of which nothing was heard for longer than this was not observing. */
const UNATTENDED = 11 * 60_000;
/** The kubelet does not know of a container's end before this. */
const SYNC = 1000;

/**
 * Whether a pod existed in the API at a moment. `assumed`: its record says nothing else, and no watch records tell
 * whether somebody would have seen its deletion.
 */
export type PodState = 'there' | 'assumed' | 'deleted' | 'unknown';

export function podStateAt({ pod, deletion, cluster, clockOffset }: Subject, facts: Facts, moment: number): PodState {
  if (deletion !== undefined) {
    if (deletion.watched) {
      return deletion.from <= moment + CLOCKS ? 'deleted' : pod === undefined ? 'unknown' : 'there';
    }
    const gone = deletion.gone ?? deletion.from;
    return moment < deletion.from - CLOCKS ? 'there' : moment > gone + CLOCKS ? 'deleted' : 'unknown';
  }
  if (pod === undefined) {
    return 'unknown';
  }
  // A watch that begins again lists the pods, and notes those that are missing.
  const until = clockOffset === undefined ? moment + CLOCK_MARGIN : moment - clockOffset + CLOCKS;
  const isWatched = facts.coverage.werePodsWatchedAfter(cluster, until);
  return isWatched === undefined ? 'assumed' : isWatched ? 'there' : 'unknown';
}

/** The kubelet killed the pod, and removes its containers with their logs at once. */
export const wasKilledByKubelet = ({ pod }: Subject): boolean =>
  pod?.reason === 'Evicted' || pod?.reason === 'Preempting';

/**
 * Its directory was emptied together with those of other pods: whoever removed those may have removed this one as well,
 * whatever happened to its pod in the same seconds.
 */
export function wasEmptiedWithOthers(subject: Subject, facts: Facts): boolean {
  const { containerRecord, left } = subject;
  return (
    left !== undefined &&
    containerRecord?.left?.directory === 'empty' &&
    !isMomentUnknown(subject) &&
    facts.wereOthersEmptied(subject, left)
  );
}

/** The same outside of any stretch of disk pressure: it was not a reclaim. */
export const wasEmptiedByOther = (subject: Subject, facts: Facts): boolean =>
  wasEmptiedWithOthers(subject, facts) &&
  facts.pressureAt(subject.cluster, subject.node, subject.left ?? 0) === undefined;

/**
 * An agent opens every log that is there when it starts: one of which it has no record, and whose container had ended by
 * then, had been removed before, unless its namespace is excluded.
 */
export function goneBefore(
  { containerRecord, cluster, node, namespace, started, finished }: Subject,
  facts: Facts,
  moment: number
): ContradictionCode[] {
  const { coverage } = facts;
  if (containerRecord !== undefined || finished === undefined || !facts.isNamespaceShipped(cluster, namespace)) {
    return [];
  }
  const reported = coverage.hasBeats(cluster, node) ? (coverage.lastSign(cluster, node) ?? 0) : 0;
  const cameLater = !coverage.wasAgentObserving(cluster, node, started ?? finished, finished);
  return cameLater && coverage.wasAgentObserving(cluster, node, finished, Math.min(moment, reported) - RECORD_DUE)
    ? [{ code: 'out-gone-before' }]
    : [];
}

/**
 * Since when nobody had seen the log, where what happened to its pod came so long after that and after the container's
 * end that the log may have been removed before, or no agent was ever on the node; undefined where one was, or it came
 * at once.
 */
export function unattendedSince(
  { containerRecord, cluster, node, started, finished, leftFrom }: Subject,
  facts: Facts,
  moment: number
): number | undefined {
  if (finished === undefined || moment - finished <= POD_CLEANUP) {
    return undefined;
  }
  const isOpened = containerRecord !== undefined;
  // One that came only later would have opened it, unless its namespace is excluded.
  if (!isOpened && facts.coverage.wasAgentObserving(cluster, node, started ?? finished, finished)) {
    return undefined;
  }
  const since = isOpened ? Math.max(finished, leftFrom ?? finished) : finished;
  const hadAgent = isOpened || facts.coverage.ofAgent(cluster, node).length > 0;
  return hadAgent && moment - since <= UNATTENDED ? undefined : since;
}

/**
 * Its container ended only after a moment of its node, as its runtime says: agent and runtime have one clock, and
 * Kubernetes cuts times off to whole seconds.
 */
export function endedAfter({ run }: Subject, moment: number): boolean {
  const finished = ms(run?.finished);
  return finished !== undefined && !isUnknownToRuntime({ run }) && finished - moment >= SAME_CLOCK;
}

/** A container whose pod has ended: only such are removed by a reclaim. What is not known speaks for it. */
export function isTerminated(subject: Subject, moment: number): boolean {
  const { pod, containerRecord } = subject;
  const lastTime = ms(containerRecord?.lastTime);
  if (endedAfter(subject, moment) || (pod === undefined && lastTime !== undefined && lastTime > moment - SYNC)) {
    return false;
  }
  const finished = ms(pod?.finished);
  if (finished !== undefined) {
    return finished <= moment + CLOCKS;
  }
  return pod === undefined || pod.phase === 'Succeeded' || pod.phase === 'Failed' || pod.phase === 'Unknown';
}
