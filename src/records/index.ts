export { casesWithin, momentOf } from './cases-within';
export type { LoadedRecords, Progress, Records, Shortage } from './loaded-records';
export { NO_RECORDS, type RecordSet } from './record-set';
export { forgetRecords, useRecords } from './use-records';
