import type { Stream } from '../storage/stream-index';
import type { StoredEntry } from '../storage/entry';
import type { Stage } from './ast';
import { BaseLabels, EntryLabels } from './entry-labels';
import type { Row, StageRun } from './stage';
import { compileFirstFilter, compileStage } from './stages';

/** The stages of a query, compiled. One for each query: it remembers labels from entry to entry. */
export class Pipeline {
  private readonly first: ReadonlyArray<(entry: StoredEntry) => boolean>;
  private readonly rest: readonly StageRun[];
  private base: { stream: Stream; metadataKey: string; labels: BaseLabels } | undefined;

  /** @throws RequestError 400 where a stage is invalid or not supported */
  constructor(stages: readonly Stage[]) {
    // Line filters come first in most queries; on the stored bytes they need no decoding.
    const others = stages.findIndex((stage) => stage.kind !== 'line-filter');
    const count = others < 0 ? stages.length : others;
    this.first = stages
      .slice(0, count)
      .flatMap((stage) => (stage.kind === 'line-filter' ? compileFirstFilter(stage) : []));
    this.rest = stages.slice(count).map(compileStage);
  }

  /** What becomes of an entry; undefined where it is filtered out. */
  process(stream: Stream, entry: StoredEntry): Row | undefined {
    for (const passes of this.first) {
      if (!passes(entry)) {
        return undefined;
      }
    }
    const row = { time: entry.time, line: entry.line, labels: new EntryLabels(this.baseOf(stream, entry)) };
    for (const run of this.rest) {
      if (!run(row)) {
        return undefined;
      }
    }
    return row;
  }

  private baseOf(stream: Stream, entry: StoredEntry): BaseLabels {
    const { metadataKey } = entry;
    if (this.base?.stream !== stream || this.base.metadataKey !== metadataKey) {
      this.base = { stream, metadataKey, labels: new BaseLabels(stream.labels, entry.metadata) };
    }
    return this.base.labels;
  }
}
