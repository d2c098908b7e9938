import type { Span } from './loki-source';
import { bucketsOf, type Counts, stepFor } from './buckets';
import { missing } from './coverage';
import { KIND_NAMES, type KindName, KINDS } from './kinds';
import { runLimited } from './limited';
import { newestSlices, slicesOf } from './plan';
import { ENTRIES_A_QUERY } from './read-slice';
import type { Reader } from './reader';
import type { RecordCache, Scope } from './record-cache';

/** More records of one kind than these are not read at once. */
const MOST_OF_A_KIND = 150_000;
/** A slice is planned with room for what arrives in the meantime. */
const ENTRIES_A_SLICE = 0.8 * ENTRIES_A_QUERY;
/** Loki may refuse queries over more than 30 days (`max_query_length`), and is quicker over less. */
const AT_ONCE_MS = 7 * 86_400_000;

/** What of a kind is not in the cache yet. */
interface Wish {
  kind: KindName;
  scope: Scope;
  span: Span;
}

interface Plan {
  wish: Wish;
  /** Newest first. */
  slices: readonly Span[];
  entries: number;
  /** What will have been read after it. */
  covers: Span;
}

/**
 * Reads into the cache what is missing there of a range: counts the records first, cuts the time so that one query can
 * answer each slice, and reads the slices newest first, several at a time.
 *
 * @param onTotal called with how many records are to be read, once they are counted
 * @throws LokiFailure, AbortError
 */
export async function readRange(
  reader: Reader,
  cache: RecordCache,
  range: Span,
  now: number,
  onTotal: (total: number) => void
): Promise<void> {
  const wishes = wishesFor(range, cache, now);
  const counts = await countAll(reader, wishes);
  const plans = wishes.map((wish) => planFor(wish, counts, reader));
  onTotal(plans.reduce((sum, { entries }) => sum + entries, 0));
  const slices = plans.flatMap(({ wish, slices }) => slices.map((span) => ({ ...wish, span })));
  slices.sort((a, b) => b.span.to - a.span.to);
  await runLimited(
    slices.map(
      ({ kind, scope, span }) =>
        () =>
          reader.slice(kind, scope, span)
    )
  );
  for (const { wish, covers } of plans) {
    cache.cover(wish.kind, wish.scope, covers); // what was counted as empty, too
  }
}

function wishesFor(range: Span, cache: RecordCache, now: number): Wish[] {
  return KIND_NAMES.flatMap((kind) => {
    const { before, after, openBefore } = KINDS[kind];
    const whole = { from: range.from - before, to: Math.min(range.to + after, now) };
    const open = { from: whole.from - openBefore, to: whole.from };
    const all = cache.coverage(kind, 'all');
    const openMissing = missing(cache.coverage(kind, 'open'), open).flatMap((span) => missing(all, span));
    return [
      ...missing(all, whole).map((span) => ({ kind, scope: 'all' as const, span })),
      ...openMissing.map((span) => ({ kind, scope: 'open' as const, span })),
    ].filter(({ span }) => span.from < span.to);
  });
}

const isCounted = ({ kind, scope }: Wish) => KINDS[kind].isMany && scope === 'all';

interface Counted {
  byKind: Map<string, Counts>;
  step: number;
  to: number;
}

/** Counts the kinds that may be many, in pieces of time with the same steps. */
async function countAll(reader: Reader, wishes: readonly Wish[]): Promise<Counted> {
  const spans = wishes.filter(isCounted).map(({ span }) => span);
  const whole = { from: Math.min(...spans.map(({ from }) => from)), to: Math.max(...spans.map(({ to }) => to)) };
  const step = spans.length === 0 ? 0 : stepFor(whole);
  const byKind = new Map<string, Array<Counts[number]>>();
  for (const { from, to } of piecesOf(whole, Math.floor(AT_ONCE_MS / step) * step)) {
    const steps = Math.ceil((to - from) / step);
    for (const [kind, counts] of await reader.counts({ from: to - steps * step, to }, step)) {
      byKind.set(kind, [...(byKind.get(kind) ?? []), ...counts]);
    }
  }
  return { byKind, step, to: whole.to };
}

/** A span in pieces, newest first. */
function piecesOf({ from, to }: Span, length = AT_ONCE_MS): Span[] {
  const pieces: Span[] = [];
  for (let end = to; end > from; end -= length) {
    pieces.push({ from: Math.max(from, end - length), to: end });
  }
  return pieces;
}

function planFor(wish: Wish, { byKind, step, to }: Counted, reader: Reader): Plan {
  const { kind, span } = wish;
  if (!isCounted(wish)) {
    return { wish, slices: piecesOf(span), entries: 0, covers: span };
  }
  // The buckets lie where the counts' steps lie; the first and the last are cut to the span.
  const end = to - Math.floor((to - span.to) / step) * step;
  const buckets = bucketsOf(byKind.get(KINDS[kind].label) ?? [], { from: span.from, to: end }, step);
  const slices = slicesOf(buckets, ENTRIES_A_SLICE);
  const kept = newestSlices(slices, MOST_OF_A_KIND);
  const sum = (some: typeof slices) => some.reduce((total, { entries }) => total + entries, 0);
  const entries = sum(kept);
  const isPart = kept.length < slices.length;
  if (isPart) {
    reader.shortages.push({ why: 'too-many', kind, read: entries, total: sum(slices) });
  }
  return {
    wish,
    // A count includes the moment at its end, a query for lines does not: with a millisecond more none is left out.
    slices: kept.map((slice) => ({ from: slice.from, to: Math.min(slice.to + 1, span.to) })),
    entries,
    covers: { from: isPart ? (kept.at(-1)?.from ?? span.to) : span.from, to: span.to },
  };
}
