/** The stretch of time that is shown. Milliseconds since 1970. */
export interface View {
  from: number;
  to: number;
}

/** Logs of one node have times no finer than this that mean anything beside each other. */
export const SHORTEST = 50;
const LONGEST = 10 * 366 * 86_400_000;

export const spanOf = ({ from, to }: View): number => to - from;

/** The pixel of a moment; the first one of the plot is 0. */
export const xOf = (view: View, width: number, time: number): number => ((time - view.from) / spanOf(view)) * width;

/** The moment at a pixel. */
export const timeAt = (view: View, width: number, x: number): number => view.from + (x / width) * spanOf(view);

/** Zooms so that what is at `anchor` stays where it is; a factor under 1 goes nearer. */
export function zoomed(view: View, factor: number, anchor: number): View {
  const span = Math.min(LONGEST, Math.max(SHORTEST, spanOf(view) * factor));
  const part = (anchor - view.from) / spanOf(view);
  const from = anchor - part * span;
  return { from, to: from + span };
}

export const panned = ({ from, to }: View, by: number): View => ({ from: from + by, to: to + by });

/** The view between two moments in any order, never shorter than can be shown. */
export function between(a: number, b: number): View {
  const [from, to] = a < b ? [a, b] : [b, a];
  const missing = Math.max(0, SHORTEST - (to - from)) / 2;
  return { from: from - missing, to: to + missing };
}

/** The view moved, not resized, so that a moment lies in its middle three quarters. */
export function including(view: View, time: number): View {
  const margin = spanOf(view) / 8;
  const by = time < view.from + margin ? time - view.from - margin : Math.max(0, time - view.to + margin);
  return by === 0 ? view : panned(view, by);
}

export const isSame = (a: View, b: View): boolean => a.from === b.from && a.to === b.to;

/** Whole milliseconds, for addresses. */
export const rounded = ({ from, to }: View): View => ({
  from: Math.floor(from),
  to: Math.max(Math.floor(from) + 1, Math.ceil(to)),
});
