export { TimeControls } from './TimeControls';
export { type PageTime, useTimeRange } from './use-time-range';
