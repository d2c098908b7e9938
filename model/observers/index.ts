export {
  type ClusterCoverage,
  type Coverage,
  type CoverageProblem,
  coverageOf,
  isUnobserved,
  type NodeCoverage,
  type StatusTally,
} from './coverage';
export { coveragePlan } from './coverage-plan';
export { isWhole, observerCodes, type Observers } from './observers';
export { observersPlan, type ObserverSelection, type ObserverWindow, rangeOf } from './observers-plan';
