import type { ContradictionCode } from '../../codes';
import type { Confidence } from '../case';
import { CLOCKS, type Facts, POD_CLEANUP } from '../facts';
import { at, ms } from '../moment';
import { wasKilledByKubelet } from '../pod-state';
import type { Subject } from '../subject';
import type { Weighed } from './hypothesis';

/** Kubernetes has whole seconds: a run that "finished at :54" did so before :55. */
const SECOND = 1000;
/** Logs that are removed together are removed within this; a restart's log is removed alone. */
const TOGETHER = 500;
/** A sandbox is made anew within this of the container's end. */
const SANDBOX = 10 * 60_000;
const RESTARTING_ALL = 'RestartingAllContainers';

/** The kubelet reported that a rule of the pod restarted all its containers, and that it removed this run for that. */
export const wasRestartedInPlace = ({ run }: Pick<Subject, 'run'>): boolean =>
  run?.removed === RESTARTING_ALL || run?.reason === RESTARTING_ALL;

interface Run {
  restart: number;
  started: number | undefined;
  finished: number | undefined;
  /** undefined while its log is on the node, or unknown. */
  left: number | undefined;
}

/** C4: the kubelet keeps the log of one terminated run, and a newer one had terminated. */
export function byNewerRun(subject: Subject, facts: Facts): Weighed | undefined {
  const { restart, left, podContainer, cluster, node, containerRecord, pod } = subject;
  const newer = runsAfter(subject, facts);
  const finished = newer.filter((one) => one.finished !== undefined);
  // The container GC runs when a container ends: the first newer run that ended is the one that mattered.
  const first = finished.find((one) => left === undefined || (one.finished ?? 0) <= left + SECOND);
  if (first?.finished === undefined || wasRestartedInPlace(subject)) {
    return undefined;
  }
  if (left !== undefined && wasRemovedWithPod(subject, newer)) {
    return undefined;
  }
  const out: ContradictionCode[] = [];
  if (left !== undefined && facts.wasAgentThere(cluster, node, first.finished + POD_CLEANUP, left - CLOCKS)) {
    out.push({ code: 'out-stayed', until: at(left) });
  }
  const isDirectoryGone = containerRecord?.left?.directory === 'removed';
  if (isDirectoryGone && containerRecord?.left?.noticed === undefined && wasKilledByKubelet(subject)) {
    out.push({ code: 'out-directory-removed' });
  }
  const runs = podContainer ? podContainer.restarts + 1 : Math.max(...newer.map((one) => one.restart)) + 1;
  const isSoon = left !== undefined && left - first.finished <= POD_CLEANUP;
  const ceiling: Confidence =
    isDirectoryGone && pod === undefined
      ? 'unknown'
      : containerRecord === undefined || !isSoon || isDirectoryGone
        ? 'likely'
        : 'strong';
  return {
    cause: 'C4',
    statement: { code: 'older-run', run: restart + 1, runs, newerRun: first.restart + 1 },
    isReported: false,
    ceiling,
    moment: first.finished,
    contradictions: out,
    predictions: [{ wasObserved: true, need: 'need-watch' }],
    evidence: [{ at: at(first.finished), source: 'pod', what: { code: 'newer-run-finished', run: first.restart + 1 } }],
  };
}

