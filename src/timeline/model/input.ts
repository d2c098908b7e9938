import type { Case, DiskPressure } from '../../../model/cases';
import type { RecordSet } from '../../data/records';

/** What a timeline is drawn from. */
export interface TimelineInput {
  records: RecordSet;
  cases: readonly Case[];
  pressures: readonly DiskPressure[];
  /** Up to when things are known. Milliseconds since 1970, as all times in the timeline. */
  now: number;
  /** More may come: what is not there may yet be. */
  isReading?: boolean;
}
