export {
  type CapacityPart,
  type CapacityProgress,
  CapacityReader,
  type CapacitySelection,
  type CapacitySource,
  type CapacityWindow,
  type NumberSeries,
} from './capacity-reader';
export { CaseCounts, type CaseMargins, type CountedCase, type CountedFamilies } from './case-counts';
export { type CapacityRow, type CaseTally, type CountInput, type GroupBy, type PressureRecord } from './counts';
export { type FamilyRecords, type FamilyToRead, type Finding } from './findings';
export { type Content, CONTENTS } from './disk-use';
export { type Distance } from './headroom';
export { type CapacityNames, familiesOfJobs, namesIn, type Narrowing, narrowed } from './narrow';
export { type CapacityInput, type CapacityReview, type NodeCapacity, reviewOf } from './review';
export { type FamilyPulls, pullsIn } from './pulls';
export { type TrendRow } from './trend';
export {
  CHANGE_KEYS,
  type LogsUnder,
  type NodeReplay,
  parseChanges,
  type SettingChanges,
  type WhatIf,
} from './what-if';
export {
  type Cell,
  type ColumnName,
  csvOf,
  markdownOf,
  type PastableFinding,
  rangeText,
  type ReviewRange,
  type Section,
  type SectionName,
  sectionsOf,
  sizeOf,
  type Table,
} from './report';
