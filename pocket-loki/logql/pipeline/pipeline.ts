import type { Labels } from '../../common/labels';
import type { Stream } from '../../storage/stream-index';
import type { StoredEntry } from '../../storage/block';
import type { Stage } from '../syntax/ast';
import { BaseLabels, EntryLabels } from '../rows/entry-labels';
import type { Row, StageRun } from '../rows/stage';
import { compileFirstFilter, compileStage } from './stages';

const keptBases = 1000;

/** The row of a stored entry, whose line is decoded when it is asked for: a query that counts never does. */
class EntryRow implements Row {
  private changed: string | undefined;

  constructor(
    private readonly entry: StoredEntry,
    readonly labels: EntryLabels
  ) {}

  get time(): bigint {
    return this.entry.time;
  }

  get line(): string {
    return (this.changed ??= this.entry.line);
  }

  set line(line: string) {
    this.changed = line;
  }

  get lineSize(): number {
    return this.changed === undefined ? this.entry.lineSize : Buffer.byteLength(this.changed);
  }
}

/** The stages of a query, compiled. One for each query: it remembers labels from entry to entry. */
export class Pipeline {
  private readonly first: ReadonlyArray<(entry: StoredEntry) => boolean>;
  private readonly rest: readonly StageRun[];
  private labels: Labels | undefined;
  private readonly bases = new Map<string, BaseLabels>();

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
  process(stream: Pick<Stream, 'labels'>, entry: StoredEntry): Row | undefined {
    for (const passes of this.first) {
      if (!passes(entry)) {
        return undefined;
      }
    }
    const row = new EntryRow(entry, new EntryLabels(this.baseOf(stream, entry)));
    for (const run of this.rest) {
      if (!run(row)) {
        return undefined;
      }
    }
    return row;
  }

  /** Containers that share a stream take turns: their labels are kept, not made anew each time. */
  private baseOf({ labels }: Pick<Stream, 'labels'>, entry: StoredEntry): BaseLabels {
    if (this.labels !== labels || this.bases.size >= keptBases) {
      this.labels = labels;
      this.bases.clear();
    }
    const { metadataKey } = entry;
    const known = this.bases.get(metadataKey);
    if (known) {
      return known;
    }
    const base = new BaseLabels(labels, entry.metadata);
    this.bases.set(metadataKey, base);
    return base;
  }
}
