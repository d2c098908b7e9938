import { labelsObject } from '../../common/labels';
import { badRequest } from '../../common/request-error';
import type { MetricExpr } from '../syntax/ast';
import { checkMetric } from './check';
import { evaluate } from './evaluate';
import { type Series, type Steps, valueAt } from './series';
import type { QueryContext } from '../pipeline/query-context';

type Sample = [seconds: number, value: string];

export interface MatrixItem {
  metric: Record<string, string>;
  values: Sample[];
}

export interface VectorItem {
  metric: Record<string, string>;
  value: Sample;
}

/** The steps of [from, until]: whole multiples of the step, the first one at or before `from`, as Loki aligns them. */
export function alignedSteps(from: bigint, until: bigint, step: bigint): Steps {
  const first = (from / step) * step;
  const last = ((until + step - 1n) / step) * step;
  return { first, step, count: Number((last - first) / step) + 1 };
}

/** A metric query over time. @throws RequestError 400 */
export async function runRangeQuery(context: QueryContext, expr: MetricExpr, steps: Steps): Promise<MatrixItem[]> {
  checkMetric(expr);
  const result = await evaluate(context, expr, steps);
  const series = result.kind === 'vector' ? result.series : [scalarSeries(result.value, steps.count)];
  const items = series.flatMap((item) => {
    const values = samplesOf(item, steps);
    return values.length === 0 ? [] : [{ key: item.key, metric: labelsObject(item.labels), values }];
  });
  limitSeries(items.length, context);
  items.sort(byLabels);
  return items.map(({ metric, values }) => ({ metric, values }));
}

/** A metric query at one time. @throws RequestError 400 */
export async function runInstantQuery(
  context: QueryContext,
  expr: MetricExpr,
  time: bigint
): Promise<{ resultType: 'vector'; result: VectorItem[] } | { resultType: 'scalar'; result: Sample }> {
  checkMetric(expr);
  const steps: Steps = { first: time, step: 1n, count: 1 };
  const result = await evaluate(context, expr, steps);
  if (result.kind === 'scalar') {
    return { resultType: 'scalar', result: [secondsAt(steps, 0), formatFloat(result.value)] };
  }
  const series = ordersItself(expr) ? result.series : [...result.series].sort(byLabels);
  const items = series.flatMap((item) => {
    const [value] = samplesOf(item, steps);
    return value ? [{ metric: labelsObject(item.labels), value }] : [];
  });
  limitSeries(items.length, context);
  return { resultType: 'vector', result: items };
}

const ordering = new Set(['sort', 'sort_desc', 'topk', 'bottomk']);

function ordersItself(expr: MetricExpr): boolean {
  return expr.kind === 'vector-aggregation' && ordering.has(expr.op);
}

function byLabels(a: { key: string }, b: { key: string }): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}

function scalarSeries(value: number, count: number): Series {
  return {
    labels: new Map(),
    key: '{}',
    values: new Float64Array(count).fill(value),
    present: new Uint8Array(count).fill(1),
  };
}

function samplesOf(series: Series, steps: Steps): Sample[] {
  const samples: Sample[] = [];
  for (let i = 0; i < steps.count; i++) {
    const value = valueAt(series, i);
    if (value !== undefined) {
      samples.push([secondsAt(steps, i), formatFloat(value)]);
    }
  }
  return samples;
}

function secondsAt({ first, step }: Steps, i: number): number {
  return Number((first + step * BigInt(i)) / 1_000_000n) / 1000;
}

function limitSeries(count: number, { limits: { maxQuerySeries } }: QueryContext): void {
  if (count > maxQuerySeries) {
    throw badRequest(
      `maximum number of series (${maxQuerySeries}) reached for a single query; consider reducing query cardinality by adding more specific stream selectors, reducing the time range, or aggregating results with functions like sum(), count() or topk()`
    );
  }
}

/** As few digits as tell the number, never an exponent: Go's `FormatFloat(v, 'f', -1, 64)`. */
export function formatFloat(value: number): string {
  if (!Number.isFinite(value)) {
    return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
  }
  const text = String(value);
  const [mantissa = '', exponent] = text.split('e');
  if (exponent === undefined) {
    return text;
  }
  if (Number(exponent) > 0) {
    return BigInt(value).toString();
  }
  const digits = mantissa.replace(/[-.]/g, '');
  return `${value < 0 ? '-' : ''}0.${'0'.repeat(-Number(exponent) - 1)}${digits}`;
}
