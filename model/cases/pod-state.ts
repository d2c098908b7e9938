import { CLOCKS, type Facts } from './facts';
import { ms } from './moment';
import type { Subject } from './subject';

/**
 * Whether a pod existed in the API at a moment. `assumed`: its record says nothing else, and no watch records tell
 * whether somebody would have seen its deletion.
 */
export type PodState = 'there' | 'assumed' | 'deleted' | 'unknown';

export function podStateAt({ pod, deletion, cluster }: Subject, facts: Facts, moment: number): PodState {
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
  const isWatched = facts.coverage.werePodsWatchedAfter(cluster, moment + CLOCKS);
  return isWatched === undefined ? 'assumed' : isWatched ? 'there' : 'unknown';
}

/** The kubelet killed the pod, and removes its containers with their logs at once. */
export const wasKilledByKubelet = ({ pod }: Subject): boolean =>
  pod?.reason === 'Evicted' || pod?.reason === 'Preempting';

/** A container whose pod has ended: only such are removed by a reclaim. What is not known speaks for it. */
export function isTerminated({ pod }: Subject, moment: number): boolean {
  const finished = ms(pod?.finished);
  if (finished !== undefined) {
    return finished <= moment + CLOCKS;
  }
  return pod === undefined || pod.phase === 'Succeeded' || pod.phase === 'Failed' || pod.phase === 'Unknown';
}
