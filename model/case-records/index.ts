export {
  caseLine,
  caseMetadata,
  caseMoment,
  type CaseContent,
  type CaseRecord,
  caseRecordSchema,
  type CaseSummary,
  caseSummarySchema,
  contentOf,
  summaryOf,
} from './case-record';
export { type CaseEntry, CountedCases } from './counted';
export { caseCountQuery, caseQuery, containerIdText, WHEREABOUTS, whereaboutsQuery } from './queries';
export {
  type CountedScope,
  countsByBoth,
  countsByFamily,
  countsByNamespace,
  countsByNode,
  MOST_SERIES,
  shardsOfNodes,
  topFamilies,
} from './margins';
export { type CaseCoverage, type Segment, segmentsOf } from './segments';
