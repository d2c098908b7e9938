import type { Confidence, Evidence } from '../case';
import { CLOCKS, type Facts, POD_CLEANUP } from '../facts';
import { at, ms } from '../moment';
import { wasShutDown } from '../pod-reason';
import { goneBefore, unattendedSince } from '../pod-state';
import { isMomentUnknown, type Subject } from '../subject';
import type { Weighed } from './hypothesis';

/** While nobody watches for longer than this, a log may have been removed in any way before its node was. */
const UNATTENDED = 30 * 60_000;
/** An agent reports itself at least that often. */
const HEARTBEAT = 6 * 60_000;

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
export function wasWatchedUntil(subject: Subject, facts: Facts, moment: number): boolean {
  const { cluster, started, finished, leftFrom, clockOffset = 0 } = subject;
  const end = Math.min(leftFrom ?? finished ?? started ?? moment, moment);
  return (
    !isMomentUnknown(subject) ||
    facts.coverage.wereNodesWatched(cluster, end - clockOffset, moment - clockOffset) !== false
  );
}

/**
 * Until when an agent had watched a log that was there, where nobody did for a while before its node was removed;
 * undefined where one did, or the node was down since: nothing removes a log there.
 */
export function unwatchedSince(
  { containerRecord, left, leftFrom, cluster, node, clockOffset = 0 }: Subject,
  facts: Facts,
  removed: number
): number | undefined {
  if (containerRecord === undefined || left !== undefined || leftFrom === undefined) {
    return undefined;
  }
  const down = facts.notReadySince(cluster, node, removed - clockOffset);
  const until = down === undefined ? removed : Math.min(removed, down + clockOffset);
  return until - leftFrom > UNATTENDED ? leftFrom : undefined;
}

/** C13: the node was removed, and its disk with it. */
export function byNode(subject: Subject, facts: Facts): Weighed | undefined {
  const removed = nodeRemoved(subject, facts);
  const since = removed && unwatchedSince(subject, facts, removed.moment);
  return (
    removed && {
      cause: 'C13',
      statement:
        since === undefined
          ? { code: 'node-removed', node: subject.node }
          : { code: 'node-removed-unwatched', node: subject.node, since: at(since) },
      isReported: true,
      ceiling: since === undefined ? ceilingOf(subject, facts, removed.moment) : 'unknown',
      moment: removed.moment,
      contradictions:
        subject.left !== undefined && subject.left < removed.moment - CLOCKS
          ? [{ code: 'out-gone-before' }]
          : goneBefore(subject, facts, removed.moment),
      predictions: [],
      evidence: [removed.evidence],
    }
  );
}

/** An agent that reports a removal was on a node that was there. Of a log that no agent had open, nothing tells that it was. */
function ceilingOf(subject: Subject, facts: Facts, moment: number): Confidence {
  const { containerRecord, left, leftFrom = moment, deletion } = subject;
  if (containerRecord !== undefined) {
    // Pods of a node that is gone are deleted for that: no other deletion came before.
    const isAlone = deletion === undefined || deletion.by === 'node-gone';
    const wasThere = left === undefined && isAlone && moment - leftFrom <= HEARTBEAT;
    return wasThere ? 'confirmed' : 'likely';
  }
  return unattendedSince(subject, facts, moment) === undefined && wasWatchedUntil(subject, facts, moment)
    ? 'likely'
    : 'unknown';
}

/** C20: its pod ended because the node was shut down, and after that the log no longer existed. */
export function byShutdown(subject: Subject, facts: Facts): Weighed | undefined {
  const { pod, left, leftFrom, node, cluster, containerRecord } = subject;
  if (left === undefined) {
    return undefined;
  }
  const finished = ms(pod?.finished);
  if (pod !== undefined && wasShutDown(pod)) {
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
  // What had ended before goes with the disk as well.
  const shutdown = facts.shutdownWithin(cluster, node, (leftFrom ?? left) - POD_CLEANUP, left);
  if (shutdown === undefined || containerRecord?.left?.directory !== 'removed' || !isMomentUnknown(subject)) {
    return undefined;
  }
  return {
    cause: 'C20',
    statement: { code: 'node-shutdown', node },
    isReported: false,
    ceiling: 'likely',
    contradictions: [],
    predictions: [{ wasObserved: true, need: 'need-watch' }],
    evidence: [{ at: at(shutdown), source: 'node', what: { code: 'node-shut-down', node: node ?? '' } }],
  };
}
