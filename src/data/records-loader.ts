import { errorText } from '../../model/error-text';
import { AFTER_MS, evidencePlan, type EvidenceWindow, mainWishes, type Span } from '../../model/evidence';
import { EvidenceReader, type Shortage } from './evidence-reader';
import type { LokiSource } from './loki-source';
import { type Explained, NOTHING_EXPLAINED, type RecordCache } from './record-cache';

/** How far a reading has come, in the container and pod records that it is mainly about. */
export interface Progress {
  read: number;
  /** undefined until Loki has counted them. */
  total: number | undefined;
}

/**
 * What is known of a time range, while it is being read and afterwards. What other ranges brought before is among it:
 * a page leaves out what lies outside its range, and need not build anything anew when it zooms.
 */
export interface LoadedRecords extends Explained {
  /** What came before a cancellation or a failure stays. */
  status: 'loading' | 'done' | 'cancelled' | 'failed';
  progress: Progress;
  partial: readonly Shortage[];
  /** Why it failed, in Loki's or Grafana's words. */
  error: string | undefined;
}

/** What a page needs of a range, besides what its cases are made of. */
export interface Wanted {
  /** The disk samples of the whole range, to draw them: most of all records. */
  disks?: boolean;
}

const HOUR_MS = 3_600_000;
const PROGRESS_EVERY_MS = 100;
/** A cache with more records than these is emptied before more is read. */
const MAX_RECORDS = 200_000;

const BEGINNING: LoadedRecords = {
  ...{ ...NOTHING_EXPLAINED, status: 'loading', partial: [], error: undefined },
  progress: { read: 0, total: undefined },
};

/** Reads the records of ranges from one Loki, one range at a time, and tells whoever listens how far it is. */
export class RecordsLoader {
  private state: LoadedRecords;
  private running: AbortController | undefined;
  private readonly listeners = new Set<() => void>();

  /** @param cache may be another loader's, too: neither reads what the other has read */
  constructor(
    private readonly loki: LokiSource,
    private readonly cache: RecordCache,
    private readonly wanted: Wanted = {}
  ) {
    this.state = { ...BEGINNING, ...cache.explained() };
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly current = (): LoadedRecords => this.state;

  /** Reads what of a range is not here yet; a reading under way ends. What was read of it stays. */
  load(range: Span): void {
    this.running?.abort();
    const run = new AbortController();
    this.running = run;
    void this.read(range, run.signal);
  }

  readonly cancel = (): void => {
    if (this.running !== undefined && this.state.status === 'loading') {
      this.running.abort();
      this.running = undefined;
      this.show({ status: 'cancelled' }, true);
    }
  };

  /** Reads a range again, also what is here of it. */
  reload(range: Span): void {
    this.cache.before.forget({ from: -Infinity, to: Infinity });
    this.load(range);
  }

  private async read(range: Span, signal: AbortSignal): Promise<void> {
    const { cache } = this;
    if (cache.base.size > MAX_RECORDS) {
      cache.clear();
    }
    const now = Date.now();
    const unreadable = cache.base.unreadable;
    const progress: Progress = { read: 0, total: undefined };
    let reportedAt = 0;
    const reader = new EvidenceReader(this.loki, cache, signal, (lines) => {
      progress.read += lines;
      const time = performance.now();
      if (!signal.aborted && time - reportedAt > PROGRESS_EVERY_MS) {
        reportedAt = time;
        this.show({ progress: { ...progress } });
      }
    });
    const partial = (): Shortage[] => {
      const lines = cache.base.unreadable - unreadable;
      return lines > 0 ? [...reader.shortages, { why: 'unreadable', lines }] : [...reader.shortages];
    };
    this.show({ status: 'loading', error: undefined, partial: [], progress });
    try {
      cache.forgetUnsettled(now);
      const recordsTo = Math.max(range.from, Math.min(range.to + AFTER_MS, now));
      const [newest, ...older] = slicesBack(range, recordsTo);
      await this.readSlice(reader, newest);
      const counting = reader
        .count(mainWishes({}, { ...range, recordsTo }).filter(({ isMain }) => isMain))
        .then((rest) => (progress.total = rest === undefined ? undefined : progress.read + rest))
        .catch(() => undefined); // The reading fails itself, and says why.
      for (const slice of older) {
        this.show({ progress: { ...progress } }, true);
        await this.readSlice(reader, slice);
      }
      await counting;
      await reader.finish();
      signal.throwIfAborted();
      this.show({ status: 'done', progress: { ...progress }, partial: partial() }, true);
    } catch (reason) {
      if (!signal.aborted) {
        const error = errorText(reason);
        this.show({ status: 'failed', error, partial: partial() }, true);
      }
    }
  }

  /** What stands in a slice is explained when it has been read: until then a cause would pass for unknown. */
  private async readSlice(reader: EvidenceReader, slice: EvidenceWindow): Promise<void> {
    for (const wishes of evidencePlan(this.cache.base, {}, slice)) {
      await reader.read(wishes);
    }
    if (this.wanted.disks) {
      await reader.read([{ kind: 'disks', span: { from: slice.from, to: slice.recordsTo }, metadata: {} }]);
    }
  }

  private show(change: Partial<LoadedRecords>, isNews = false): void {
    this.state = { ...this.state, ...change, ...(isNews && this.cache.explained()) };
    this.listeners.forEach((listener) => listener());
  }
}

/** A range from its end back, the first slice an hour and each longer than the one before: so the newest is drawn at once. */
function slicesBack(range: Span, recordsTo: number): [EvidenceWindow, ...EvidenceWindow[]] {
  const slices: EvidenceWindow[] = [];
  let length = HOUR_MS;
  let to = recordsTo;
  while (to - length > range.from) {
    slices.push({ from: to - length, to, recordsTo: to });
    to -= length;
    length *= 4;
  }
  const last = { from: range.from, to, recordsTo: to };
  const [first = last, ...more] = [...slices, last];
  return [first, ...more];
}
