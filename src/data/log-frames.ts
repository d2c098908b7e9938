import { type DataFrame, type Field, FieldType } from '@grafana/data';
import type { LogEntry } from '../../model/log-entry';

/**
 * The entries of the log frames that Grafana's Loki data source answers with, oldest first. It has two layouts, by the
 * feature toggle `lokiLogsDataplane`: Time, Line, tsNs or timestamp, body; `labels` and `id` are in both. Frames that
 * are no logs (partial results of metric queries) hold none.
 */
export function entriesOf(frames: readonly DataFrame[]): LogEntry[] {
  return frames.flatMap(entriesOfFrame).sort((a, b) => (a.ns < b.ns ? -1 : a.ns > b.ns ? 1 : 0));
}

/** A line without its labels, which cost most where there are many lines. */
export type TimedLine = Pick<LogEntry, 'ns' | 'line'>;

/** The lines of log frames in no order. */
export const timedLinesOf = (frames: readonly DataFrame[]): TimedLine[] =>
  frames.flatMap((frame) => {
    const columns = columnsOf(frame);
    return columns === undefined ? [] : rowsOf(frame).flatMap((row) => lineAt(columns, row) ?? []);
  });

function entriesOfFrame(frame: DataFrame): LogEntry[] {
  const columns = columnsOf(frame);
  const labels = frame.fields.find(({ name }) => name === 'labels');
  return columns === undefined
    ? []
    : rowsOf(frame).flatMap((row) => {
        const line = lineAt(columns, row);
        return line === undefined ? [] : [{ ...line, fields: textsOf(labels?.values[row]) }];
      });
}

interface Columns {
  lines: Field;
  times: Field;
  exact: Array<Field | undefined>;
}

function columnsOf({ fields }: DataFrame): Columns | undefined {
  const field = (...names: string[]) => fields.find(({ name }) => names.includes(name));
  const lines = field('Line', 'body');
  const times = field('Time', 'timestamp');
  return lines && times && { lines, times, exact: [field('tsNs'), field('id')] };
}

const rowsOf = ({ length }: DataFrame): number[] => Array.from({ length }, (_, row) => row);

/** undefined for a row that has no time: a transformation or another data source has made it. */
function lineAt({ lines, times, exact: [tsNs, id] }: Columns, row: number): TimedLine | undefined {
  const ns = exactTime(tsNs, row) ?? exactTime(id, row) ?? frameTime(times, row);
  return ns === undefined ? undefined : { ns, line: textOf(lines.values[row]) };
}

/** `tsNs` is the time, an `id` begins with it: only they have all nanoseconds. */
function exactTime(field: Field | undefined, row: number): bigint | undefined {
  const digits = /^\d{16,}/.exec(textOf(field?.values[row]))?.[0];
  return digits === undefined ? undefined : BigInt(digits);
}

function frameTime({ values, nanos }: Field, row: number): bigint | undefined {
  const ms = numberOf(values[row]);
  const more = numberOf(nanos?.[row] ?? 0);
  return Number.isFinite(ms) && Number.isFinite(more)
    ? BigInt(Math.floor(ms)) * 1_000_000n + BigInt(Math.floor(more))
    : undefined;
}

/** What a frame holds may be an object that nothing can be made of: JavaScript throws where it is turned into a text or a number. */
const isPlain = (value: unknown): value is string | number | bigint | boolean =>
  ['string', 'number', 'bigint', 'boolean'].includes(typeof value);

const textOf = (value: unknown): string => (isPlain(value) ? String(value) : '');
const numberOf = (value: unknown): number => (isPlain(value) ? Number(value) : NaN);

function textsOf(labels: unknown): Record<string, string> {
  return typeof labels === 'object' && labels !== null
    ? Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, textOf(value)]))
    : {};
}

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
 * labels on its number field; the progress of a long query comes as a frame without numbers. Rows without a time or a
 * number are left out.
 */
export function countsOf(frames: readonly DataFrame[]): Count[] {
  return frames.flatMap(({ fields }) => {
    const times = fields.find(({ type }) => type === FieldType.time);
    const numbers = fields.filter(({ type }) => type === FieldType.number);
    return times === undefined ? [] : numbers.flatMap((numberField) => countsOfSeries(times, numberField));
  });
}

const countsOfSeries = (times: Field, { values, labels = {} }: Field): Count[] =>
  Array.from(values, (value: unknown, row) => ({
    at: numberOf(times.values[row]),
    value: numberOf(value ?? 0),
    labels,
  })).filter((count) => Number.isFinite(count.at) && !Number.isNaN(count.value));
