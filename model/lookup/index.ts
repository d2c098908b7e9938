export * from './question';
export * from './target';
export * from './account';
export * from './words';
export * from './readings';
export * from './line-origin';
export * from './found-run';
export { type LokiQuestion, type LokiReply, type Plan, type Replies, runPlan } from './plan';
export {
  type Location,
  type Lookup,
  type LookupScope,
  type Miss,
  type NsQuery,
  type Place,
  queriesOf,
  queriesOfRuns,
  runsOf,
} from './location';
export * from './lookup-plan';
export { foreignRuns, lacksLines } from './foreign-lines';
export { foreignVerdicts } from './foreign-verdicts';
export { type Origin, Origins } from './origins';
export { type Unstarted, unstartedPlan } from './unstarted';
export { LineJoiner, type LogLine } from './line-joiner';
export { type EntryPages, mergeByTime } from './merge';
export { type NearName, type NearNames, nearNamesPlan } from './near-names';
