import type { Entry } from './query-answer';
import type { Direction, QueryClient, RangeQuery } from './query-client';

export interface PageOptions {
  /** Asks for no more than so many entries at once. */
  maxEntries?: number;
  /** Entries of the first page, of which nobody knows how long they are. */
  firstPage?: number;
  /** Longest span of one query, in nanoseconds; the default is a day, as Grafana splits (Loki itself allows 721 h). */
  sliceNs?: bigint;
  signal?: AbortSignal;
}

const DAY_NS = 86_400_000_000_000n;
const FIRST_PAGE = 500;
/**
 * What an answer should come to: lines may be 20 bytes or 256 KB long, and two answers are in memory at once. Loki's parts
 * send each other no message above 4 MB by default, and an answer above it never comes (`grpc_server_max_send_msg_size`).
 */
const PAGE_BYTES = 2 * 1024 * 1024;

/**
 * All entries of a log query in the order of `direction`, page by page, however many there are. While a page is being
 * used, the next one is on its way.
 */
export async function* pages(
  client: QueryClient,
  range: RangeQuery,
  direction: Direction,
  options: PageOptions = {}
): AsyncGenerator<Entry[], void, void> {
  for (const slice of slices(range, direction, options.sliceNs)) {
    yield* pagesOf(client, slice, direction, options);
  }
}

/** Ranges of which the first page is read before it is their turn. */
const RANGES_AHEAD = 3;

/**
 * The pages of a query over ranges that follow each other, in their order. The first page of each of the next ranges is read
 * meanwhile, so ranges of about a page each are read side by side.
 */
export async function* pagesAhead(
  client: QueryClient,
  ranges: readonly RangeQuery[],
  direction: Direction,
  options: PageOptions = {}
): AsyncGenerator<Entry[], void, void> {
  const stop = new AbortController();
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal]);
  const begin = (range: RangeQuery) => {
    const rest = pages(client, range, direction, { ...options, signal });
    const first = rest.next();
    // It is awaited below, but maybe after it has failed.
    first.catch(() => undefined);
    return { first, rest };
  };
  const ahead = ranges.slice(0, RANGES_AHEAD).map(begin);
  try {
    for (let place = RANGES_AHEAD; ahead.length > 0; place++) {
      const range = ranges[place];
      if (range !== undefined) {
        ahead.push(begin(range));
      }
      const [front] = ahead.splice(0, 1);
      const step = await front?.first;
      if (front !== undefined && step !== undefined && step.done !== true) {
        yield step.value;
        yield* front.rest;
      }
    }
  } finally {
    stop.abort();
  }
}

function* slices({ query, from, to }: RangeQuery, direction: Direction, sliceNs = DAY_NS): Generator<RangeQuery> {
  if (direction === 'forward') {
    for (let at = from; at < to; at += sliceNs) {
      yield { query, from: at, to: at + sliceNs < to ? at + sliceNs : to };
    }
  } else {
    for (let at = to; at > from; at -= sliceNs) {
      yield { query, from: at - sliceNs > from ? at - sliceNs : from, to: at };
    }
  }
}

/** The newest entry that a log query gives, if it gives any. */
export async function newestEntry(client: QueryClient, range: RangeQuery): Promise<Entry | undefined> {
  for (const slice of slices(range, 'backward')) {
    const { entries } = await client.page(slice, 'backward', 1);
    if (entries[0] !== undefined) {
      return entries[0];
    }
  }
  return undefined;
}

/**
 * Loki has no cursor: the next page begins at the last entry's time, and the entries of that time, which come again,
 * are dropped. It asks for so many more, so that there is always room for new ones.
 */
async function* pagesOf(
  client: QueryClient,
  range: RangeQuery,
  direction: Direction,
  { maxEntries = Infinity, firstPage = FIRST_PAGE, signal }: PageOptions
): AsyncGenerator<Entry[], void, void> {
  const stop = new AbortController();
  const both = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  const ask = (rest: RangeQuery, limit: number) => {
    const page = client.page(rest, direction, limit, both);
    // It is awaited below, but maybe after it has failed.
    page.catch(() => undefined);
    return page;
  };
  let seen = new Set<string>();
  let seenAt: bigint | undefined;
  let asked: ReturnType<QueryClient['page']> | undefined = ask(range, Math.min(firstPage, maxEntries));
  try {
    while (asked !== undefined) {
      const { entries, limit, bytes } = await asked;
      const fresh =
        seen.size === 0 ? entries : entries.filter((entry) => entry.ns !== seenAt || !seen.has(identity(entry)));
      const last = entries.at(-1)?.ns;
      asked = undefined;
      if (last !== undefined && entries.length >= limit) {
        const there = entries.filter(({ ns }) => ns === last).map(identity);
        seen = new Set(last === seenAt ? [...seen, ...there] : there);
        seenAt = last;
        if (seen.size >= client.maxEntries || (fresh.length === 0 && seen.size >= limit)) {
          throw new Error(`${seen.size} entries and more at ${last} ns: they do not fit into one answer of Loki`);
        }
        const wanted = Math.max(1, Math.min(maxEntries, Math.floor((PAGE_BYTES * entries.length) / bytes)));
        const rest = direction === 'forward' ? { ...range, from: last } : { ...range, to: last + 1n };
        asked = ask(rest, seen.size + wanted);
      }
      if (fresh.length > 0) {
        yield fresh;
      }
    }
  } finally {
    stop.abort();
  }
}

/** What makes two entries one for Loki: stream, time, line and metadata. */
export function identity({ ns, line, labels, metadata }: Entry): string {
  return JSON.stringify([`${ns}`, labels, metadata, line]);
}
