import type * as z from 'zod';
import { parseRecord } from './parse-record';
import type { TimedLine } from './log-frames';

export interface Parsed<R> {
  record: R;
  /** The entry's timestamp, nanoseconds since 1970. */
  ns: bigint;
}

/** After so much work the page gets its turn: a frame is 16 ms. */
const AT_ONCE_MS = 8;

/**
 * The records that lines hold. Ten thousand lines take longer than a frame: in between, the page may draw and hear.
 *
 * @returns also how many lines were no record of a version known here
 */
export async function parseLines<R>(
  lines: readonly TimedLine[],
  schema: z.ZodType<R>,
  signal: AbortSignal
): Promise<{ parsed: Array<Parsed<R>>; unreadable: number }> {
  const parsed: Array<Parsed<R>> = [];
  let unreadable = 0;
  let began = performance.now();
  for (const { line, ns } of lines) {
    const record = parseRecord(line, schema);
    if (record === undefined) {
      unreadable++;
    } else {
      parsed.push({ record, ns });
    }
    if (performance.now() - began > AT_ONCE_MS) {
      await new Promise((resolve) => setTimeout(resolve));
      signal.throwIfAborted();
      began = performance.now();
    }
  }
  return { parsed, unreadable };
}
