import { noLabels } from '../../common/labels';
import type { Grouping, MetricExpr, RangeAggregation, VectorAggregation } from '../syntax/ast';
import type { QueryContext } from '../pipeline/query-context';
import { combine } from './binary';
import { replaceLabels } from './label-replace';
import { evaluateRange } from './range-aggregation';
import { constantSeries, type Result, type Series, type Steps } from './series';
import { aggregateVector } from './vector-aggregation';

/** A metric query at every step. @throws RequestError 400 where it cannot be evaluated */
export async function evaluate(context: QueryContext, expr: MetricExpr, steps: Steps): Promise<Result> {
  switch (expr.kind) {
    case 'literal':
      return { kind: 'scalar', value: expr.value };
    case 'vector':
      return vector([constantSeries(noLabels, expr.value, steps.count)]);
    case 'range':
      return vector(await evaluateRange(context, expr, steps));
    case 'vector-aggregation':
      return vector(await aggregate(context, expr, steps));
    case 'label-replace':
      return vector(replaceLabels(expr, seriesOf(await evaluate(context, expr.expr, steps), steps)));
    case 'binary': {
      const left = await evaluate(context, expr.left, steps);
      const right = await evaluate(context, expr.right, steps);
      return combine(expr, left, right, steps.count);
    }
  }
}

async function aggregate(context: QueryContext, expr: VectorAggregation, steps: Steps): Promise<Series[]> {
  const summed = expr.op === 'sum' ? summable(expr.expr) : undefined;
  const inner = summed
    ? await evaluateRange(context, summed, steps, expr.grouping ?? noGroups)
    : seriesOf(await evaluate(context, expr.expr, steps), steps);
  return aggregateVector(expr, inner, steps.count);
}

const noGroups: Grouping = { without: false, labels: [] };
const summableOps = new Set(['count_over_time', 'rate', 'bytes_over_time', 'bytes_rate', 'sum_over_time']);

/**
 * A range aggregation whose sum over a group is that of the group's samples. Grouping the samples at once spares the
 * series in between, of which structured metadata make many.
 */
function summable(expr: MetricExpr): RangeAggregation | undefined {
  return expr.kind === 'range' && summableOps.has(expr.op) ? expr : undefined;
}

function seriesOf(result: Result, steps: Steps): Series[] {
  return result.kind === 'vector' ? result.series : [constantSeries(noLabels, result.value, steps.count)];
}

function vector(series: Series[]): Result {
  return { kind: 'vector', series };
}
