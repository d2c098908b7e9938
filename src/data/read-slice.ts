import { type TimedLine, timedLinesOf } from './log-frames';
import { matcher } from '../../model/logql';
import type { LokiSource, Span } from './loki-source';
import { LokiFailure } from './loki-failure';

/** Loki's default for the entries of one answer (`max_entries_limit_per_query`). */
export const ENTRIES_A_QUERY = 5000;

/** What a slice is read with. */
export interface SliceReading {
  loki: LokiSource;
  query: string;
  signal: AbortSignal;
  /** Called with each page, newest page first. */
  onPage: (lines: TimedLine[]) => Promise<void>;
  /** Called where more entries stand in one millisecond than can be paged through. */
  onLost: (at: number) => void;
}

/** The filter for these ids, as structured metadata has them. */
export const idFilter = (ids: readonly string[]): string => matcher('id', ids);

/**
 * Reads all entries of a slice of time, newest first, page by page.
 *
 * @returns how many entries came, doubles at the pages' edges included
 * @throws LokiFailure, AbortError
 */
export async function readSlice(
  { from, to }: Span,
  { loki, query, signal, onPage, onLost }: SliceReading
): Promise<number> {
  let count = 0;
  let limit = ENTRIES_A_QUERY;
  for (let end = to; end > from;) {
    let lines: TimedLine[];
    try {
      lines = timedLinesOf(await loki.newestFrames(query, { from, to: end }, limit, signal));
    } catch (failure) {
      limit = lowerLimit(failure, limit);
      continue;
    }
    count += lines.length;
    await onPage(lines);
    if (lines.length < limit) {
      return count;
    }
    const oldest = Number(lines.reduce((first, { ns }) => (ns < first ? ns : first), lines[0]?.ns ?? 0n) / 1_000_000n);
    // The oldest millisecond may have more entries, and comes again; where it is all there is, nothing can page on.
    if (oldest + 1 >= end) {
      onLost(oldest);
      end = oldest;
    } else {
      end = oldest + 1;
    }
  }
  return count;
}

/** Loki names its limit when it refuses a query that asks for more. @throws the failure where it is another one */
function lowerLimit(failure: unknown, limit: number): number {
  const told =
    failure instanceof LokiFailure ? /max entries limit.*\(\d+ > (\d+)\)/.exec(failure.message)?.[1] : undefined;
  const lower = Number(told);
  if (!(lower > 0 && lower < limit)) {
    throw failure;
  }
  return lower;
}
