import { type Labels, labelsText } from '../../common/labels';

/** The times a metric query is evaluated at. */
export interface Steps {
  /** Nanoseconds since 1970. */
  first: bigint;
  /** Nanoseconds; anything above 0 where there is one step only. */
  step: bigint;
  count: number;
}

/** One series over all steps. Where `present` is 0 there is no value, which is not the same as NaN. */
export interface Series {
  labels: Labels;
  /** The labels' text: their identity. */
  key: string;
  values: Float64Array;
  present: Uint8Array;
}

/** A number that is the same at every step, or series. */
export type Result = { kind: 'scalar'; value: number } | { kind: 'vector'; series: Series[] };

export function newSeries(labels: Labels, count: number, key = labelsText(labels)): Series {
  return { labels, key, values: new Float64Array(count), present: new Uint8Array(count) };
}

export function setValue(series: Series, step: number, value: number): void {
  series.values[step] = value;
  series.present[step] = 1;
}

/** The value at a step; undefined where there is none. */
export function valueAt(series: Series, step: number): number | undefined {
  return series.present[step] === 1 ? series.values[step] : undefined;
}

export function constantSeries(labels: Labels, value: number, count: number): Series {
  const series = newSeries(labels, count);
  series.values.fill(value);
  series.present.fill(1);
  return series;
}
