import type { Span } from './loki-source';

/** How many entries lie in a stretch of time. */
export interface Bucket extends Span {
  entries: number;
}

/**
 * Cuts time into slices that one query can answer each, newest first. What holds nothing is left out; what holds more
 * than a query may give is a slice of its own and read page by page.
 *
 * @param buckets oldest first, each beginning where the one before it ends
 */
export function slicesOf(buckets: readonly Bucket[], entriesASlice: number): Bucket[] {
  const slices: Bucket[] = [];
  let open: Bucket | undefined;
  for (const bucket of [...buckets].reverse()) {
    if (bucket.entries === 0) {
      continue;
    }
    if (open !== undefined && open.entries + bucket.entries <= entriesASlice) {
      open = { from: bucket.from, to: open.to, entries: open.entries + bucket.entries };
      slices[slices.length - 1] = open;
    } else {
      open = { ...bucket };
      slices.push(open);
    }
  }
  return slices;
}

/** The slices, newest first, that hold no more entries than these; one at least. */
export function newestSlices(slices: readonly Bucket[], budget: number): Bucket[] {
  let entries = 0;
  const kept = slices.findIndex((slice) => (entries += slice.entries) > budget);
  return kept < 0 ? [...slices] : slices.slice(0, Math.max(1, kept));
}
