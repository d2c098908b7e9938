import type { Case } from '../../../model/cases';
import type { Span } from '../../../model/evidence';
import { momentOf } from '../../data/records';

/** A column of the chart: how many cases of each series happened in a stretch of time. */
export interface Column extends Span {
  counts: ReadonlyMap<string, number>;
  total: number;
}

/** Steps that people count time in, in milliseconds. */
const STEPS = [1, 5, 10, 30, 60, 300, 600, 1800, 3600, 10_800, 21_600, 43_200, 86_400, 604_800].map((s) => s * 1000);

/** Cases counted over time, in columns of one length. @param most columns at most */
export function columnsOf(cases: readonly Case[], span: Span, seriesOf: (one: Case) => string, most = 90): Column[] {
  const wanted = (span.to - span.from) / most;
  const step = STEPS.find((one) => one >= wanted) ?? Math.ceil(wanted / 604_800_000) * 604_800_000;
  const first = Math.floor(span.from / step) * step;
  const columns = Array.from({ length: Math.ceil((span.to - first) / step) }, (_, i) => ({
    ...{ from: first + i * step, to: first + (i + 1) * step, total: 0 },
    counts: new Map<string, number>(),
  }));
  for (const one of cases) {
    const column = columns[Math.floor((momentOf(one) - first) / step)];
    if (column !== undefined) {
      column.counts.set(seriesOf(one), (column.counts.get(seriesOf(one)) ?? 0) + 1);
      column.total++;
    }
  }
  return columns;
}

/** How many cases there are of each series, most first. */
export function totalsOf<S extends string>(
  cases: readonly Case[],
  seriesOf: (one: Case) => S
): Array<[series: S, n: number]> {
  const totals = new Map<S, number>();
  cases.forEach((one) => totals.set(seriesOf(one), (totals.get(seriesOf(one)) ?? 0) + 1));
  return [...totals].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
}
