import type { RangeAggregation } from '../syntax/ast';
import { newSeries, type Series, setValue, type Steps } from './series';
import type { Labels } from '../../common/labels';

const counting = new Set(['count_over_time', 'rate', 'bytes_over_time', 'bytes_rate', 'absent_over_time']);

/** Whether counts and sums of whole numbers are all that a range aggregation needs: the order of samples is not. */
export function canCount({ op, unwrap }: RangeAggregation): boolean {
  return unwrap === undefined && counting.has(op);
}

/**
 * Number and sum of the samples of each window, without the samples: memory for the steps, not for the lines. A sample is in
 * a run of windows, so it is added where the run begins and taken away behind its end.
 */
export class WindowCounts {
  private readonly counts: Float64Array;
  private readonly sums: Float64Array;
  private readonly range: number;
  private readonly step: number;
  private readonly last: number;

  /** @param hold is told how many bytes are held */
  constructor(range: bigint, { step, count }: Steps, hold: (bytes: number) => void) {
    hold(16 * (count + 1));
    this.counts = new Float64Array(count + 1);
    this.sums = new Float64Array(count + 1);
    this.range = Number(range);
    this.step = Number(step);
    this.last = count - 1;
  }

  /** @param time nanoseconds since the start of the first window; window i is (i * step, i * step + range] */
  add(time: number, value: number): void {
    let from = Math.max(0, Math.ceil((time - this.range) / this.step));
    let to = Math.min(this.last, Math.ceil(time / this.step) - 1);
    // The quotients are rounded; the products are exact.
    from +=
      Number(from * this.step + this.range < time) - Number(from > 0 && (from - 1) * this.step + this.range >= time);
    to -= Number(to * this.step >= time);
    to += Number(to < this.last && (to + 1) * this.step < time);
    if (from <= to) {
      this.counts[from] = (this.counts[from] ?? 0) + 1;
      this.counts[to + 1] = (this.counts[to + 1] ?? 0) - 1;
      this.sums[from] = (this.sums[from] ?? 0) + value;
      this.sums[to + 1] = (this.sums[to + 1] ?? 0) - value;
    }
  }

  /** @param valueOf the value of a window of which number and sum of the samples are known */
  series(labels: Labels, valueOf: (count: number, sum: number) => number): Series {
    const series = newSeries(labels, this.last + 1);
    let count = 0;
    let sum = 0;
    for (let i = 0; i <= this.last; i++) {
      count += this.counts[i] ?? 0;
      sum += this.sums[i] ?? 0;
      if (count > 0) {
        setValue(series, i, valueOf(count, sum));
      }
    }
    return series;
  }
}
