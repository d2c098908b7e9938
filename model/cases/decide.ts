import type { Cause } from '../causes';
import type { StatementCode } from '../messages';
import type { Confidence, Evidence, Rival } from './case';
import type { Facts } from './facts';
import { byDeletion } from './hypotheses/deletion';
import { byEviction } from './hypotheses/eviction';
import { byOther, byRotation, byRuntime } from './hypotheses/file';
import { confidenceOf, type Hypothesis, needsOf, rankOf, type Weighed } from './hypotheses/hypothesis';
import { byNode, byShutdown } from './hypotheses/node';
import { byReclaim } from './hypotheses/reclaim';
import { byNewerRun, byRestartInPlace, bySandbox } from './hypotheses/restart';
import { at } from './moment';
import type { Subject } from './subject';

/** In the order in which they are named; of several that were reported, the first removed the log. */
const HYPOTHESES: readonly Hypothesis[] = [
  byReclaim, // C1
  byEviction, // C2, C3, C14
  byRestartInPlace, // C19
  byNewerRun, // C4
  bySandbox, // C5
  byDeletion, // C6–C14
  byNode, // C13
  byOther, // C17
  byShutdown, // C20
  byRuntime, // C16
  byRotation, // C15
];

export interface Decision {
  cause: Cause;
  confidence: Confidence;
  statement: StatementCode;
  evidence: Evidence[];
  rivals: Rival[];
}

interface Candidate {
  weighed: Weighed;
  confidence: Confidence;
}

/**
 * What removed a log from its node: every cause is weighed against all evidence. Contradicted means out. What a
 * component reported itself outweighs what is deduced. Two that remain with the same weight are both named; then the
 * evidence does not decide.
 */
export function decide(subject: Subject, facts: Facts): Decision {
  const weighed = HYPOTHESES.flatMap((hypothesis) => hypothesis(subject, facts) ?? []);
  const out = weighed.filter(({ contradictions }) => contradictions.length > 0);
  const remaining = weighed
    .filter(({ contradictions }) => contradictions.length === 0)
    .map((one): Candidate => ({ weighed: one, confidence: confidenceOf(one) }))
    .sort((a, b) => rankOf(b.confidence) - rankOf(a.confidence));
  const [first, second] = remaining;
  const rivalsBeside = (winner: Weighed | undefined): Rival[] => [
    ...remaining
      .filter((one) => one.weighed !== winner)
      .map((one): Rival => ({ cause: one.weighed.cause, out: [], needs: needsOf(one.weighed) })),
    ...out.map(({ cause, contradictions }): Rival => ({ cause, out: contradictions, needs: [] })),
  ];
  if (first === undefined) {
    const { statement, evidence } = unexplained(subject);
    return { cause: 'unknown', confidence: 'unknown', statement, evidence, rivals: rivalsBeside(undefined) };
  }
  const isTie = second !== undefined && second.confidence === first.confidence && first.confidence !== 'confirmed';
  if (first.confidence === 'unknown' || (isTie && first.confidence === 'likely')) {
    return undecided(
      subject,
      remaining.filter(({ confidence }) => confidence === first.confidence),
      rivalsBeside(undefined)
    );
  }
  const { cause, statement, evidence } = first.weighed;
  const confidence = isTie ? 'likely' : first.confidence;
  return { cause, confidence, statement, evidence, rivals: rivalsBeside(first.weighed) };
}

function undecided(subject: Subject, open: readonly Candidate[], rivals: Rival[]): Decision {
  const causes = [...new Set(open.map(({ weighed }) => weighed.cause))];
  const [only] = open;
  const own = only?.weighed.statement.code === 'deleted-unwatched' ? only.weighed : undefined;
  const fallback = unexplained(subject);
  return {
    cause: 'unknown',
    confidence: 'unknown',
    statement: own?.statement ?? (causes.length > 1 ? { code: 'undecided', causes } : fallback.statement),
    evidence: open.flatMap(({ weighed }) => weighed.evidence),
    rivals,
  };
}

/** Nothing explains it: what was seen is all that is said. */
function unexplained({ left, containerRecord, deletion, pod }: Subject): Pick<Decision, 'statement' | 'evidence'> {
  const moment = left === undefined ? null : at(left);
  const isDirectory = containerRecord?.left?.directory === 'removed' && deletion === undefined;
  return {
    statement: isDirectory
      ? { code: 'directory-removed', at: moment, podKnown: pod !== undefined }
      : { code: 'unexplained', at: moment },
    evidence: [],
  };
}
