import type { Evidence, Finding } from '../case';
import { CLOCKS, type Facts } from '../facts';
import { at, ms } from '../moment';
import type { Subject } from '../subject';

const shutdown = /imminent node shutdown|Node is shutting/i;

/** When its node was removed, from the node's record or the controllers' Events; undefined where it is there. */
export function nodeRemoved(subject: Subject, facts: Facts): { moment: number; evidence: Evidence } | undefined {
  const { cluster, node, started } = subject;
  if (node === null) {
    return undefined;
  }
  // A machine that went before the container started was another one of the same name.
  const removed = facts
    .machines(cluster, node)
    .map((machine) => ms(machine.removed))
    .filter((moment) => moment !== undefined && moment >= (started ?? 0))
    .reduce((first, moment) => Math.min(first ?? Infinity, moment ?? Infinity), undefined);
  if (removed !== undefined) {
    return {
      moment: removed,
      evidence: { at: at(removed), source: 'node', text: `node ${node} was gone from the API` },
    };
  }
  for (const reason of ['DeletingNode', 'RemovingNode']) {
    const event = facts
      .eventsAbout(cluster, 'Node', null, node, reason)
      .find(({ last }) => (ms(last) ?? 0) >= (started ?? 0));
    const moment = ms(event?.last);
    if (event && moment !== undefined && !event.timesDoubtful) {
      return { moment, evidence: { at: event.last, source: 'event', text: `${reason}: ${event.message}` } };
    }
  }
  return undefined;
}

/** C13: the node is gone, and its disk with it. */
export function byNode(subject: Subject, facts: Facts): Finding | undefined {
  const removed = nodeRemoved(subject, facts);
  if (!removed || (subject.left !== undefined && subject.left < removed.moment - CLOCKS)) {
    return undefined;
  }
  return {
    cause: 'C13',
    confidence: 'confirmed',
    says: `Node ${subject.node ?? ''} was removed, and its disk with all logs.`,
    evidence: [removed.evidence],
  };
}

/** C20: its pod ended because the node was shut down, and after that the log was gone. */
export function byShutdown({ pod, left, node }: Subject): Finding | undefined {
  const ended = pod?.reason === 'Shutdown' || (pod?.reason === 'Terminated' && shutdown.test(pod.message ?? ''));
  const finished = ms(pod?.finished);
  if (!pod || !ended || left === undefined || (finished !== undefined && left < finished - CLOCKS)) {
    return undefined;
  }
  return {
    cause: 'C20',
    confidence: 'likely',
    says: `Node ${node ?? ''} was shut down while the pod ran, and afterwards its log was gone.`,
    evidence: [{ at: pod.finished, source: 'pod', text: `${pod.reason ?? ''}: ${pod.message ?? ''}` }],
  };
}
