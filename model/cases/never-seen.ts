import type { Evidence } from './case';
import type { Facts } from './facts';
import { at, span } from './moment';
import type { Subject } from './subject';

/** An agent gives a sign at least every ten minutes (record `disk`); a longer silence is one. */
const SILENCE = 15 * 60_000;
/** So long after its end a container's ledger has come, if one comes. */
export const LEDGER_DUE = 120_000;

/** Why no agent ever opened a container's log: half a sentence, and what it rests on. */
export function whyNeverSeen(subject: Subject, facts: Facts): { says: string; evidence: Evidence[] } {
  const { cluster, node, started, finished, namespace } = subject;
  const where = node ?? 'its node';
  const signs = facts.agentSigns(cluster, node);
  const [first] = signs;
  if (first === undefined) {
    return { says: `no agent ever reported from ${where}`, evidence: [] };
  }
  const end = finished ?? started;
  if (end !== undefined && first > end) {
    const evidence: Evidence = { at: at(first), source: 'other ledgers', text: `first sign of an agent on ${where}` };
    return { says: `the agent on ${where} started ${span(first - end)} after it had ended`, evidence: [evidence] };
  }
  const before = signs.findLast((sign) => sign <= (started ?? end ?? Infinity));
  const next = signs.find((sign) => sign >= (end ?? 0));
  const lastKnown = next ?? facts.now;
  if (before !== undefined && lastKnown - before > SILENCE) {
    const evidence: Evidence = {
      at: at(before),
      source: 'other ledgers',
      text: `last sign of the agent on ${where} before that`,
    };
    const until = next === undefined ? 'and has not been heard of since' : `until ${at(next).slice(11, 19)}`;
    return { says: `the agent on ${where} was silent from ${at(before).slice(11, 19)} ${until}`, evidence: [evidence] };
  }
  if (!facts.isNamespaceShipped(cluster, namespace)) {
    return {
      says: `the agent on ${where} was there, and ships nothing of namespace ${namespace}: it is excluded, most likely`,
      evidence: [],
    };
  }
  return { says: `the agent on ${where} was there, and why it did not open this log is not known`, evidence: [] };
}
