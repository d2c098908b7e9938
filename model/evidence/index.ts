export { type Coverage } from './coverage';
export {
  AFTER_MS,
  BEFORE_MS,
  evidencePlan,
  type EvidenceWindow,
  HEARTBEAT_EVERY_MS,
  isOfFewPods,
  mainWishes,
  NAMES_PER_QUERY,
  NEIGHBOURS_AROUND_MS,
  type Selection,
  type Wish,
} from './evidence-plan';
export {
  jsonOf,
  type KindName,
  kindNamed,
  KINDS,
  NO_RECORDS,
  parseRecord,
  RecordBase,
  type RecordOf,
  type RecordSet,
} from './record-base';
export { type Span } from './span';
export { narrowed, queryOf, RECORD_SELECTOR, recordQuery } from './record-query';
export { type Counted, ReadBefore, slicesOf } from './slices';
