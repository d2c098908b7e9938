import type { LogEntry } from '../../model/log-entry';
import type { EntryPages, LineQuery } from '../../model/lookup';
import { type LokiSource, msSpanOf } from './loki-source';
import { ENTRIES_PER_QUERY, lowerLimit } from './limits';
import { LokiFailure } from './query-frames';

interface PageOptions {
  /** Entries of a page at most. */
  perPage?: number;
  signal?: AbortSignal;
}

/**
 * All entries of a log query in the order of `direction`, page by page, each entry once. Grafana asks in milliseconds:
 * the last one of a page may have more entries, comes again with the next page, and what is known of it is dropped.
 *
 * @throws LokiFailure, AbortError
 */
export async function* entryPages(
  loki: LokiSource,
  source: LineQuery,
  direction: 'forward' | 'backward',
  { perPage = ENTRIES_PER_QUERY, signal }: PageOptions = {}
): EntryPages {
  let { from, to } = msSpanOf(source);
  let limit = perPage;
  let seen = new Set<string>();
  while (from < to) {
    const asked = Math.min(limit + seen.size, ENTRIES_PER_QUERY);
    let page: LogEntry[];
    try {
      page = await loki.page(source.query, { from, to }, asked, direction, signal);
    } catch (failure) {
      limit = lowerLimit(failure, asked);
      continue;
    }
    const fresh = page.filter((entry) => !seen.has(identity(entry)));
    const last = fresh.at(-1);
    if (last === undefined || page.length < asked) {
      if (fresh.length > 0) {
        yield fresh;
      }
      if (page.length >= asked) {
        throw new LokiFailure('more lines stand in one millisecond than Grafana can page through; `afterlog logs` can');
      }
      return;
    }
    const edge = msOf(last);
    const atEdge = page.filter((entry) => msOf(entry) === edge).map(identity);
    seen = new Set(atEdge.some((entry) => seen.has(entry)) ? [...seen, ...atEdge] : atEdge);
    from = direction === 'forward' ? edge : from;
    to = direction === 'backward' ? edge + 1 : to;
    yield fresh;
  }
}

const msOf = ({ ns }: LogEntry) => Number(ns / 1_000_000n);

const identity = ({ ns, line, fields }: LogEntry) => `${ns} ${JSON.stringify(fields)} ${line}`;
