import type { Cause } from '../causes';
import type { StatementCode } from '../codes';
import type { Confidence, Evidence, Rival } from './case';
import { type Facts, POD_CLEANUP } from './facts';
import { byDeletion } from './hypotheses/deletion';
import { byEviction } from './hypotheses/eviction';
import { byOther, byRotation, byRuntime, isShortened } from './hypotheses/file';
import { confidenceOf, type Hypothesis, needsOf, rankOf, type Weighed } from './hypotheses/hypothesis';
import { byNode, byShutdown } from './hypotheses/node';
import { byReclaim } from './hypotheses/reclaim';
import { byNewerRun, byRestartInPlace, bySandbox } from './hypotheses/restart';
import { at } from './moment';
import { isMomentUnknown, type Subject } from './subject';

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

/** What says itself why it does not decide. */
const EXPLAINED: ReadonlySet<StatementCode['code']> = new Set([
  'deleted-unwatched',
  'deleted-unattended',
  'node-removed-unwatched',
]);

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
  const remaining = oneOfEachCause(
    weighed
      .filter(({ contradictions }) => contradictions.length === 0)
      .map((one): Candidate => ({ weighed: one, confidence: confidenceOf(one) }))
      .sort((a, b) => rankOf(b.confidence) - rankOf(a.confidence))
  );
  const isUnseen = isMomentUnknown(subject);
  const earlier = subject.left === undefined || isUnseen ? newerRunBefore(remaining) : undefined;
  const rivalsBeside = (winner: Weighed | undefined): Rival[] => [
    ...remaining
      .filter((one) => one.weighed !== winner)
      .map((one): Rival => ({ cause: one.weighed.cause, out: [], needs: needsOf(one.weighed) })),
    ...out.map(({ cause, contradictions }): Rival => ({ cause, out: contradictions, needs: [] })),
  ];
  if (earlier === undefined && isUnseen) {
    const possible = remaining.filter(({ confidence, weighed }) => confidence !== 'unknown' || weighed.cause === 'C1');
    const winner = firstOf(possible);
    if (winner === undefined && possible.length > 1) {
      return undecided(subject, possible, rivalsBeside(undefined)); // nobody saw which of them came first
    }
    remaining.sort((a, b) => Number(b === winner) - Number(a === winner));
  }
  if (earlier !== undefined) {
    if (earlier.length > 1) {
      return undecided(subject, earlier, rivalsBeside(undefined));
    }
    remaining.sort((a, b) => Number(b === earlier[0]) - Number(a === earlier[0]));
  }
  const [first, second] = remaining;
  if (first === undefined) {
    const { statement, evidence } = unexplained(subject);
    return { cause: 'unknown', confidence: 'unknown', statement, evidence, rivals: rivalsBeside(undefined) };
  }
  const isTie = second !== undefined && second.confidence === first.confidence && first.confidence !== 'confirmed';
  if (first.confidence === 'unknown' || isTie) {
    return undecided(
      subject,
      remaining.filter(({ confidence }) => confidence === first.confidence),
      rivalsBeside(undefined)
    );
  }
  const { cause, statement, evidence } = first.weighed;
  return { cause, confidence: first.confidence, statement, evidence, rivals: rivalsBeside(first.weighed) };
}

/** Ways to the same cause do not speak against each other: of a removed node its pods' deletion tells as well. */
function oneOfEachCause(sorted: readonly Candidate[]): Candidate[] {
  const causeOf = ({ weighed }: Candidate) => weighed.cause;
  return sorted.filter((one, i) => sorted.findIndex((other) => causeOf(other) === causeOf(one)) === i);
}

/**
 * The cause that removed this container before any other could: what is removed once is not removed again, so what came
 * later explains nothing. A removal that the kubelet named inside a reclaim was the removal itself: a deletion of the pod
 * before it had not removed the container yet. A deleted pod's log goes within the time that its clean-up may take.
 */
function firstOf(possible: readonly Candidate[]): Candidate | undefined {
  return possible.find(({ confidence, weighed: { cause, moment = Infinity } }, i) => {
    const isNamed = cause === 'C1' && confidence === 'confirmed';
    return (
      confidence !== 'unknown' &&
      possible.every(
        (other, j) =>
          j === i || (other.weighed.moment ?? -Infinity) > (isNamed ? moment - POD_CLEANUP : moment + POD_CLEANUP)
      )
    );
  });
}

/**
 * Nobody saw when it was removed. A newer run had ended, which alone removes it, so that what came to the pod later did
 * not: undefined where there is none, two candidates where both came within a minute.
 */
function newerRunBefore(remaining: readonly Candidate[]): Candidate[] | undefined {
  const possible = remaining.filter(({ confidence }) => confidence !== 'unknown');
  const older = possible.find(({ weighed }) => weighed.cause === 'C4');
  if (older === undefined) {
    return undefined;
  }
  const close = possible.filter(
    ({ weighed: { cause, moment = Infinity } }) =>
      cause !== 'C4' && Math.abs(moment - (older.weighed.moment ?? 0)) <= POD_CLEANUP
  );
  return [older, ...close];
}

function undecided(subject: Subject, open: readonly Candidate[], rivals: Rival[]): Decision {
  const causes = [...new Set(open.map(({ weighed }) => weighed.cause))];
  const [only] = open;
  const own = only !== undefined && EXPLAINED.has(only.weighed.statement.code) ? only.weighed : undefined;
  const fallback = unexplained(subject);
  return {
    cause: 'unknown',
    confidence: 'unknown',
    statement:
      own?.statement ??
      (causes.length > 1
        ? { code: 'undecided', causes, ...(isPartOnly(subject) && { isPart: true }) }
        : fallback.statement),
    evidence: open.flatMap(({ weighed }) => weighed.evidence),
    rivals,
  };
}

/** Only earlier files of the log were removed: the rest is there. */
const isPartOnly = ({ left, containerRecord, deletion }: Subject): boolean =>
  left === undefined && containerRecord !== undefined && deletion === undefined && isShortened(containerRecord);

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
