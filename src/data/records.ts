import type { CaseSummary } from '../../model/case-records';
import type { Case } from '../../model/cases';
import type { Span } from '../../model/evidence';

export { type RecordSet } from '../../model/evidence';
export type { Shortage } from './evidence-reader';
export type { CaseTally } from './case-records';
export { caseOfRun, caseOfSummary, checkCase, readAnswer, readCaseEvidence } from './read-case';
export type { Explained } from './record-cache';
export type { Fleet, LoadedRecords, Progress } from './records-loader';
export { recordsOfLines } from './records-of-lines';
export { progressText, ReadingStatus, RecordsStatus, shortageText } from './RecordsStatus';
export { type CapacityRecords, useCapacity } from './use-capacity';
export { type Cases, type CaseWish, useCases } from './use-cases';
export { forgetRecords, type Records, useRecords } from './use-records';

/** When a case happened: when its log went, or its container ended. Milliseconds since 1970; NaN where nobody knows. */
export const momentOf = ({ at, finished }: Pick<CaseSummary, 'at' | 'finished'>): number =>
  Date.parse(at ?? finished ?? '');

/** The cases that happened in a range, and those of which nobody knows when. */
export const casesWithin = (cases: readonly Case[], { from, to }: Span): Case[] =>
  cases.filter((one) => {
    const moment = momentOf(one);
    return Number.isNaN(moment) || (moment >= from && moment < to);
  });
