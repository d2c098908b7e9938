export {
  type CapacityRow,
  type CaseTally,
  type CountInput,
  type GroupBy,
  nodeKey,
  type PressureRecord,
} from './counts';
export { type Content, CONTENTS } from './disk-use';
export { type Finding } from './findings';
export { type Distance } from './headroom';
export { type CapacityInput, type CapacityReview, type NodeCapacity, reviewOf } from './review';
