import { nanoseconds, parseRfc3339 } from '../common/go-time';
import type { Limits } from '../common/limits';
import { parseDuration } from '../common/units';
import { badRequest } from '../common/request-error';

/** Nanoseconds in 64 bits end there. */
const mostSeconds = 2 ** 63 / 1e9;

/** The parameters of a request: of the address, or of the form in its body. */
export class Params {
  constructor(
    private readonly values: URLSearchParams,
    private readonly now: number
  ) {}

  text(name: string): string | undefined {
    return this.values.get(name) || undefined;
  }

  all(name: string): string[] {
    return this.values.getAll(name);
  }

  integer(name: string, fallback: number): number {
    const text = this.text(name);
    if (text !== undefined && !/^[-+]?\d+$/.test(text)) {
      throw badRequest(`strconv.Atoi: parsing "${text}": invalid syntax`);
    }
    return text === undefined ? fallback : Number(text);
  }

  /** `limit`; Loki answers larger ones than it allows with an error, not with less. */
  limit(limits: Limits, fallback = 100): number {
    const limit = this.integer('limit', fallback);
    if (limit <= 0) {
      throw badRequest('limit must be a positive value');
    }
    if (limit > limits.maxEntriesPerQuery) {
      throw badRequest(
        `max entries limit per query exceeded, limit > max_entries_limit_per_query (${limit} > ${limits.maxEntriesPerQuery})`
      );
    }
    return limit;
  }

  forward(): boolean {
    const direction = this.text('direction')?.toLowerCase() ?? 'backward';
    if (direction !== 'forward' && direction !== 'backward') {
      throw badRequest(`invalid direction '${direction}'`);
    }
    return direction === 'forward';
  }

  /** A time in nanoseconds since 1970: seconds or nanoseconds, float seconds, or RFC 3339. */
  time(name: string): bigint | undefined {
    const text = this.text(name);
    if (text === undefined) {
      return undefined;
    }
    if (/^-?\d+$/.test(text)) {
      return text.length <= 10 ? BigInt(text) * 1_000_000_000n : BigInt(text);
    }
    if (/^-?\d*\.\d*(?:e[-+]?\d+)?$/i.test(text) && Math.abs(Number(text)) <= mostSeconds) {
      return nanoseconds(Math.round(Number(text) * 1000));
    }
    const time = parseRfc3339(text);
    if (time === undefined) {
      throw badRequest(`could not parse '${name}' parameter: strconv.ParseInt: parsing "${text}": invalid syntax`);
    }
    return time;
  }

  /** `start` and `end`: without them, `since` (one hour) until now. */
  range(): { from: bigint; until: bigint } {
    const now = nanoseconds(this.now);
    const since = this.text('since');
    const span = since === undefined ? parseDuration('1h') : parseDuration(since);
    if (span === undefined) {
      throw badRequest(`could not parse 'since' parameter: not a valid duration string: "${since}"`);
    }
    const until = this.time('end') ?? now;
    const from = this.time('start') ?? (until < now ? until : now) - span;
    if (until < from) {
      throw badRequest('end timestamp must not be before or equal to start time');
    }
    return { from, until };
  }

  /** A duration in nanoseconds, written as such or in seconds. */
  duration(name: string): bigint | undefined {
    const text = this.text(name);
    if (text === undefined) {
      return undefined;
    }
    const seconds = Number(text);
    const isNumber = !Number.isNaN(seconds);
    if (isNumber && Math.abs(seconds) > mostSeconds) {
      throw badRequest(`cannot parse "${text}" to a valid duration. It overflows int64`);
    }
    const ns = isNumber ? BigInt(Math.round(seconds * 1e9)) : parseDuration(text);
    if (ns === undefined || ns < 0n) {
      throw badRequest(`cannot parse "${text}" to a valid duration`);
    }
    return ns;
  }

  /** `step`; without it, a 250th of the range in whole seconds. */
  step({ from, until }: { from: bigint; until: bigint }): bigint {
    const second = 1_000_000_000n;
    const given = this.duration('step');
    const fallback = ((until - from) / (250n * second)) * second;
    const step = given ?? (fallback > second ? fallback : second);
    if (step <= 0n) {
      throw badRequest('zero or negative query resolution step widths are not accepted. Try a positive integer');
    }
    if ((until - from) / step > 11_000n) {
      throw badRequest(
        'exceeded maximum resolution of 11,000 points per time series. Try increasing the value of the step parameter'
      );
    }
    return step;
  }
}
