import type {
  BinaryExpr,
  BinaryOp,
  Conversion,
  Expr,
  Grouping,
  LogExpr,
  MetricExpr,
  Unwrap,
  VectorMatching,
} from './ast';
import { parseLabelFilter, parseMatcher, parseStages } from './parse-stages';
import type { Node } from './tree';
import { parseDuration } from '../../common/units';

const conversions: Record<string, Conversion> = { duration: 'duration', duration_seconds: 'duration', bytes: 'bytes' };

/** From the loosest to the tightest; `^` binds to the right. The grammar itself knows no precedence. */
const precedence: BinaryOp[][] = [
  ['or'],
  ['and', 'unless'],
  ['==', '!=', '>', '>=', '<', '<='],
  ['+', '-'],
  ['*', '/', '%'],
  ['^'],
];

/** The query under an `Expr` node. */
export function parseExpr(node: Node): Expr {
  const log = node.find('LogExpr');
  return log ? parseLog(log) : parseMetric(node.get('MetricExpr'));
}

/** Parentheses around a log query leave nested nodes of the same kind. */
function parseLog(node: Node): LogExpr {
  const inner = node.find('LogExpr');
  if (inner) {
    const { matchers, stages } = parseLog(inner);
    return { kind: 'log', matchers, stages: [...stages, ...parseStages(node)] };
  }
  return parseSelection(node);
}

function parseSelection(node: Node): LogExpr {
  const matchers = node.get('Selector').items('Matchers', 'Matcher').map(parseMatcher);
  return { kind: 'log', matchers, stages: parseStages(node) };
}

function parseMetric(node: Node): MetricExpr {
  const inner = node.get(
    'MetricExpr',
    'RangeAggregationExpr',
    'VectorAggregationExpr',
    'BinOpExpr',
    'LiteralExpr',
    'VectorExpr',
    'LabelReplaceExpr'
  );
  switch (inner.name) {
    case 'MetricExpr':
      return parseMetric(inner);
    case 'RangeAggregationExpr':
      return parseRangeAggregation(inner);
    case 'VectorAggregationExpr':
      return {
        kind: 'vector-aggregation',
        op: inner.get('VectorOp').text.toLowerCase(),
        parameter: parseParameter(inner),
        expr: parseMetric(inner.get('MetricExpr')),
        grouping: parseGrouping(inner),
      };
    case 'BinOpExpr':
      return parseBinary(inner);
    case 'LabelReplaceExpr':
      return parseLabelReplace(inner);
    case 'VectorExpr':
      return { kind: 'vector', value: Number(inner.get('Number').text) };
    default:
      return { kind: 'literal', value: Number(inner.text.replace(/\s/g, '')) };
  }
}

function parseRangeAggregation(node: Node): MetricExpr {
  const range = node.get('LogRangeExpr');
  return {
    kind: 'range',
    op: node.get('RangeOp').text.toLowerCase(),
    parameter: parseParameter(node),
    log: parseSelection(range),
    unwrap: parseUnwrap(range.find('UnwrapExpr')),
    range: durationOf(range.get('Range')),
    offset: offsetOf(node, range),
    grouping: parseGrouping(node),
  };
}

function offsetOf(node: Node, range: Node): bigint {
  const offset = range.find('OffsetExpr');
  // Behind an unwrap that has filters the grammar leaves the offset beside the range, as an error.
  const beside = node.children.find((child) => child.name === '⚠' && child.find('Duration'));
  return offset ? durationOf(offset) : beside ? durationOf(beside) : 0n;
}

function parseUnwrap(node: Node | undefined): Unwrap | undefined {
  if (!node) {
    return undefined;
  }
  const inner = parseUnwrap(node.find('UnwrapExpr'));
  if (inner) {
    return { ...inner, filters: [...inner.filters, parseLabelFilter(node.get('LabelFilter'))] };
  }
  const conversion = node.find('ConvOp');
  return {
    label: node.get('Identifier').text,
    conversion: conversion ? conversions[conversion.text.toLowerCase()] : undefined,
    filters: [],
  };
}

function parseParameter(node: Node): number | undefined {
  const number = node.find('Number');
  return number ? Number(number.text) : undefined;
}

function parseGrouping(node: Node): Grouping | undefined {
  const grouping = node.find('Grouping');
  if (!grouping) {
    return undefined;
  }
  const labels = grouping.items('Labels', 'Identifier').map(({ text }) => text);
  return { without: grouping.find('Without') !== undefined, labels };
}

function durationOf(node: Node): bigint {
  const duration = node.get('Duration');
  const ns = parseDuration(duration.text);
  if (ns === undefined) {
    throw duration.unsupported();
  }
  return ns;
}

function parseLabelReplace(node: Node): MetricExpr {
  const [destination = '', replacement = '', source = '', regex = ''] = node.all('String').map((s) => s.literal());
  return { kind: 'label-replace', expr: parseMetric(node.get('MetricExpr')), destination, replacement, source, regex };
}

type Operator = Pick<BinaryExpr, 'op' | 'bool' | 'matching'>;

/** Flattens the chain of operators that the grammar found, and builds it up again by precedence. */
function parseBinary(node: Node): MetricExpr {
  const operands: MetricExpr[] = [];
  const operators: Operator[] = [];
  const flatten = (part: Node) => {
    const [left, right] = part.all('Expr');
    if (!left || !right) {
      throw part.unsupported();
    }
    visit(left);
    operators.push(parseOperator(part));
    visit(right);
  };
  const visit = (side: Node) => {
    const metric = side.find('MetricExpr');
    if (!metric) {
      throw side.unsupported();
    }
    const chain = metric.find('BinOpExpr');
    if (chain) {
      flatten(chain);
    } else {
      operands.push(parseMetric(metric));
    }
  };
  flatten(node);
  return climb(operands, operators, 0);
}

function climb(operands: MetricExpr[], operators: Operator[], level: number): MetricExpr {
  const ops = precedence[level];
  const [only] = operands;
  if (!ops || operators.length === 0) {
    if (!only) {
      throw new Error('an operator without operands');
    }
    return only;
  }
  const rightmost = ops.includes('^')
    ? operators.findIndex(({ op }) => ops.includes(op))
    : operators.findLastIndex(({ op }) => ops.includes(op));
  const operator = operators[rightmost];
  if (!operator) {
    return climb(operands, operators, level + 1);
  }
  const left = climb(operands.slice(0, rightmost + 1), operators.slice(0, rightmost), level);
  const right = climb(operands.slice(rightmost + 1), operators.slice(rightmost + 1), level);
  return { kind: 'binary', ...operator, left, right };
}

function parseOperator(node: Node): Operator {
  const op = node.children.find(({ name }) => name !== 'Expr' && name !== 'BinOpModifier');
  const modifier = node.find('BinOpModifier');
  return {
    op: (op?.text.toLowerCase() ?? '') as BinaryOp,
    bool: modifier?.find('Bool') !== undefined,
    matching: parseMatching(modifier),
  };
}

function parseMatching(modifier: Node | undefined): VectorMatching {
  const on = modifier?.find('OnOrIgnoringModifier');
  const left = modifier?.find('GroupLeft');
  const right = modifier?.find('GroupRight');
  return {
    on: on?.find('On') !== undefined,
    labels: on ? groupingLabels(on) : [],
    many: left ? 'left' : right ? 'right' : undefined,
    include: modifier ? groupingLabels(modifier) : [],
  };
}

function groupingLabels(node: Node): string[] {
  const list = node.find('GroupingLabels');
  return list ? list.items('GroupingLabelList', 'GroupingLabel').map(({ text }) => text) : [];
}
