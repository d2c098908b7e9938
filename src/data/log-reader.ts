import type { LogEntry } from '../../model/log-entry';
import {
  type EntryPages,
  type FoundRun,
  LineJoiner,
  type LineQuery,
  type LogLine,
  mergeByTime,
  Origins,
  queriesOfRuns,
} from '../../model/lookup';
import { entryPages } from './entry-pages';
import { type LogSearch, searched } from './log-search';
import type { LokiSource } from './loki-source';

/** Lines that are read at once. */
const AT_ONCE = 1000;
const SECOND_NS = 1_000_000_000n;
/** Agents send in batches, so that a line may arrive after a newer one of another node. */
const LOOK_BACK_NS = 30n * SECOND_NS;
/** Loki takes what is stamped ten minutes ahead of its clock. */
const AHEAD_NS = 600n * SECOND_NS;

/** The log of container runs together, read from its end backwards, and on while they write. */
export class LogReader {
  /** There is nothing older in Loki. */
  isWhole = false;
  /** Oldest first. */
  private entries: LogEntry[] = [];
  private readonly queries: LineQuery[];
  private older: EntryPages;
  private readonly stop = new AbortController();

  /** @param search shows only lines with it */
  constructor(
    private readonly loki: LokiSource,
    private readonly runs: readonly FoundRun[],
    private readonly search?: LogSearch
  ) {
    this.queries = searched(queriesOfRuns(runs), search);
    this.older = this.pages('backward', this.queries);
  }

  /** Reads the end, or what is before that which was read. @throws LokiFailure, AbortError */
  async readEarlier(): Promise<void> {
    const read: LogEntry[] = [];
    try {
      while (read.length < AT_ONCE && !this.isWhole) {
        const { value, done } = await this.older.next();
        this.isWhole = done === true;
        value?.forEach((entry) => read.push(entry));
      }
    } catch (failure) {
      // Pages that failed are over: the next try begins where these ended.
      const to = read.at(-1)?.ns ?? this.entries[0]?.ns;
      this.older = this.pages(
        'backward',
        this.queries.map((one) => ({ ...one, to: to ?? one.to }))
      );
      throw failure;
    } finally {
      // Grafana asks in milliseconds: where pages began anew, some of them come again.
      const known = new Set(this.entries.slice(0, AT_ONCE).map(identity));
      this.entries = [...read.reverse().filter((entry) => !known.has(identity(entry))), ...this.entries];
    }
  }

  /** Reads what has come since. @param now milliseconds since 1970 @throws LokiFailure, AbortError */
  async readLater(now: number): Promise<void> {
    const to = BigInt(now) * 1_000_000n + AHEAD_NS;
    const last = this.entries.at(-1)?.ns;
    const from = last === undefined ? undefined : last - LOOK_BACK_NS;
    const queries = this.queries.map((one) => ({ ...one, from: from ?? one.from, to }));
    const known = new Set(this.entries.slice(-2 * AT_ONCE).map(identity));
    const fresh: LogEntry[] = [];
    for await (const page of this.pages('forward', queries)) {
      page.filter((entry) => !known.has(identity(entry))).forEach((entry) => fresh.push(entry));
    }
    if (fresh.length > 0) {
      this.entries = [...this.entries, ...fresh].sort((a, b) => (a.ns < b.ns ? -1 : a.ns > b.ns ? 1 : 0));
    }
  }

  /** The lines that were read, oldest first. */
  lines(): LogLine[] {
    const joiner = new LineJoiner(new Origins(this.runs, this.loki.logs));
    const entries = this.search === undefined ? this.entries : this.entries.map(inPieces);
    return [...joiner.push(entries), ...joiner.end()];
  }

  isOf(loki: LokiSource, runs: readonly FoundRun[], search: LogSearch | undefined): boolean {
    return this.loki === loki && this.runs === runs && this.search === search;
  }

  close(): void {
    this.stop.abort();
  }

  get isClosed(): boolean {
    return this.stop.signal.aborted;
  }

  private pages(direction: 'forward' | 'backward', queries: readonly LineQuery[]): EntryPages {
    const options = { perPage: AT_ONCE, signal: this.stop.signal };
    return mergeByTime(
      queries.map((query) => entryPages(this.loki, query, direction, options)),
      direction
    );
  }
}

/** Of a line that was cut for Loki, only the pieces with what is looked for come: they are shown as they are. */
const inPieces = ({ fields: { continues: _, ...fields }, ...entry }: LogEntry): LogEntry => ({ ...entry, fields });

const identity = ({ ns, line, fields }: LogEntry) => `${ns} ${JSON.stringify(fields)} ${line}`;

/** How far a log was read. */
export interface LogProgress {
  lines: number;
  bytes: number;
}

/**
 * All lines of container runs as the text of a file, page by page: what is in memory is the file and a page of each query.
 *
 * @param prefixOf what stands before a line, where there are several runs
 * @throws LokiFailure, or the signal's reason
 */
export async function readWholeLog(
  loki: LokiSource,
  runs: readonly FoundRun[],
  prefixOf: (line: LogLine) => string,
  { signal, onProgress }: { signal: AbortSignal; onProgress: (progress: LogProgress) => void }
): Promise<Blob> {
  const joiner = new LineJoiner(new Origins(runs, loki.logs));
  const pages = mergeByTime(
    queriesOfRuns(runs).map((query) => entryPages(loki, query, 'forward', { signal })),
    'forward'
  );
  const parts: Blob[] = [];
  const progress = { lines: 0, bytes: 0 };
  const add = (lines: readonly LogLine[]) => {
    const part = new Blob(lines.map((line) => `${prefixOf(line)}${line.text}\n`));
    parts.push(part);
    progress.lines += lines.length;
    progress.bytes += part.size;
    onProgress({ ...progress });
  };
  for await (const page of pages) {
    signal.throwIfAborted();
    add(joiner.push(page));
  }
  add(joiner.end());
  return new Blob(parts, { type: 'text/plain;charset=utf-8' });
}
