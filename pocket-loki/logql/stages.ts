import { badRequest } from '../request-error';
import type { Stage } from './ast';
import type { EntryLabels } from './entry-labels';
import { compileLineFilter } from './line-filter';

/** An entry on its way through a pipeline. */
export interface Row {
  /** Nanoseconds since 1970. */
  readonly time: bigint;
  line: string;
  readonly labels: EntryLabels;
}

/** Changes the row; false drops it. */
export type StageRun = (row: Row) => boolean;

/** @throws RequestError 400 where the stage is invalid */
export function compileStage(stage: Stage): StageRun {
  switch (stage.kind) {
    case 'line-filter': {
      const filter = compileLineFilter(stage);
      return (row) => filter.line(row.line);
    }
    default:
      throw badRequest(`the stage ${stage.kind} is not supported`);
  }
}
