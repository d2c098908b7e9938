export { casesWithin, momentOf } from './cases-within';
export type { Explained } from './record-cache';
export type { LoadedRecords, Progress, Records, Shortage } from './loaded-records';
export { caseOfRun, type CaseOf, readCase } from './read-case';
export { progressText, shortageText } from './describe';
export { recordsOfLines } from './records-of-lines';
export { NO_RECORDS, type RecordSet } from './record-set';
export { forgetRecords, useRecords } from './use-records';
export { RecordsStatus } from './RecordsStatus';
