import type { Selection } from '../../model/evidence';

/** Whose cases are asked for. */
export type CaseSelection = Selection;

export interface CaseWindow {
  /** When the logs went. Nanoseconds since 1970. */
  from: bigint;
  to: bigint;
  /** Until when to look for records about it: they are written afterwards. */
  recordsTo: bigint;
  now: bigint;
}
