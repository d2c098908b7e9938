/** The samples of one window: those of [from, to) in the arrays. There is at least one. */
export interface Window {
  /** Nanoseconds from some start. */
  times: Float64Array;
  values: Float64Array;
  from: number;
  to: number;
}

export type RangeFunction = (window: Window) => number;

/**
 * The function of a range aggregation.
 *
 * @param range seconds
 */
export function rangeFunction(
  op: string,
  range: number,
  unwrapped: boolean,
  parameter: number | undefined
): RangeFunction {
  switch (op) {
    case 'count_over_time':
      return count;
    case 'rate':
      return unwrapped ? (window) => sum(window) / range : (window) => count(window) / range;
    case 'bytes_over_time':
    case 'sum_over_time':
      return sum;
    case 'bytes_rate':
      return (window) => sum(window) / range;
    case 'rate_counter':
      return (window) => counterRate(window, range);
    case 'avg_over_time':
      return (window) => sum(window) / count(window);
    case 'max_over_time':
      return (window) => fold(window, (a, b) => (b > a || Number.isNaN(a) ? b : a));
    case 'min_over_time':
      return (window) => fold(window, (a, b) => (b < a || Number.isNaN(a) ? b : a));
    case 'first_over_time':
      return ({ values, from }) => values[from] ?? NaN;
    case 'last_over_time':
      return ({ values, to }) => values[to - 1] ?? NaN;
    case 'stdvar_over_time':
      return variance;
    case 'stddev_over_time':
      return (window) => Math.sqrt(variance(window));
    case 'quantile_over_time':
      return ({ values, from, to }) => quantile(parameter ?? NaN, values.slice(from, to).sort());
    case 'absent_over_time':
      return () => 1;
    default:
      throw new Error(`no range aggregation ${op}`);
  }
}

/** The same for what needs the number and the sum of a window's samples only. @param range seconds */
export function countFunction(op: string, range: number): (count: number, sum: number) => number {
  switch (op) {
    case 'count_over_time':
      return (count) => count;
    case 'rate':
      return (count) => count / range;
    case 'bytes_over_time':
      return (_, sum) => sum;
    case 'bytes_rate':
      return (_, sum) => sum / range;
    default:
      return () => 1;
  }
}

function count({ from, to }: Window): number {
  return to - from;
}

function sum({ values, from, to }: Window): number {
  let total = 0;
  for (let i = from; i < to; i++) {
    total += values[i] ?? 0;
  }
  return total;
}

function fold({ values, from, to }: Window, better: (a: number, b: number) => number): number {
  let best = values[from] ?? NaN;
  for (let i = from + 1; i < to; i++) {
    best = better(best, values[i] ?? NaN);
  }
  return best;
}

/** Of the whole population, by Welford's method. */
function variance({ values, from, to }: Window): number {
  let mean = 0;
  let squares = 0;
  for (let i = from; i < to; i++) {
    const value = values[i] ?? 0;
    const delta = value - mean;
    mean += delta / (i - from + 1);
    squares += delta * (value - mean);
  }
  return squares / (to - from);
}

/** @param sorted ascending, not empty */
function quantile(q: number, sorted: Float64Array): number {
  if (q < 0 || q > 1) {
    return q < 0 ? -Infinity : Infinity;
  }
  const rank = q * (sorted.length - 1);
  const lower = Math.floor(rank);
  const upper = Math.min(sorted.length - 1, lower + 1);
  const weight = rank - lower;
  return (sorted[lower] ?? NaN) * (1 - weight) + (sorted[upper] ?? NaN) * weight;
}

/**
 * How fast a counter grew; a value below the one before is a restart from 0. Like Prometheus' `rate` but almost without
 * its extrapolation: Loki takes nanoseconds for milliseconds there, so that next to nothing is left of it.
 */
function counterRate({ times, values, from, to }: Window, range: number): number {
  if (to - from < 2) {
    return 0;
  }
  const first = values[from] ?? 0;
  let increase = (values[to - 1] ?? 0) - first;
  for (let i = from + 1; i < to; i++) {
    const before = values[i - 1] ?? 0;
    increase += (values[i] ?? 0) < before ? before : 0;
  }
  const interval = ((times[to - 1] ?? 0) - (times[from] ?? 0)) / 1000;
  const toZero = increase > 0 && first >= 0 ? interval * (first / increase) : Infinity;
  return (increase * ((interval + Math.min(range, toZero)) / interval)) / range;
}
