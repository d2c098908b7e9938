import { badRequest } from '../../common/request-error';
import type { MetricExpr, RangeAggregation, VectorAggregation } from '../syntax/ast';
import { compileReplaceRegex } from './label-replace';

const withUnwrapOnly = new Set([
  'sum_over_time',
  'avg_over_time',
  'max_over_time',
  'min_over_time',
  'stddev_over_time',
  'stdvar_over_time',
  'quantile_over_time',
  'first_over_time',
  'last_over_time',
  'rate_counter',
]);
const withOrWithoutUnwrap = new Set(['rate', 'absent_over_time']);
const groupable = new Set([
  'avg_over_time',
  'max_over_time',
  'min_over_time',
  'stddev_over_time',
  'stdvar_over_time',
  'quantile_over_time',
  'first_over_time',
  'last_over_time',
]);

/** What the grammar lets pass and Loki does not. @throws RequestError 400 in Loki's words */
export function checkMetric(expr: MetricExpr): void {
  switch (expr.kind) {
    case 'range':
      checkRange(expr);
      break;
    case 'vector-aggregation':
      checkVector(expr);
      checkMetric(expr.expr);
      break;
    case 'label-replace':
      compileReplaceRegex(expr);
      checkMetric(expr.expr);
      break;
    case 'binary':
      checkSet(expr.op, expr.left, 'left');
      checkSet(expr.op, expr.right, 'right');
      checkMetric(expr.left);
      checkMetric(expr.right);
      break;
  }
}

function checkRange({ op, unwrap, grouping, parameter }: RangeAggregation): void {
  if (withUnwrapOnly.has(op) && !unwrap) {
    throw refused(`invalid aggregation ${op} without unwrap`);
  }
  if (unwrap && !withUnwrapOnly.has(op) && !withOrWithoutUnwrap.has(op)) {
    throw refused(`invalid aggregation ${op} with unwrap`);
  }
  if (grouping && !groupable.has(op)) {
    throw refused(`grouping not allowed for ${op} aggregation`);
  }
  if (op === 'quantile_over_time' && parameter === undefined) {
    throw refused(`parameter required for operation ${op}`);
  }
  if (op !== 'quantile_over_time' && parameter !== undefined) {
    throw refused(`parameter ${parameter} not supported for operation ${op}`);
  }
}

function checkVector({ op, parameter, grouping }: VectorAggregation): void {
  const ranks = op === 'topk' || op === 'bottomk';
  if (ranks && parameter === undefined) {
    throw refused(`parameter required for operation ${op}`);
  }
  if (ranks && !Number.isInteger(parameter)) {
    throw refused(`invalid parameter ${op}(${parameter},`);
  }
  if (ranks && parameter !== undefined && parameter <= 0) {
    throw refused(`invalid parameter (must be greater than 0) ${op}(${parameter}`);
  }
  if (!ranks && parameter !== undefined) {
    throw refused(`unsupported parameter for operation ${op}(${parameter},`);
  }
  if (op.startsWith('sort') && grouping) {
    throw refused("sort and sort_desc doesn't allow grouping by ");
  }
}

function checkSet(op: string, side: MetricExpr, name: string): void {
  if ((op === 'and' || op === 'or' || op === 'unless') && side.kind === 'literal') {
    const value = side.value.toFixed(6);
    throw refused(`unexpected literal for ${name} leg of logical/set binary operation (${op}): ${value}`);
  }
}

function refused(reason: string): Error {
  return badRequest(`parse error : ${reason}`);
}
