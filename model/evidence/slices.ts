import { cover, type Coverage, missing, uncover } from './coverage';
import { queryOf } from './record-query';
import type { Wish } from './evidence-plan';
import type { Span } from './span';

/** How many records there were in a stretch of time. */
export interface Counted extends Span {
  records: number;
}

/**
 * Cuts time into slices that hold no more records than these each, newest first: so many are in memory at once.
 *
 * @param counted oldest first, each beginning where the one before it ends
 */
export function slicesOf(counted: readonly Counted[], recordsPerSlice: number): Counted[] {
  const slices: Counted[] = [];
  for (const { from, to, records } of [...counted].reverse()) {
    const open = slices.at(-1);
    if (open !== undefined && open.records + records <= recordsPerSlice) {
      open.from = from;
      open.records += records;
    } else {
      slices.push({ from, to, records });
    }
  }
  return slices;
}

/** What was read already: of each query the stretches of time. */
export class ReadBefore {
  private readonly coverages = new Map<string, Coverage>();

  /** What of a wish was not read yet, newest first. */
  missing(wish: Wish): Span[] {
    return missing(this.coverages.get(queryOf(wish)) ?? [], wish.span).reverse();
  }

  /** The same where all that was read is kept: records may also have been read among all of their kind. */
  missingOfKept(wish: Wish): Span[] {
    const all = { kind: wish.kind, metadata: {} };
    const wider = [all, { ...all, cluster: wish.cluster }];
    let rest = this.missing(wish);
    for (const one of wider) {
      const coverage = this.coverages.get(queryOf(one)) ?? [];
      rest = rest.flatMap((span) => missing(coverage, span).reverse());
    }
    return rest;
  }

  /** What was read in a span is read again the next time. */
  forget(span: Span): void {
    for (const [query, coverage] of this.coverages) {
      this.coverages.set(query, uncover(coverage, span));
    }
  }

  note(wish: Wish, span: Span): void {
    const query = queryOf(wish);
    this.coverages.set(query, cover(this.coverages.get(query) ?? [], span));
  }
}
