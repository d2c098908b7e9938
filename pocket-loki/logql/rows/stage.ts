import type { EntryLabels } from './entry-labels';

/** An entry on its way through a pipeline. */
export interface Row {
  /** Nanoseconds since 1970. */
  readonly time: bigint;
  line: string;
  readonly labels: EntryLabels;
}

/** Changes the row; false drops it. */
export type StageRun = (row: Row) => boolean;
