import type { Cause, CauseId } from '../../causes';
import type { ContradictionCode, NeedCode, StatementCode } from '../../codes';
import type { Confidence, Evidence } from '../case';
import type { Facts } from '../facts';
import type { Subject } from '../subject';

/** Something that must have been seen if the cause is the true one. */
export interface Prediction {
  /** undefined: nobody was in a position to see it. */
  wasObserved: boolean | undefined;
  /** What would have shown it. */
  need: NeedCode['code'];
}

/** One cause, weighed for one container run. */
export interface Weighed {
  cause: CauseId;
  statement: StatementCode;
  /** The component that did it reported it about this container, or its pod. */
  isReported: boolean;
  /** Any of them rules the cause out. */
  contradictions: ContradictionCode[];
  predictions: Prediction[];
  /** The most that these observations allow, whatever was predicted: for what leaves no trace of its own. */
  ceiling?: Confidence;
  evidence: Evidence[];
  /** When it removed the log, or took it from `kubectl logs`; decides where the log itself tells no time. */
  moment?: number;
  also?: Cause[];
}

/** Weighs one cause, or several that exclude each other; undefined where what it requires is not there. */
export type Hypothesis = (subject: Subject, facts: Facts) => Weighed | undefined;

const RANK: Record<Confidence, number> = { unknown: 0, likely: 1, strong: 2, confirmed: 3 };
export const rankOf = (confidence: Confidence): number => RANK[confidence];

/**
 * How sure a cause is by itself, rivals aside. Strong needs every prediction that could have been observed, and one at
 * least; what was predicted and did not show although somebody looked leaves a cause no more than possible.
 */
export function confidenceOf({ isReported, predictions, ceiling = 'confirmed' }: Weighed): Confidence {
  const observable = predictions.filter(({ wasObserved }) => wasObserved !== undefined);
  const all = observable.every(({ wasObserved }) => wasObserved === true);
  const own: Confidence = isReported
    ? 'confirmed'
    : !all || observable.length === 0
      ? 'unknown'
      : observable.length === predictions.length
        ? 'strong'
        : 'likely';
  return rankOf(own) > rankOf(ceiling) ? ceiling : own;
}

/** What would raise the confidence. */
export const needsOf = ({ predictions }: Weighed): NeedCode[] =>
  [...new Set(predictions.filter(({ wasObserved }) => wasObserved !== true).map(({ need }) => need))].map((code) => ({
    code,
  }));
