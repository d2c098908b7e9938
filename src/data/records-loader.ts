import { errorText } from '../../model/error-text';
import type { LokiSource, Span } from './loki-source';
import type { LoadedRecords, Progress, Shortage } from './loaded-records';
import { readMissing } from './missing-records';
import { readRange } from './read-range';
import { Reader } from './reader';
import { type Explained, NOTHING_EXPLAINED, type RecordCache } from './record-cache';

/** While reading, what was read is shown anew when it has grown by so much, */
const GROWTH = 1.5;
/** and so many times as long has gone by as it took to work it out the last time. */
const PAUSE = 5;
const PROGRESS_EVERY_MS = 100;
/** A cache with more records than these is emptied before more is read. */
const MOST_RECORDS = 400_000;

const BEGINNING: LoadedRecords = {
  ...{ ...NOTHING_EXPLAINED, status: 'loading', partial: [], error: undefined },
  progress: { read: 0, total: undefined },
};

/** Reads the records of ranges from one Loki, one range at a time, and tells whoever listens how far it is. */
export class RecordsLoader {
  private state: LoadedRecords;
  /** How many records the shown cases were made of. */
  private shown = 0;
  /** When they may be made anew while more is being read; milliseconds of the page's clock. */
  private dueAt = 0;
  private running: AbortController | undefined;
  private readonly listeners = new Set<() => void>();

  /** @param cache may be another loader's, too: neither reads what the other has read */
  constructor(
    private readonly loki: LokiSource,
    private readonly cache: RecordCache
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
      this.show({ status: 'cancelled' });
    }
  };

  /** Reads a range again, also what is here of it. */
  reload(range: Span): void {
    this.cache.forget({ from: -Infinity, to: Infinity });
    this.load(range);
  }

  private async read(range: Span, signal: AbortSignal): Promise<void> {
    const { cache } = this;
    if (cache.size > MOST_RECORDS) {
      cache.clear();
    }
    const now = Date.now();
    const progress: Progress = { read: 0, total: undefined };
    let reportedAt = 0;
    const onLines = (lines: number) => {
      progress.read += lines;
      const time = performance.now();
      if (!signal.aborted && time - reportedAt > PROGRESS_EVERY_MS) {
        reportedAt = time;
        this.show({ progress: { ...progress } }, time > this.dueAt && cache.size > this.shown * GROWTH);
      }
    };
    const reader = new Reader(this.loki, cache, signal, onLines);
    this.show({ status: 'loading', error: undefined, partial: [], progress });
    try {
      cache.forgetUnsettled(now);
      await readRange(reader, cache, range, now, (total) => (progress.total = total));
      await readMissing(reader, cache, Math.max(range.to, now));
      signal.throwIfAborted();
      this.show({ status: 'done', progress: { ...progress }, partial: shortagesOf(reader) }, true);
    } catch (reason) {
      if (!signal.aborted) {
        const error = errorText(reason);
        this.show({ status: 'failed', error, partial: shortagesOf(reader) }, true);
      }
    }
  }

  private show(change: Partial<LoadedRecords>, isNews = change.status === 'cancelled'): void {
    this.state = { ...this.state, ...change, ...(isNews && this.explain()) };
    this.listeners.forEach((listener) => listener());
  }

  private explain(): Explained {
    const began = performance.now();
    const explained = this.cache.explained();
    const ended = performance.now();
    this.dueAt = ended + PAUSE * (ended - began);
    this.shown = this.cache.size;
    return explained;
  }
}

const shortagesOf = ({ shortages, unreadable }: Reader): Shortage[] =>
  unreadable > 0 ? [...shortages, { why: 'unreadable', lines: unreadable }] : [...shortages];
