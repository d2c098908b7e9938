import type { Case, DiskPressure, Interval } from '../../../model/cases';
import type { RecordSet } from '../../data/records';

/** What a timeline is drawn from. */
export interface TimelineInput {
  records: RecordSet;
  cases: readonly Case[];
  pressures: readonly DiskPressure[];
  /** Up to when things are known. Milliseconds since 1970, as all times in the timeline. */
  now: number;
  /** What was read: what of it nobody observed is shown. Where it is not known, it begins with a node's first sample. */
  read?: Interval;
  /** More may come: what is not there may yet be. */
  isReading?: boolean;
}
