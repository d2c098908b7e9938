import type { ContradictionCode } from '../../codes';
import type { Confidence } from '../case';
import { CLOCKS, type Facts, POD_CLEANUP } from '../facts';
import { at, ms } from '../moment';
import { isUnknownToRuntime, wasShutDown } from '../pod-reason';
import { isTerminated, SAME_CLOCK, wasEmptiedByOther, wasKilledByKubelet } from '../pod-state';
import { isMomentUnknown, type Subject } from '../subject';
import type { Weighed } from './hypothesis';
import { nodeRemoved } from './node';

/** Kubernetes has whole seconds: a run that "finished at :54" did so before :55. */
const SECOND = 1000;
/** Logs that are removed together are removed within this; a restart's log is removed alone. */
const TOGETHER = 500;
/** With a new sandbox the init containers are removed within this. */
const SANDBOX = 60_000;
/** And its first container starts within this. */
const AGAIN = 2 * 60_000;
const RESTARTING_ALL = 'RestartingAllContainers';

/** The kubelet reported that a rule of the pod restarted all its containers, and that it removed this run for that. */
export const wasRestartedInPlace = ({ run }: Pick<Subject, 'run'>): boolean =>
  run?.removed === RESTARTING_ALL || run?.reason === RESTARTING_ALL;

interface Run {
  restart: number;
  started: number | undefined;
  finished: number | undefined;
  /** It had finished by then: later than `finished` where that is only its last line's time. */
  finishedBy: number;
  /** The runtime no longer knew it, or its node was shut down: no end that the container GC follows for sure. */
  isLost: boolean;
  /** undefined while its log is on the node, or unknown. */
  left: number | undefined;
}

