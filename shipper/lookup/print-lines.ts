import type { LogEntry } from '../../model/log-entry';
import {
  isForeignLine,
  type EntryPages,
  LineJoiner,
  type LineQuery,
  type LogLine,
  mergeByTime,
  type Origins,
} from '../../model/lookup';
import { follow } from '../loki/follow';
import type { LokiUnreachable } from '../loki/connection';
import { pages } from '../loki/pages';
import type { LokiRefusal, QueryClient } from '../loki/query-client';
import { logEntryOf } from './ask-loki';
import type { Output } from './output';
import type { Printer } from './printer';

export interface Lines {
  client: QueryClient;
  queries: readonly LineQuery[];
  origins: Origins;
  printer: Printer;
  output: Output;
}

const ENTRIES_IN_MEMORY = 10_000;

/** Prints all lines in the order of time; a page of each query is in memory, no more. Stops when nobody reads. */
export async function printAll(lines: Lines): Promise<void> {
  const { printer, output, origins } = lines;
  const joiner = new LineJoiner(origins);
  for await (const page of entriesOf(lines, 'forward')) {
    await printer.print(joiner.push(page));
    if (output.closed) {
      return;
    }
  }
  await printer.print(joiner.end());
}

/** Prints the last lines, in the order of time. Reads backward, and only as far as it must. */
export async function printLast(lines: Lines, count: number): Promise<void> {
  const last = count === 0 ? [] : await lastLines(lines, count);
  await lines.printer.print(last);
}

async function lastLines(lines: Lines, count: number): Promise<LogLine[]> {
  const entries: LogEntry[] = [];
  let ends = 0;
  for await (const page of entriesOf(lines, 'backward', count + 1)) {
    for (const entry of page) {
      entries.push(entry);
    }
    // A line ends with the one piece that nothing continues; one line more shows where the first one begins.
    ends += page.filter((entry) => entry.fields.continues !== 'true').length;
    if (ends > count) {
      break;
    }
  }
  const joiner = new LineJoiner(lines.origins);
  const all = [...joiner.push(entries.reverse()), ...joiner.end()];
  for (const { origin, entry } of all.slice(0, Math.max(0, all.length - count))) {
    origin.lines--; // read, but not shown
    origin.foreignLines -= isForeignLine(entry.fields) ? 1 : 0;
  }
  return all.slice(-count);
}

function entriesOf({ client, queries }: Lines, direction: 'forward' | 'backward', enough = Infinity) {
  const maxEntries = Math.min(enough, Math.max(100, Math.floor(ENTRIES_IN_MEMORY / Math.max(1, queries.length))));
  return mergeByTime(
    queries.map((query) => logEntriesOf(pages(client, query, direction, { maxEntries }))),
    direction
  );
}

async function* logEntriesOf(pagesOfLoki: ReturnType<typeof pages>): EntryPages {
  for await (const page of pagesOfLoki) {
    yield page.map(logEntryOf);
  }
}

/** Prints lines as they come, from `from` on, until the signal or until nobody reads. */
export async function printFollowing(
  { client, queries, printer, output, origins }: Lines,
  from: bigint | undefined,
  { signal, onTrouble }: { signal: AbortSignal; onTrouble: (error: LokiRefusal | LokiUnreachable) => void }
): Promise<void> {
  const [query] = queries;
  if (query === undefined) {
    return;
  }
  // A line that has not ended may never end: what follows it is not held back.
  const joiner = new LineJoiner(origins, false);
  const following = follow(client, query.query, from ?? query.from, { signal, onTrouble });
  for await (const entries of logEntriesOf(following)) {
    await printer.print(joiner.push(entries));
    if (output.closed) {
      return;
    }
  }
}
