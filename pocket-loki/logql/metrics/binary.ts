import { type Labels, labelsOf, labelsText } from '../../common/labels';
import { badRequest } from '../../common/request-error';
import type { BinaryExpr, BinaryOp, VectorMatching } from '../syntax/ast';
import { groupLabels } from './grouping';
import { newSeries, type Result, type Series, setValue, valueAt } from './series';

type Operator = Pick<BinaryExpr, 'op' | 'bool' | 'matching'>;

const arithmetic: Partial<Record<BinaryOp, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => (b === 0 ? NaN : a / b),
  '%': (a, b) => (b === 0 ? NaN : a % b),
  '^': (a, b) => a ** b,
};

const comparisons: Partial<Record<BinaryOp, (a: number, b: number) => boolean>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
};

/** `left op right` at every step. @throws RequestError 400 where series do not match one to one as they should */
export function combine(operator: Operator, left: Result, right: Result, count: number): Result {
  if (left.kind === 'scalar' && right.kind === 'scalar') {
    return { kind: 'scalar', value: applied(operator, left.value, right.value, false) ?? NaN };
  }
  if (left.kind === 'vector' && right.kind === 'vector') {
    return { kind: 'vector', series: combineVectors(operator, left.series, right.series, count) };
  }
  const scalar = left.kind === 'scalar' ? left.value : right.kind === 'scalar' ? right.value : NaN;
  const vector = left.kind === 'vector' ? left.series : right.kind === 'vector' ? right.series : [];
  const scalarLeft = left.kind === 'scalar';
  const series = vector.map((item) =>
    mapSeries(item, count, (value) => {
      const [a, b] = scalarLeft ? [scalar, value] : [value, scalar];
      // A comparison that filters answers the series' value, on whichever side that stands.
      const result = applied(operator, a, b, !operator.bool);
      return result !== undefined && isFilter(operator) ? value : result;
    })
  );
  return { kind: 'vector', series };
}

function isFilter({ op, bool }: Operator): boolean {
  return comparisons[op] !== undefined && !bool;
}

/** undefined where a comparison that filters does not hold. */
function applied({ op }: Operator, a: number, b: number, filter: boolean): number | undefined {
  const holds = comparisons[op]?.(a, b);
  if (holds !== undefined) {
    return filter ? (holds ? a : undefined) : Number(holds);
  }
  return arithmetic[op]?.(a, b);
}

function mapSeries(series: Series, count: number, map: (value: number) => number | undefined): Series {
  const result = newSeries(series.labels, count, series.key);
  for (let i = 0; i < count; i++) {
    const value = valueAt(series, i);
    const mapped = value === undefined ? undefined : map(value);
    if (mapped !== undefined) {
      setValue(result, i, mapped);
    }
  }
  return result;
}

function combineVectors(operator: Operator, left: Series[], right: Series[], count: number): Series[] {
  switch (operator.op) {
    case 'and':
      return left.map((item) => where(item, count, presence(right, operator.matching), operator.matching, true));
    case 'unless':
      return left.map((item) => where(item, count, presence(right, operator.matching), operator.matching, false));
    case 'or':
      return [
        ...left,
        ...right.map((item) => where(item, count, presence(left, operator.matching), operator.matching, false)),
      ];
    default:
      return matchVectors(operator, left, right, count);
  }
}

/** What has to be equal for two series to match. */
function signature(labels: Labels, { on, labels: names }: VectorMatching): string {
  return labelsText(groupLabels(labels, { without: !on, labels: names }));
}

/** By signature: the steps at which one of the series is there. */
function presence(series: readonly Series[], matching: VectorMatching): Map<string, Uint8Array> {
  const found = new Map<string, Uint8Array>();
  for (const { labels, present } of series) {
    const key = signature(labels, matching);
    const known = found.get(key);
    found.set(key, known ? known.map((there, i) => there | (present[i] ?? 0)) : present);
  }
  return found;
}

function where(
  item: Series,
  count: number,
  other: Map<string, Uint8Array>,
  matching: VectorMatching,
  wanted: boolean
): Series {
  const there = other.get(signature(item.labels, matching));
  const result = newSeries(item.labels, count, item.key);
  for (let i = 0; i < count; i++) {
    const value = valueAt(item, i);
    if (value !== undefined && (there?.[i] === 1) === wanted) {
      setValue(result, i, value);
    }
  }
  return result;
}

/** Pairs the series of the side where several may match (`many`) with those of the other (`one`). */
function matchVectors(operator: Operator, left: Series[], right: Series[], count: number): Series[] {
  const { matching } = operator;
  const swapped = matching.many === 'right';
  const [many, one] = swapped ? [right, left] : [left, right];
  const ones = groupBySignature(one, matching);
  checkOnes(ones, count, swapped);
  const results = new Map<string, Series>();
  for (const item of many) {
    for (const partner of ones.get(signature(item.labels, matching)) ?? []) {
      const labels = resultLabels(item.labels, partner.labels, matching);
      const key = matching.many === undefined ? signature(item.labels, matching) : labelsText(labels);
      const result = results.get(key) ?? newSeries(labels, count);
      results.set(key, result);
      join(operator, swapped, item, partner, result);
    }
  }
  return [...results.values()];
}

function groupBySignature(series: readonly Series[], matching: VectorMatching): Map<string, Series[]> {
  const groups = new Map<string, Series[]>();
  for (const item of series) {
    const key = signature(item.labels, matching);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return groups;
}

function join(operator: Operator, swapped: boolean, item: Series, partner: Series, result: Series): void {
  const taken = new Uint8Array(result.present);
  for (let i = 0; i < result.values.length; i++) {
    const a = valueAt(swapped ? partner : item, i);
    const b = valueAt(swapped ? item : partner, i);
    if (a === undefined || b === undefined) {
      continue;
    }
    if (taken[i]) {
      throw badRequest(
        operator.matching.many === undefined
          ? 'multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)'
          : 'multiple matches for labels: grouping labels must ensure unique matches'
      );
    }
    const value = applied(operator, a, b, !operator.bool);
    if (value !== undefined) {
      setValue(result, i, value);
    }
  }
}

function checkOnes(ones: Map<string, Series[]>, count: number, swapped: boolean): void {
  for (const group of ones.values()) {
    for (let i = 0; group.length > 1 && i < count; i++) {
      if (group.filter(({ present }) => present[i] === 1).length > 1) {
        const side = swapped ? 'left' : 'right';
        throw badRequest(
          `found duplicate series on the ${side} hand-side;many-to-many matching not allowed: matching labels must be unique on one side`
        );
      }
    }
  }
}

function resultLabels(many: Labels, one: Labels, matching: VectorMatching): Labels {
  const own =
    matching.many === undefined ? groupLabels(many, { without: !matching.on, labels: matching.labels }) : many;
  const labels = new Map(own);
  for (const name of matching.include) {
    const value = one.get(name);
    if (value === undefined || value === '') {
      labels.delete(name);
    } else {
      labels.set(name, value);
    }
  }
  return labelsOf(labels);
}
