import { type DataFrame, type Field, FieldType } from '@grafana/data';

/** A number of a metric query. */
export interface Count {
  /** Milliseconds since 1970: the end of the time that was counted. */
  at: number;
  value: number;
  /** Of the series. */
  labels: Record<string, string>;
}

/**
 * The numbers of a metric range query, oldest first in each series. The data source answers with a frame a series, the
 * labels on its number field; the progress of a long query comes as a frame without numbers.
 */
export function countsOf(frames: readonly DataFrame[]): Count[] {
  return frames.flatMap(({ fields }) => {
    const times = fields.find(({ type }) => type === FieldType.time);
    const numbers = fields.filter(({ type }) => type === FieldType.number);
    return times === undefined ? [] : numbers.flatMap((numberField) => countsOfSeries(times, numberField));
  });
}

const countsOfSeries = (times: Field, { values, labels = {} }: Field): Count[] =>
  Array.from(values, (value: unknown, row) => ({ at: Number(times.values[row]), value: Number(value ?? 0), labels }));
