import type { UnseenCode } from '../codes';
import type { Evidence } from './case';
import { type Facts, RECORD_DUE } from './facts';
import { at, ms } from './moment';
import type { Subject } from './subject';

/** An agent of which nothing was heard for longer than this is not observing. */
const SILENT = 11 * 60_000;
/** A namespace of which an agent has reported nothing for so long is excluded, perhaps. */
const EXCLUDED_AFTER = 600_000;

export interface Unseen {
  /**
   * `nobody`: no agent was observing while it lived. `pending`: an agent was, and its record may come. `missed`: one was
   * at some time, and has no record of it.
   */
  kind: 'nobody' | 'pending' | 'missed';
  why: UnseenCode;
  evidence: Evidence[];
}

/**
 * Why no agent has a record of a container run. An agent that begins reads what is still on its node, whenever its
 * container ended: so it matters who was observing until the log was removed.
 *
 * @param removed when that was; undefined where it is not known to have been
 */
export function whyUnseen(subject: Subject, removed: number | undefined, facts: Facts): Unseen {
  const { cluster, node, started, finished, namespace } = subject;
  const spans = facts.coverage.ofAgent(cluster, node);
  const [first] = spans;
  if (first === undefined) {
    return { kind: 'nobody', why: { code: 'unseen-no-agent', node }, evidence: [] };
  }
  const end = finished ?? facts.now;
  const start = started ?? end;
  const until = Math.max(end, Math.min(removed ?? facts.now, facts.now));
  if (first.from > until) {
    const evidence: Evidence = { at: at(first.from), source: 'agent', what: { code: 'agent-first-sign', node } };
    const why: UnseenCode = { code: 'unseen-started-later', node, ms: first.from - end };
    return { kind: 'nobody', why, evidence: [evidence] };
  }
  const last = spans.at(-1) ?? first;
  if (!spans.some(({ from, to }) => from <= until && to >= start)) {
    const before = spans.findLast(({ to }) => to < start) ?? first;
    const next = spans.find(({ from }) => from > until);
    // An agent that is silent to this day may have looked: what it wrote may not have arrived.
    return silent(subject, next === undefined ? 'missed' : 'nobody', before.to, next?.from);
  }
  if (facts.now - last.to > SILENT) {
    return silent(subject, 'missed', last.to, undefined);
  }
  const backlog = ms(facts.coverage.lastBeat(cluster, node)?.oldestUnacked);
  if (last.to - end < RECORD_DUE || (backlog !== undefined && backlog <= end)) {
    return { kind: 'pending', why: { code: 'unseen-not-yet', node }, evidence: [] };
  }
  const isExcluded = !facts.isNamespaceShipped(cluster, namespace) && facts.now - end > EXCLUDED_AFTER;
  const why: UnseenCode = isExcluded
    ? { code: 'unseen-excluded', node, namespace }
    : { code: 'unseen-unexplained', node };
  return { kind: 'missed', why, evidence: [] };
}

function silent({ node }: Subject, kind: Unseen['kind'], from: number, to: number | undefined): Unseen {
  return {
    kind,
    why: { code: 'unseen-silent', node, from: at(from), to: to === undefined ? null : at(to) },
    evidence: [{ at: at(from), source: 'agent', what: { code: 'agent-last-sign', node } }],
  };
}
