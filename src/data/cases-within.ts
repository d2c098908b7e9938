import type { Case } from '../../model/cases';
import type { Span } from './loki-source';

/** When a case happened: when its log went, or its container ended. Milliseconds since 1970; NaN where nobody knows. */
export const momentOf = ({ at, finished }: Case): number => Date.parse(at ?? finished ?? '');

/** The cases that happened in a range, and those of which nobody knows when. */
export const casesWithin = (cases: readonly Case[], { from, to }: Span): Case[] =>
  cases.filter((one) => {
    const moment = momentOf(one);
    return Number.isNaN(moment) || (moment >= from && moment < to);
  });
