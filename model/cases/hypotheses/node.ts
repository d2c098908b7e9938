import type { Evidence } from '../case';
import { CLOCKS, type Facts } from '../facts';
import { at, ms } from '../moment';
import type { Subject } from '../subject';
import type { Weighed } from './hypothesis';

const shutdown = /imminent node shutdown|Node is shutting/i;

/** When its node was removed, from the node's record or the controllers' Events; undefined where it is there. */
export function nodeRemoved(subject: Subject, facts: Facts): { moment: number; evidence: Evidence } | undefined {
  const { cluster, node, started } = subject;
  if (node === null) {
    return undefined;
  }
  // A machine that was removed before the container started was another one of the same name.
  const removed = facts
    .machines(cluster, node)
    .map((machine) => ms(machine.removed))
    .filter((moment) => moment !== undefined && moment >= (started ?? 0))
    .reduce((first, moment) => Math.min(first ?? Infinity, moment ?? Infinity), undefined);
  if (removed !== undefined) {
    return { moment: removed, evidence: { at: at(removed), source: 'node', what: { code: 'node-gone', node } } };
  }
  for (const reason of ['DeletingNode', 'RemovingNode']) {
    const event = facts
      .eventsAbout(cluster, 'Node', null, node, reason)
      .find(({ last }) => (ms(last) ?? 0) >= (started ?? 0));
    const moment = ms(event?.last);
    if (event && moment !== undefined && !event.timesDoubtful) {
      const what = { code: 'status-reported' as const, reason, message: event.message };
      return { moment, evidence: { at: event.last, source: 'event', what } };
    }
  }
  return undefined;
}

/**
 * Of a log that no agent had open, nothing tells that it was still there: that the node was watched from the end of the
 * container on rules out a reclaim before.
 */
export function wasWatchedUntil(
  { containerRecord, cluster, started, finished }: Subject,
  facts: Facts,
  moment: number
): boolean {
  const end = Math.min(finished ?? started ?? moment, moment);
  return containerRecord !== undefined || facts.coverage.wereNodesWatched(cluster, end, moment) !== false;
}

/** C13: the node was removed, and its disk with it. */
export function byNode(subject: Subject, facts: Facts): Weighed | undefined {
  const removed = nodeRemoved(subject, facts);
  return (
    removed && {
      cause: 'C13',
      statement: { code: 'node-removed', node: subject.node },
      isReported: true,
      // Of a log that no agent had open, nothing tells that it was still there; where nobody watched, even less.
      ceiling:
        subject.containerRecord !== undefined
          ? 'confirmed'
          : wasWatchedUntil(subject, facts, removed.moment)
            ? 'likely'
            : 'unknown',
      moment: removed.moment,
      contradictions:
        subject.left !== undefined && subject.left < removed.moment - CLOCKS ? [{ code: 'out-gone-before' }] : [],
      predictions: [],
      evidence: [removed.evidence],
    }
  );
}

/** C20: its pod ended because the node was shut down, and after that the log no longer existed. */
export function byShutdown({ pod, left, node }: Subject): Weighed | undefined {
  const ended = pod?.reason === 'Shutdown' || (pod?.reason === 'Terminated' && shutdown.test(pod.message ?? ''));
  const finished = ms(pod?.finished);
  if (!pod || !ended || left === undefined) {
    return undefined;
  }
  return {
    cause: 'C20',
    statement: { code: 'node-shutdown', node },
    isReported: false,
    ceiling: 'likely',
    contradictions: finished !== undefined && left < finished - CLOCKS ? [{ code: 'out-gone-before' }] : [],
    predictions: [{ wasObserved: true, need: 'need-watch' }],
    evidence: [
      {
        at: pod.finished,
        source: 'pod',
        what: { code: 'status-reported', reason: pod.reason ?? '', message: pod.message ?? '' },
      },
    ],
  };
}