/** C4: the kubelet keeps the log of one terminated run, and a newer one had terminated. */
export function byNewerRun(subject: Subject, facts: Facts): Weighed | undefined {
  const { restart, left, podContainer, cluster, node, containerRecord, pod } = subject;
  const newer = runsAfter(subject, facts);
  // What started only afterwards had not finished.
  const finished = newer.filter((one) => one.finished !== undefined && (one.started ?? 0) <= (left ?? Infinity));
  // The container GC runs when a container ends: the first newer run that ended is the one that mattered.
  const first = finished.find((one) => left === undefined || (one.finished ?? 0) <= left + SECOND);
  if (first?.finished === undefined || wasRestartedInPlace(subject) || runsInNewSandboxOnly(subject)) {
    return undefined;
  }
  const out: ContradictionCode[] = [];
  const since = subject.leftFrom ?? left;
  // Of a log that is there it does not matter how long the newer run was silent before its end.
  const over = containerRecord !== undefined && left === undefined ? first.finished : first.finishedBy;
  if (since !== undefined && facts.wasAgentThere(cluster, node, over + POD_CLEANUP, since - CLOCKS)) {
    out.push({ code: 'out-stayed', until: at(since) });
  }
  const isDirectoryGone = containerRecord?.left?.directory === 'removed';
  if (isDirectoryGone && !isMomentUnknown(subject) && wasKilledByKubelet(subject)) {
    out.push({ code: 'out-directory-removed' });
  }
  const runs = podContainer ? podContainer.restarts + 1 : Math.max(...newer.map((one) => one.restart)) + 1;
  const end = Number.isFinite(first.finishedBy) ? first.finishedBy : first.finished;
  const isSoon = left !== undefined && !isMomentUnknown(subject) && left - end <= POD_CLEANUP;
  const isWithNewer = left !== undefined && !isMomentUnknown(subject) && wasRemovedWithNewer(subject, newer);
  const isDeleted = subject.deletion !== undefined && subject.deletion.from <= (left ?? 0) + CLOCKS;
  if (isWithNewer && (isDeleted || !isSoon || wasEmptiedByOther(subject, facts))) {
    return undefined;
  }
  // In the moment of a pressure, long after the last line of the newer run or together with other pods: it may have been a reclaim.
  const isInPressure =
    left !== undefined &&
    facts.pressureAt(cluster, node, left) !== undefined &&
    (!isSoon || (isTerminated(subject, left) && facts.wereOthersEmptied(subject, left)));
  const isNodeGone = first.finished >= (nodeRemoved(subject, facts)?.moment ?? Infinity) - POD_CLEANUP;
  // Of a log that was not seen to go, an end of which the API server does not know may be that of the node.
  const isAgentsWord = containerRecord !== undefined && first.finishedBy === Infinity;
  const isDoubtful = (first.isLost || isNodeGone || isAgentsWord) && left === undefined;
  const ceiling: Confidence =
    isDoubtful || isInPressure || (isDirectoryGone && pod === undefined)
      ? 'unknown'
      : isWithNewer || first.isLost || containerRecord === undefined || !isSoon || isDirectoryGone
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

/** An init container that succeeded runs again in a new sandbox only (C5). */
const runsInNewSandboxOnly = ({ podContainer, run }: Subject) => podContainer?.role === 'init' && run?.exitCode === 0;

/** C19: a rule of the pod restarted all its containers in place, and the kubelet removed them first. */
export function byRestartInPlace(subject: Subject, facts: Facts): Weighed | undefined {
  const { pod, left, run } = subject;
  const next = runsAfter(subject, facts).find(
    ({ started }) =>
      started !== undefined && (left === undefined || (started >= left - SECOND && started <= left + AGAIN))
  );
  const isReported = wasRestartedInPlace(subject);
  if (!isReported && (didOthersStay(subject, facts) || (left !== undefined && didOthersRun(subject, left)))) {
    return undefined;
  }
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
    ceiling: isReported ? 'confirmed' : isMomentUnknown(subject) ? 'unknown' : 'likely',
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

/** Another container of the pod kept its log, of a run that a restart of all containers would have removed with this one. */
function didOthersStay({ pod, container, left = 0, cluster, podUid }: Subject, facts: Facts): boolean {
  return (pod?.containers ?? [])
    .filter(({ name }) => name !== container)
    .flatMap(({ name }) => facts.runsBeside(cluster, podUid, name))
    .some((other) => (ms(other.firstTime) ?? Infinity) < left && (ms(other.left?.at) ?? Infinity) > left + SECOND);
}

/** C5: the sandbox was made anew, and the init containers were removed to run again. */
export function bySandbox(subject: Subject, facts: Facts): Weighed | undefined {
  const { podContainer, cluster, namespace, podName, finished, containerRecord } = subject;
  const { left = containerRecord === undefined ? facts.now : undefined } = subject;
  const { leftFrom = containerRecord === undefined ? finished : left } = subject;
  if (podContainer?.role !== 'init' || left === undefined || leftFrom === undefined) {
    return undefined;
  }
  const event = facts.eventsAbout(cluster, 'Pod', namespace, podName, 'SandboxChanged').find(({ last, first }) => {
    const moment = [ms(last), ms(first)].find(
      (time) =>
        time !== undefined &&
        time <= left + CLOCKS &&
        time >= leftFrom - SANDBOX &&
        time >= (finished ?? subject.started ?? time) - SECOND
    );
    return moment !== undefined;
  });
  // An init container that has ended runs again in a new sandbox only: the one before it is removed first.
  const again = runsAfter(subject, facts).find(
    ({ restart, started }) =>
      restart === subject.restart + 1 &&
      started !== undefined &&
      started >= leftFrom - SECOND &&
      started <= left + AGAIN &&
      finished !== undefined
  );
  if (again === undefined && (event === undefined || containerRecord === undefined)) {
    return undefined;
  }
  const isWithOthers = event === undefined && wasEmptiedByOther(subject, facts);
  return {
    cause: 'C5',
    ...(again?.started !== undefined && { moment: again.started }),
    statement: { code: 'sandbox-changed' },
    isReported: false,
    ceiling: isWithOthers
      ? 'unknown'
      : event === undefined || event.timesDoubtful || isMomentUnknown(subject)
        ? 'likely'
        : 'strong',
    contradictions: didOthersRun(subject, left) ? [{ code: 'out-running' }] : [],
    predictions: [{ wasObserved: true, need: 'need-watch' }],
    evidence: [
      ...(event === undefined
        ? []
        : [
            {
              at: event.last,
              source: 'event' as const,
              what: { code: 'status-reported' as const, reason: 'SandboxChanged', message: event.message },
            },
          ]),
      ...(again?.started === undefined
        ? []
        : [
            {
              at: at(again.started),
              source: 'pod' as const,
              what: { code: 'newer-run-started' as const, run: again.restart + 1 },
            },
          ]),
    ],
  };
}

/** Another container of the pod ran through a moment: a new sandbox, or a restart of all, ends all of them before. */
const didOthersRun = ({ pod, container }: Subject, moment: number): boolean =>
  (pod?.containers ?? [])
    .filter(({ name }) => name !== container)
    .flatMap(({ runs }) => runs)
    .some(
      (run) => (ms(run.started) ?? Infinity) < moment - SECOND && (ms(run.finished) ?? Infinity) > moment + SAME_CLOCK
    );

/** Newer runs of the same container, oldest first, from the pod's record and from the container records: the API shows only the last two. */
function runsAfter(
  { restart, cluster, podUid, container, podContainer, pod, started = 0 }: Subject,
  facts: Facts
): Run[] {
  const runs = new Map<number, Run>();
  for (const containerRecord of facts.runsBeside(cluster, podUid, container)) {
    // A static pod that returns has its UID, and its restarts are counted from 0 again.
    if ((ms(containerRecord.firstTime) ?? Infinity) < started - CLOCKS) {
      continue;
    }
    runs.set(containerRecord.restart, {
      restart: containerRecord.restart,
      started: ms(containerRecord.firstTime),
      finished: containerRecord.ended ? ms(containerRecord.lastTime) : undefined,
      finishedBy: Infinity,
      isLost: false,
      left: ms(containerRecord.left?.at),
    });
  }
  for (const run of podContainer?.runs ?? []) {
    const seen = runs.get(run.restart);
    runs.set(run.restart, {
      restart: run.restart,
      started: ms(run.started) ?? seen?.started,
      finished: ms(run.finished) ?? seen?.finished,
      isLost: isUnknownToRuntime({ run }) || (pod !== undefined && wasShutDown(pod) && run.finished === pod.finished),
      finishedBy: ms(run.finished) ?? Infinity,
      left: seen?.left,
    });
  }
  const sorted = [...runs.values()].filter((run) => run.restart > restart).sort((a, b) => a.restart - b.restart);
  return sorted.map((run, index) => ({
    ...run,
    finishedBy: Math.min(run.finishedBy, sorted[index + 1]?.started ?? Infinity),
  }));
}

/**
 * A newer run explains the removal, and its own log stayed longer: with its pod all of them are removed together. A run
 * that started only after the removal shows that the pod went on.
 */
export function newerRunStayed(subject: Subject, facts: Facts): boolean {
  const { left } = subject;
  const newer = left === undefined ? [] : runsAfter(subject, facts);
  const stayed = newer.some((run) => run.left !== undefined && run.left - (left ?? 0) > TOGETHER);
  return (
    newer.some(({ started }) => started !== undefined && started >= (left ?? 0)) ||
    (stayed && byNewerRun(subject, facts)?.contradictions.length === 0)
  );
}

/** The newer runs' logs were removed in the same moment: then it was no restart, which keeps the newest. */
const wasRemovedWithNewer = ({ left = 0 }: Subject, newer: readonly Run[]): boolean =>
  newer.some((run) => run.left !== undefined && Math.abs(run.left - left) <= TOGETHER);
