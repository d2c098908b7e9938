import type { Span } from './loki-source';
import type { Bucket } from './plan';

/** Numbers that count what lies in the time before them. */
export type Counts = ReadonlyArray<{ at: number; entries: number }>;

const BUCKETS = 240;
const MINUTE = 60_000;

/** The step of a count over a span: whole minutes, so many that some hundred numbers come. */
export const stepFor = ({ from, to }: Span): number => Math.ceil(Math.max(1, (to - from) / BUCKETS / MINUTE)) * MINUTE;

/**
 * A span as buckets of one step, oldest first. Loki leaves out what is zero. The newest bucket is never empty: where
 * what is counted was moved to whole steps, something behind the last of them was not.
 */
export function bucketsOf(counts: Counts, { from, to }: Span, step: number): Bucket[] {
  const buckets: Bucket[] = [];
  for (let end = to; end > from; end -= step) {
    buckets.push({ from: Math.max(from, end - step), to: end, entries: end === to ? 1 : 0 });
  }
  for (const { at, entries } of counts) {
    // Loki gives times as fractions of seconds. Where they were moved to whole steps, a count is about two buckets.
    const before = (to - Math.round(at)) / step;
    for (const place of new Set([Math.floor(before), Math.ceil(before)])) {
      const bucket = buckets[place];
      if (bucket !== undefined) {
        bucket.entries += entries;
      }
    }
  }
  return buckets.reverse();
}