/** C19: a rule of the pod restarted all its containers in place, and the kubelet removed them first. */
export function byRestartInPlace(subject: Subject, facts: Facts): Weighed | undefined {
  const { pod, left, run } = subject;
  const next = runsAfter(subject, facts).find(
    ({ started }) => started !== undefined && (left === undefined || started <= left + SECOND)
  );
  const isReported = wasRestartedInPlace(subject);
  if (!isReported && (next === undefined || pod?.restartsAllContainers !== true || left === undefined)) {
    return undefined;
  }
  const out: ContradictionCode[] =
    next?.started !== undefined &&
    left !== undefined &&
    facts.wasAgentThere(subject.cluster, subject.node, next.started + POD_CLEANUP, left - CLOCKS)
      ? [{ code: 'out-stayed', until: at(left) }]
      : [];
  return {
    cause: 'C19',
    statement: { code: 'restarted-in-place', fileStays: left === undefined },
    isReported,
    ceiling: isReported ? 'confirmed' : 'strong',
    // What a run that was restarted so leaves on the node is removed later, with its pod or otherwise: C19 took it from kubectl.
    contradictions: isReported ? [] : out,
    predictions: [{ wasObserved: true, need: 'need-watch' }],
    evidence: [
      isReported
        ? {
            at: run?.finished ?? null,
            source: 'pod',
            what: { code: 'status-reported', reason: RESTARTING_ALL, message: run?.message ?? '' },
          }
        : { at: null, source: 'pod', what: { code: 'restart-rule' } },
      ...(next?.started === undefined
        ? []
        : [
            {
              at: at(next.started),
              source: 'pod' as const,
              what: { code: 'newer-run-started' as const, run: next.restart + 1 },
            },
          ]),
    ],
  };
}

/** C5: the sandbox was made anew, and the init containers were removed to run again. */
export function bySandbox(subject: Subject, facts: Facts): Weighed | undefined {
  const { podContainer, left, cluster, namespace, podName } = subject;
  if (podContainer?.role !== 'init' || left === undefined) {
    return undefined;
  }
  const event = facts.eventsAbout(cluster, 'Pod', namespace, podName, 'SandboxChanged').find(({ last, first }) => {
    const moment = [ms(last), ms(first)].find(
      (time) => time !== undefined && time <= left + CLOCKS && time >= left - SANDBOX
    );
    return moment !== undefined;
  });
  if (!event) {
    return undefined;
  }
  return {
    cause: 'C5',
    statement: { code: 'sandbox-changed' },
    isReported: false,
    ceiling: event.timesDoubtful ? 'likely' : 'strong',
    contradictions: [],
    predictions: [{ wasObserved: true, need: 'need-watch' }],
    evidence: [
      {
        at: event.last,
        source: 'event',
        what: { code: 'status-reported', reason: 'SandboxChanged', message: event.message },
      },
    ],
  };
}

/** Newer runs of the same container, oldest first, from the pod's record and from the container records: the API shows only the last two. */
function runsAfter({ restart, cluster, podUid, container, podContainer }: Subject, facts: Facts): Run[] {
  const runs = new Map<number, Run>();
  for (const containerRecord of facts.runsBeside(cluster, podUid, container)) {
    runs.set(containerRecord.restart, {
      restart: containerRecord.restart,
      started: ms(containerRecord.firstTime),
      finished: containerRecord.ended ? ms(containerRecord.lastTime) : undefined,
      left: ms(containerRecord.left?.at),
    });
  }
  for (const run of podContainer?.runs ?? []) {
    const seen = runs.get(run.restart);
    runs.set(run.restart, {
      restart: run.restart,
      started: ms(run.started) ?? seen?.started,
      finished: ms(run.finished) ?? seen?.finished,
      left: seen?.left,
    });
  }
  return [...runs.values()].filter((run) => run.restart > restart).sort((a, b) => a.restart - b.restart);
}

/** A newer run explains the removal, and its own log stayed longer: with its pod all of them are removed together. */
export function newerRunStayed(subject: Subject, facts: Facts): boolean {
  const { left } = subject;
  const stayed = runsAfter(subject, facts).some(
    (run) => left !== undefined && run.left !== undefined && run.left - left > TOGETHER
  );
  return stayed && byNewerRun(subject, facts)?.contradictions.length === 0;
}

/** The pod was being deleted, and the newer runs' logs were removed in the same moment: then it was that, not a restart. */
function wasRemovedWithPod({ left = 0, deletion }: Subject, newer: Run[]): boolean {
  const deleted = deletion !== undefined && deletion.from <= left + CLOCKS;
  const together = newer.some((run) => run.left !== undefined && Math.abs(run.left - left) <= TOGETHER);
  return deleted && together;
}
