import type { VectorAggregation } from '../syntax/ast';
import { groupBy, groupLabels } from './grouping';
import { newSeries, type Series, setValue, valueAt } from './series';

/** An aggregation over series, at every step. */
export function aggregateVector(
  { op, parameter, grouping = { without: false, labels: [] } }: Omit<VectorAggregation, 'expr' | 'kind'>,
  series: readonly Series[],
  count: number
): Series[] {
  const groups = groupBy(series, ({ labels }) => groupLabels(labels, grouping));
  switch (op) {
    case 'sort':
    case 'sort_desc':
      return sorted(series, op === 'sort_desc');
    case 'topk':
    case 'bottomk':
      return groups.flatMap(({ items }) => best(items, parameter ?? 1, count, op === 'topk'));
    default: {
      const reduce = reducers[op];
      if (!reduce) {
        throw new Error(`no vector aggregation ${op}`);
      }
      return groups.map(({ labels, key, items }) => {
        const result = newSeries(labels, count, key);
        for (let i = 0; i < count; i++) {
          const values = items.flatMap((item) => valueAt(item, i) ?? []);
          if (values.length > 0) {
            setValue(result, i, reduce(values));
          }
        }
        return result;
      });
    }
  }
}

const reducers: Record<string, (values: readonly number[]) => number> = {
  sum: (values) => values.reduce((a, b) => a + b),
  avg: mean,
  count: (values) => values.length,
  max: (values) => values.reduce((a, b) => (a < b || Number.isNaN(a) ? b : a)),
  min: (values) => values.reduce((a, b) => (a > b || Number.isNaN(a) ? b : a)),
  stdvar: variance,
  stddev: (values) => Math.sqrt(variance(values)),
};

function mean(values: readonly number[]): number {
  return values.reduce((average, value, i) => average + (value - average) / (i + 1), 0);
}

/** Of the whole population. */
function variance(values: readonly number[]): number {
  const average = mean(values);
  return values.reduce((sum, value) => sum + (value - average) ** 2, 0) / values.length;
}

/** NaN is worse than any number. */
function order(a: number, b: number, descending: boolean): number {
  if (Number.isNaN(a) || Number.isNaN(b)) {
    return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  }
  return descending ? b - a : a - b;
}

/** Of each step the k largest (or smallest); at the last step they come in that order. */
function best(series: readonly Series[], k: number, count: number, largest: boolean): Series[] {
  const kept = series.map((item) => newSeries(item.labels, count, item.key));
  for (let i = 0; i < count; i++) {
    const ranked = series
      .flatMap((item, index) => {
        const value = valueAt(item, i);
        return value === undefined ? [] : [{ index, value }];
      })
      .sort((a, b) => order(a.value, b.value, largest))
      .slice(0, k);
    for (const { index, value } of ranked) {
      const target = kept[index];
      if (target) {
        setValue(target, i, value);
      }
    }
  }
  return sorted(kept, largest);
}

/** By the value at the last step, which is the only one where the order is seen. */
function sorted(series: readonly Series[], descending: boolean): Series[] {
  const last = (item: Series) => valueAt(item, item.values.length - 1) ?? NaN;
  return [...series].sort((a, b) => order(last(a), last(b), descending));
}
