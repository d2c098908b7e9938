/** Milliseconds since 1970: `from` inclusive, `to` exclusive. */
export interface Span {
  from: number;
  to: number;
}

/** Spans as few as possible that cover the same time, oldest first; those closer than `gap` become one. */
export function joinedSpans(spans: readonly Span[], gap = 0): Span[] {
  const joined: Span[] = [];
  for (const { from, to } of [...spans].sort((a, b) => a.from - b.from)) {
    const last = joined.at(-1);
    if (last !== undefined && from - last.to <= gap) {
      last.to = Math.max(last.to, to);
    } else {
      joined.push({ from, to });
    }
  }
  return joined;
}

/** The least and the greatest of very many numbers; undefined of none. `Math.min(...list)` overflows the stack. */
export function extent(values: Iterable<number>): Span | undefined {
  let found: Span | undefined;
  for (const value of values) {
    if (found === undefined) {
      found = { from: value, to: value };
    } else if (value < found.from) {
      found.from = value;
    } else if (value > found.to) {
      found.to = value;
    }
  }
  return found;
}
