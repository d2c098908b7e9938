import type { Evidence } from './case';
import type { Facts } from './facts';
import { at, clock, span } from './moment';
import type { Subject } from './subject';

/** An agent gives a sign at least every ten minutes (record `disk`); a longer silence is one. */
const SILENCE = 15 * 60_000;
/** So long after its end a container's container record has come, if one comes. */
export const CONTAINER_RECORD_DUE = 120_000;

interface Why {
  /** Half a sentence. */
  says: string;
  evidence: Evidence[];
}

/**
 * Why no agent ever opened a container's log, and what it rests on; undefined where nothing shows. Then the agent may
 * well have opened it: it writes no container record of a log that lies on the node unharmed.
 */
export function whyNeverSeen(subject: Subject, facts: Facts): Why | undefined {
  const { cluster, node, started, finished, namespace } = subject;
  const where = node ?? 'its node';
  const signs = facts.agentSigns(cluster, node);
  const [first] = signs;
  if (first === undefined) {
    return { says: `no agent ever reported from ${where}`, evidence: [] };
  }
  const end = finished ?? started;
  if (end !== undefined && first > end) {
    const evidence: Evidence = {
      at: at(first),
      source: 'other container records',
      text: `first sign of an agent on ${where}`,
    };
    return { says: `the agent on ${where} started ${span(first - end)} after it had ended`, evidence: [evidence] };
  }
  const { before, next } = signsAround(subject, facts);
  const lastKnown = next ?? facts.now;
  if (before !== undefined && lastKnown - before > SILENCE) {
    const until = next === undefined ? 'and has not been heard of since' : `until ${clock(next)}`;
    return {
      says: `the agent on ${where} was silent from ${clock(before)} ${until}`,
      evidence: [lastSign(where, before)],
    };
  }
  if (!facts.isNamespaceShipped(cluster, namespace)) {
    return {
      says: `the agent on ${where} was there, and ships nothing of namespace ${namespace}: it is excluded, most likely`,
      evidence: [],
    };
  }
  return undefined;
}

/** The same of a log that is gone, which has no container record although its agent reported before and after. */
export function whyNoContainerRecord(subject: Subject, facts: Facts): Why {
  const where = subject.node ?? 'its node';
  const { before, next } = signsAround(subject, facts);
  const meanwhile = facts
    .agentSigns(subject.cluster, subject.node)
    .some((sign) => before !== undefined && next !== undefined && sign > before && sign < next);
  if (meanwhile || before === undefined || next === undefined) {
    return { says: `the agent on ${where} was there, and why it did not open this log is not known`, evidence: [] };
  }
  return {
    says: `the agent on ${where} gave no sign between ${clock(before)} and ${clock(next)}, and may have been down`,
    evidence: [lastSign(where, before)],
  };
}

/** The agent's last sign before the container started, and the first after it ended. */
function signsAround({ cluster, node, started, finished }: Subject, facts: Facts): { before?: number; next?: number } {
  const signs = facts.agentSigns(cluster, node);
  const end = finished ?? started;
  return {
    before: signs.findLast((sign) => sign <= (started ?? end ?? Infinity)),
    next: signs.find((sign) => sign >= (end ?? 0)),
  };
}

function lastSign(where: string, before: number): Evidence {
  return { at: at(before), source: 'other container records', text: `last sign of the agent on ${where} before that` };
}
