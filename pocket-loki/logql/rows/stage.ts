import type { EntryLabels } from './entry-labels';

/** An entry on its way through a pipeline. */
export interface Row {
  /** Nanoseconds since 1970. */
  readonly time: bigint;
  line: string;
  /** Bytes of the line, where they are known without decoding it. */
  readonly lineSize?: number;
  readonly labels: EntryLabels;
}

/** Changes the row; false drops it. */
export type StageRun = (row: Row) => boolean;
