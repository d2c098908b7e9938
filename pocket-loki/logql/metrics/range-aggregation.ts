import { type Labels, labelsOf } from '../../common/labels';
import type { Grouping, RangeAggregation } from '../syntax/ast';
import type { QueryContext } from '../pipeline/query-context';
import { countFunction, rangeFunction } from './range-functions';
import type { SampleBuffer } from './sample-buffer';
import { readSamples } from './samples';
import { constantSeries, newSeries, type Series, setValue, type Steps } from './series';
import { WindowCounts } from './window-counts';

/**
 * A range aggregation at every step: a function over the samples of (t - range, t], moved back by the offset.
 *
 * @param grouping that of an aggregation around this one, where both can be done at once
 */
export async function evaluateRange(
  context: QueryContext,
  aggregation: RangeAggregation,
  steps: Steps,
  grouping = aggregation.grouping
): Promise<Series[]> {
  const { first, step, count } = steps;
  const { range, offset } = aggregation;
  const start = first - offset - range;
  const span = { after: start, until: first - offset + step * BigInt(count - 1) };
  const read = await readSamples(context, aggregation, groupingOf(aggregation, grouping), span, steps);
  const compute = rangeFunction(
    aggregation.op,
    Number(range) / 1e9,
    aggregation.unwrap !== undefined,
    aggregation.parameter
  );
  const ofCounts = countFunction(aggregation.op, Number(range) / 1e9);
  const series = read.map(({ labels, samples }) => {
    context.check();
    return samples instanceof WindowCounts
      ? samples.series(labels, ofCounts)
      : slide(labels, samples, Number(range), Number(step), count, compute);
  });
  return aggregation.op === 'absent_over_time' ? [absent(aggregation, series, count)] : series;
}

/** What is absent has no labels of its own, so its samples need not be told apart. */
function groupingOf({ op }: RangeAggregation, grouping: Grouping | undefined): Grouping | undefined {
  return op === 'absent_over_time' ? { without: false, labels: [] } : grouping;
}

/** Moves the window over the samples; their times count from the start of the first window. */
function slide(
  labels: Labels,
  samples: SampleBuffer,
  range: number,
  step: number,
  count: number,
  compute: ReturnType<typeof rangeFunction>
): Series {
  const series = newSeries(labels, count);
  const { times, values } = samples;
  let from = 0;
  let to = 0;
  for (let i = 0; i < count; i++) {
    const after = i * step;
    while (to < samples.count && (times[to] ?? 0) <= after + range) {
      to++;
    }
    while (from < to && (times[from] ?? 0) <= after) {
      from++;
    }
    if (to > from) {
      setValue(series, i, compute({ times, values, from, to }));
    }
  }
  return series;
}

/** 1 where there is no sample at all, under the labels that the selector asks for by value. */
function absent({ log }: RangeAggregation, series: readonly Series[], count: number): Series {
  const names = log.matchers.map(({ name }) => name);
  const asked = log.matchers.filter(({ op, name }) => op === '=' && names.indexOf(name) === names.lastIndexOf(name));
  const result = constantSeries(labelsOf(asked.map(({ name, value }) => [name, value])), 1, count);
  for (const { present } of series) {
    present.forEach((there, i) => {
      if (there) {
        result.present[i] = 0;
      }
    });
  }
  return result;
}
