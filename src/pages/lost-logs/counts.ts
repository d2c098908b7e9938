import type { Span } from '../../../model/evidence';
import type { CaseTally } from '../../data/records';

/** A column of the chart: how many cases of each series happened in a stretch of time. */
export interface Column extends Span {
  counts: ReadonlyMap<string, number>;
  total: number;
}

const WEEK_MS = 604_800_000;
/** Steps that people count time in, in milliseconds. */
const STEPS = [1, 5, 10, 30, 60, 300, 600, 1800, 3600, 10_800, 21_600, 43_200, 86_400, 604_800].map((s) => s * 1000);

/** How long a column of a chart of this span is, in milliseconds. @param most columns at most */
export function stepOf({ from, to }: Span, most = 90): number {
  const wanted = (to - from) / most;
  return STEPS.find((one) => one >= wanted) ?? Math.ceil(wanted / WEEK_MS) * WEEK_MS;
}

/** What tallies are told apart by. */
export type SeriesOf = (tally: CaseTally) => string;

/** Cases counted over time, in columns of one length. */
export function columnsOf(tallies: readonly CaseTally[], span: Span, step: number, seriesOf: SeriesOf): Column[] {
  const first = Math.floor(span.from / step) * step;
  const columns = Array.from({ length: Math.ceil((span.to - first) / step) }, (_, i) => ({
    ...{ from: first + i * step, to: first + (i + 1) * step, total: 0 },
    counts: new Map<string, number>(),
  }));
  for (const tally of tallies) {
    const column = columns[Math.floor((tally.at - first) / step)];
    if (column !== undefined) {
      const series = seriesOf(tally);
      column.counts.set(series, (column.counts.get(series) ?? 0) + tally.count);
      column.total += tally.count;
    }
  }
  return columns;
}

/** How many cases there are of each series, most first. */
export function totalsOf(tallies: readonly CaseTally[], seriesOf: SeriesOf): Array<[series: string, n: number]> {
  const totals = new Map<string, number>();
  tallies.forEach((tally) => totals.set(seriesOf(tally), (totals.get(seriesOf(tally)) ?? 0) + tally.count));
  return [...totals].filter(([, n]) => n > 0).sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
}
