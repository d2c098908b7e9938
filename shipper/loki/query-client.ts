import { setTimeout as wait } from 'node:timers/promises';
import { atEachStep, isFiller } from '../../model/logql';
import { AnswerTooLong } from '../common/body-text';
import { type LokiAnswer, type LokiConnection, LokiUnreachable } from './connection';
import { type Entry, parseMatrix, parseStreams, parseTexts, type Sample, type Series } from './query-answer';

export type Direction = 'forward' | 'backward';

/** A log query over a span of time, in nanoseconds since 1970: `from` inclusive, `to` exclusive. */
export interface RangeQuery {
  query: string;
  from: bigint;
  to: bigint;
}

/** Loki answered, with an error. */
export class LokiRefusal extends Error {
  constructor(
    readonly url: string,
    readonly status: number,
    /** What Loki says, as it says it. */
    readonly text: string
  ) {
    super(`Loki at ${url} answered ${status}: ${text}`);
    this.name = 'LokiRefusal';
  }
}

/** Loki's default of max_entries_limit_per_query; a Loki with less says so, and is believed. */
const MAX_ENTRIES = 5000;
const tooManyEntries = /max_entries_limit\w* \(\d+ > (\d+)\)/;
/** Addresses longer than this are cut by some proxies: then the query goes into the body. */
const MAX_QUERY_IN_ADDRESS = 2000;
/** Loki refuses ranges of more than 721 hours (max_query_length). */
const LONGEST_RANGE_NS = 28n * 86_400_000_000_000n;
const MS = 1_000_000n;
/** Loki moves the times of a metric query to whole steps: a moment in milliseconds stays where it is. */
const FINEST_STEP = '1ms';
const RETRY_AFTER_MS = [500, 1000, 2000];
/** How long Loki may be silent: its own limit on a query is a minute by default (`query_timeout`), gateways have more. */
const TIMEOUT_MS = 120_000;
/** A page that is longer is asked for again with fewer entries, … */
const MAX_PAGE_BYTES = 8 * 1024 * 1024;
/** … down to one: sixty times as long as Loki takes a line by default. */
const MAX_ENTRY_BYTES = 16 * 1024 * 1024;
const FEWER = 8;

export interface QueryOptions {
  /** Pauses before what Loki could not answer is asked again, milliseconds. */
  retryAfterMs?: readonly number[];
  /** The longest silence of Loki, milliseconds; an answer may take twice as long altogether. */
  timeoutMs?: number;
}

/**
 * Asks a Loki: one method for each endpoint that Afterlog reads. Loki's documentation has them under "Loki HTTP API".
 */
export class QueryClient {
  /** The most entries that one query may ask for. */
  maxEntries = MAX_ENTRIES;

  constructor(
    readonly connection: LokiConnection,
    private readonly options: QueryOptions = {}
  ) {}

  /**
   * The first or the last entries of a span, in the order of `direction`, at most `limit`; fewer where Loki does not give so
   * many, or where they are too long for one answer: `limit` of the result says of how many it is a page.
   *
   * @throws LokiRefusal, LokiUnreachable, StrangeAnswer
   */
  async page(
    { query, from, to }: RangeQuery,
    direction: Direction,
    limit: number,
    signal?: AbortSignal
  ): Promise<{ entries: Entry[]; bytes: number; limit: number }> {
    const asked = Math.min(limit, this.maxEntries);
    const parameters = { query, start: `${from}`, end: `${to}`, limit: `${asked}`, direction };
    try {
      const { body } = await this.ask(
        '/loki/api/v1/query_range',
        parameters,
        signal,
        asked > 1 ? MAX_PAGE_BYTES : MAX_ENTRY_BYTES
      );
      return { entries: inOrder(parseStreams(body), direction), bytes: body.length, limit: asked };
    } catch (error) {
      if (asked > 1 && error instanceof LokiUnreachable && error.cause instanceof AnswerTooLong) {
        return this.page({ query, from, to }, direction, Math.ceil(asked / FEWER), signal);
      }
      const allowed = error instanceof LokiRefusal ? Number(tooManyEntries.exec(error.text)?.[1] ?? 0) : 0;
      if (allowed < 1 || allowed >= asked) {
        throw error;
      }
      this.maxEntries = allowed;
      return this.page({ query, from, to }, direction, allowed, signal);
    }
  }

