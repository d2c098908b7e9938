import type { Finding } from '../case';
import { CLOCKS, type Facts } from '../facts';
import { at, ms } from '../moment';
import type { Subject } from '../subject';

/** Kubernetes has whole seconds: a run that "finished at :54" did so before :55. */
const SECOND = 1000;
/** Logs that go together leave within this; a restart's log goes alone. */
const TOGETHER = 500;
/** A sandbox is made anew within this of the container's end. */
const SANDBOX = 10 * 60_000;

interface Run {
  restart: number;
  started: number | undefined;
  finished: number | undefined;
  /** undefined while its log is on the node, or unknown. */
  left: number | undefined;
}

/** C4, C5 and C19: the log of a run went because a later one came. */
export function byRestart(subject: Subject, facts: Facts): Finding | undefined {
  return bySandbox(subject, facts) ?? byLaterRun(subject, facts);
}

function byLaterRun(subject: Subject, facts: Facts): Finding | undefined {
  const { restart, pod, left, podContainer } = subject;
  const later = runsAfter(subject, facts);
  const finished = later.filter(
    (run) => run.finished !== undefined && (left === undefined || run.finished <= left + SECOND)
  );
  const newest = finished.at(-1);
  if (newest) {
    if (left !== undefined && wentWithPod(subject, later)) {
      return undefined;
    }
    const runs = podContainer ? podContainer.restarts + 1 : Math.max(...later.map((run) => run.restart)) + 1;
    return {
      cause: 'C4',
      confidence: left === undefined ? 'strong' : 'confirmed',
      says: `This was run ${restart + 1} of ${runs} of the container. The kubelet keeps the log of the newest finished run only, and run ${newest.restart + 1} had finished.`,
      evidence: [
        { at: iso(newest.finished), source: 'pod', text: `run ${newest.restart + 1} of the same container finished` },
      ],
    };
  }
  const next = later.find((run) => run.started !== undefined && (left === undefined || run.started <= left + SECOND));
  if (next === undefined || pod?.restartsAllContainers !== true || left === undefined) {
    return undefined;
  }
  return {
    cause: 'C19',
    confidence: 'strong',
    says: 'A rule of the pod restarted all its containers in place, and the kubelet removed them with their logs.',
    evidence: [
      { at: null, source: 'pod', text: 'a container of the pod has the restart rule RestartAllContainers' },
      { at: iso(next.started), source: 'pod', text: `run ${next.restart + 1} of the container started` },
    ],
  };
}

/** Later runs of the same container, oldest first, from the pod's record and from the container records: the API shows only the last two. */
function runsAfter({ cluster, restart, podUid, container, podContainer }: Subject, facts: Facts): Run[] {
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

/** The pod was being deleted, and the later runs' logs went in the same moment: then it was that, not a restart. */
function wentWithPod({ left = 0, deletion }: Subject, later: Run[]): boolean {
  const deleted = deletion !== undefined && deletion.from <= left + CLOCKS;
  const together = later.some((run) => run.left !== undefined && Math.abs(run.left - left) <= TOGETHER);
  return deleted && together;
}

function bySandbox(subject: Subject, facts: Facts): Finding | undefined {
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
    confidence: event.timesDoubtful ? 'likely' : 'strong',
    says: "The pod's sandbox had to be made anew, and the kubelet removed the containers of its init phase to run them again.",
    evidence: [{ at: event.last, source: 'event', text: `SandboxChanged: ${event.message}` }],
  };
}

function iso(moment: number | undefined): string | null {
  return moment === undefined ? null : at(moment);
}
