import type { Cause } from '../../model/causes';
import type { SeenPod } from './pod-watch';
import { type Run, runKey, type Truth } from './story';

/** What took a run's log from the node, or a part of it, as the story and the kubelet's log have it. */
export interface Expected {
  run: Run;
  causes: Cause[];
  /** When it went, as narrow as it is known; milliseconds since 1970. */
  between?: [number, number];
}

/** What happens to the pods of each Job in this story, where no reclaim comes first. */
const fates: Record<string, Cause[]> = {
  'ttl-cleanup': ['C7'],
  crashy: ['C9'],
  'deleted-by-hand': ['C11'],
  // It may have failed before it was deleted: some of its pods were turned away.
  'disk-pressure-test': ['C11', 'C9'],
};

/** The cases that there must be, by run; each run that is not among them can still be read with kubectl. */
export function expectedCases(truth: Truth): Map<string, Expected> {
  const cases = new Map<string, Expected>();
  for (const run of truth.runs) {
    const reclaim = truth.reclaims.find(({ removed }) => removed.has(run.containerId));
    const files = truth.files.get(runKey(run));
    if (reclaim !== undefined) {
      cases.set(runKey(run), { run, causes: ['C1'], between: [reclaim.start, reclaim.end] });
    } else if (files === undefined) {
      cases.set(runKey(run), { run, causes: fateOf(run, truth.runs) });
    } else if (files.length > 1) {
      cases.set(runKey(run), { run, causes: ['C15'] });
    }
  }
  return cases;
}

function fateOf({ pod, container, restart }: Run, runs: readonly Run[]): Cause[] {
  const fate = fateOfPod(pod);
  const isOlder = runs.some((run) => run.pod === pod && run.container === container && run.restart > restart);
  // Where the last run has just ended as its pod is deleted, the one before may go for either reason.
  return isOlder ? ['C4', ...fate] : fate;
}

function fateOfPod({ job }: SeenPod): Cause[] {
  if (job === null) {
    return ['C6'];
  }
  return job.startsWith('tick-') ? ['C8'] : (fates[job] ?? []);
}
