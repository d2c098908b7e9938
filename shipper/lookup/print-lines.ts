import { follow } from '../loki/follow';
import type { LokiUnreachable } from '../loki/connection';
import { pages } from '../loki/pages';
import type { Entry } from '../loki/query-answer';
import type { LokiRefusal, QueryClient, RangeQuery } from '../loki/query-client';
import { LineJoiner, type LogLine } from './line-joiner';
import { mergeByTime } from './merge';
import { fieldOf, type Origins } from './origin';
import type { Output } from './output';
import type { Printer } from './printer';

export interface Lines {
  client: QueryClient;
  queries: readonly RangeQuery[];
  /** Takes an entry, or leaves it out. */
  accept: (entry: Entry) => boolean;
  origins: Origins;
  printer: Printer;
  output: Output;
}

const ENTRIES_IN_MEMORY = 10_000;

/** Prints all lines in the order of time; a page of each query is in memory, no more. Stops when nobody reads. */
export async function printAll(lines: Lines): Promise<void> {
  const { printer, output, origins, accept } = lines;
  const joiner = new LineJoiner(origins);
  for await (const page of entriesOf(lines, 'forward')) {
    await printer.print(joiner.push(page.filter(accept)));
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
  const entries: Entry[] = [];
  let ends = 0;
  for await (const page of entriesOf(lines, 'backward', count + 1)) {
    const accepted = page.filter(lines.accept);
    entries.push(...accepted);
    // A line ends with the one piece that nothing continues; one line more shows where the first one begins.
    ends += accepted.filter((entry) => fieldOf(entry, 'continues') !== 'true').length;
    if (ends > count) {
      break;
    }
  }
  const joiner = new LineJoiner(lines.origins);
  return [...joiner.push(entries.reverse()), ...joiner.end()].slice(-count);
}

function entriesOf({ client, queries }: Lines, direction: 'forward' | 'backward', enough = Infinity) {
  const maxEntries = Math.min(enough, Math.max(100, Math.floor(ENTRIES_IN_MEMORY / Math.max(1, queries.length))));
  return mergeByTime(
    queries.map((range) => pages(client, range, direction, { maxEntries })),
    direction
  );
}

/** Prints lines as they come, from `from` on, until the signal or until nobody reads. */
export async function printFollowing(
  { client, queries, printer, output, origins, accept }: Lines,
  from: bigint | undefined,
  { signal, onTrouble }: { signal: AbortSignal; onTrouble: (error: LokiRefusal | LokiUnreachable) => void }
): Promise<void> {
  const [range] = queries;
  if (range === undefined) {
    return;
  }
  const joiner = new LineJoiner(origins);
  for await (const entries of follow(client, range.query, from ?? range.from, { signal, onTrouble })) {
    await printer.print(joiner.push(entries.filter(accept)));
    if (output.closed) {
      return;
    }
  }
}