  /**
   * A metric query at one moment, to the millisecond. It is asked for as a range of one step: an instant query with a long
   * range Loki splits by the hour, and reads a block of a chunk again for each hour that lies in it
   * (grafana/loki `pkg/logql/rangemapper.go`); of a day of case records that was four times the bytes.
   */
  async instant(query: string, at: bigint, signal?: AbortSignal): Promise<Sample[]> {
    const moment = `${((at + MS - 1n) / MS) * MS}`;
    const parameters = { query, start: moment, end: moment, step: FINEST_STEP };
    const { body } = await this.ask('/loki/api/v1/query_range', parameters, signal);
    return parseMatrix(body).flatMap(({ labels, points: [first] }) =>
      first === undefined ? [] : { labels, value: first[1] }
    );
  }

  /**
   * The series of a query that counts over a span, a number every `stepNs`: each is about what its range names, up to its
   * time; where there is nothing to count there is no number, or 0.
   * Span and step are whole steps since 1970, for to those Loki may move the times. A span longer than Loki takes is asked
   * about in parts.
   */
  async series({ query, from, to }: RangeQuery, stepNs: bigint, signal?: AbortSignal): Promise<Series[]> {
    const step = `${Number(stepNs) / 1e9}s`;
    const longest = LONGEST_RANGE_NS - (LONGEST_RANGE_NS % stepNs);
    const all = new Map<string, Series>();
    for (let start = from; start <= to; start += longest) {
      const last = start + longest - stepNs;
      const end = last < to ? last : to;
      const parameters = { query: atEachStep(query), start: `${start}`, end: `${end}`, step };
      const { body } = await this.ask('/loki/api/v1/query_range', parameters, signal);
      for (const { labels, points } of parseMatrix(body)) {
        const series = { labels, points: points.filter(([, value]) => !isFiller(labels, value)) };
        if (series.points.length === 0) {
          continue;
        }
        const key = JSON.stringify(Object.entries(series.labels).sort());
        const known = all.get(key);
        all.set(key, known === undefined ? series : { ...known, points: [...known.points, ...series.points] });
      }
    }
    return [...all.values()];
  }

  /** The values that a label has in the streams of a selector. Of a range longer than Loki takes it asks in parts. */
  async labelValues(label: string, { query, from, to }: RangeQuery, signal?: AbortSignal): Promise<string[]> {
    const values = new Set<string>();
    for (let end = to; end > from || end === to; end -= LONGEST_RANGE_NS) {
      const start = end - LONGEST_RANGE_NS > from ? end - LONGEST_RANGE_NS : from;
      const parameters = { query, start: `${start}`, end: `${end}` };
      const { body } = await this.ask(`/loki/api/v1/label/${encodeURIComponent(label)}/values`, parameters, signal);
      parseTexts(body).forEach((value) => values.add(value));
    }
    return [...values];
  }

  /** Overload passes: 429 and 5xx are asked again a few times. */
  private async ask(
    path: string,
    parameters: Record<string, string>,
    signal?: AbortSignal,
    maxBytes?: number
  ): Promise<LokiAnswer> {
    const { retryAfterMs = RETRY_AFTER_MS } = this.options;
    for (let attempt = 0; ; attempt++) {
      const answer = await this.send(path, parameters, { signal, maxBytes });
      if (answer.status === 200) {
        return answer;
      }
      const pause = retryAfterMs[attempt];
      if ((answer.status !== 429 && answer.status < 500) || pause === undefined) {
        throw new LokiRefusal(this.connection.url, answer.status, answer.body.trim());
      }
      await wait(pause, undefined, { signal });
    }
  }

  private send(
    path: string,
    parameters: Record<string, string>,
    limits: { signal?: AbortSignal; maxBytes?: number }
  ): Promise<LokiAnswer> {
    const { timeoutMs = TIMEOUT_MS } = this.options;
    const how = { ...limits, timeoutMs, totalMs: 2 * timeoutMs };
    const headers = {
      // Labels of the stream, structured metadata and parsed labels apart; Loki before 3.0 ignores it.
      'x-loki-response-encoding-flags': 'categorize-labels',
      // Where Loki caches results (`query_range.cache_results`) it knows nothing of records that came late since.
      'cache-control': 'no-cache',
    };
    return (parameters.query?.length ?? 0) <= MAX_QUERY_IN_ADDRESS
      ? this.connection.request('GET', path, { ...how, query: parameters, headers })
      : this.connection.request('POST', path, {
          ...how,
          body: new URLSearchParams(parameters).toString(),
          headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
        });
  }
}

/** Loki sorts each stream, not the streams among each other. Entries of one time keep the order they came in. */
function inOrder(entries: Entry[], direction: Direction): Entry[] {
  const sign = direction === 'forward' ? 1 : -1;
  return entries.sort((a, b) => (a.ns === b.ns ? 0 : a.ns < b.ns ? -sign : sign));
}
