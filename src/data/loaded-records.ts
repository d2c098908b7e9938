import type { Case, DiskPressure } from '../../model/cases';
import type { KindName } from './kinds';
import type { RecordSet } from './record-set';

/** How far a reading has come, in records. */
export interface Progress {
  read: number;
  /** undefined until Loki has counted them. */
  total: number | undefined;
}

/** Why what was read is only a part. */
export type Shortage =
  /** More records lie in the range than a page can hold; the newest were read. */
  | { why: 'too-many'; kind: KindName; read: number; total: number }
  /** More records stand in one millisecond than Grafana can page through. */
  | { why: 'one-millisecond'; at: number }
  /** Lines that are no record known here: written by a newer Afterlog, or by somebody else. */
  | { why: 'unreadable'; lines: number }
  /** A panel's query gave as many lines as it may; older ones were left out. */
  | { why: 'line-limit'; lines: number };

/**
 * What is known of a time range, while it is being read and afterwards. What other ranges brought before is among it:
 * a page leaves out what lies outside its range, and need not build anything anew when it zooms.
 */
export interface LoadedRecords {
  /** At least those of the range, and those before and after it that explain what happened in it. */
  records: RecordSet;
  /** The cases among all of them, newest first; `casesWithin` gives those of a range. */
  cases: readonly Case[];
  /** The stretches of disk pressure among all of them, oldest first. */
  pressures: readonly DiskPressure[];
  /** What came before a cancellation or a failure stays. */
  status: 'loading' | 'done' | 'cancelled' | 'failed';
  progress: Progress;
  partial: readonly Shortage[];
  /** Why it failed, in Loki's or Grafana's words. */
  error: string | undefined;
}

/** The records of a range as a page sees them. */
export interface Records extends LoadedRecords {
  /** Keeps what is there and reads no more. */
  cancel: () => void;
  /** Reads the range anew: what was there may have been replaced. */
  reload: () => void;
}
