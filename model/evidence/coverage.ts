import type { Span } from './span';

/** Stretches of time as a sorted list that does not touch itself: what of a kind of records was read already. */
export type Coverage = readonly Span[];

/** The stretches with one more. */
export function cover(coverage: Coverage, span: Span): Coverage {
  if (span.from >= span.to) {
    return coverage;
  }
  const apart = coverage.filter(({ from, to }) => to < span.from || from > span.to);
  const touching = coverage.filter((one) => !apart.includes(one));
  const whole = {
    from: Math.min(span.from, ...touching.map(({ from }) => from)),
    to: Math.max(span.to, ...touching.map(({ to }) => to)),
  };
  return [...apart, whole].sort((a, b) => a.from - b.from);
}

/** The stretches without what lies in a span. */
export const uncover = (coverage: Coverage, span: Span): Coverage =>
  coverage.flatMap(({ from, to }) =>
    [
      { from, to: Math.min(to, span.from) },
      { from: Math.max(from, span.to), to },
    ].filter((rest) => rest.from < rest.to)
  );

/** What of a span is not covered, oldest first. */
export const missing = (coverage: Coverage, span: Span): Span[] =>
  coverage.reduce<Span[]>((rest, covered) => rest.flatMap((one) => [...uncover([one], covered)]), [span]);
