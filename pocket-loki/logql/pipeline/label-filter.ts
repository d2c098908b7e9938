import { parseBytes, parseGoSeconds } from '../../common/units';
import type { Comparison, LabelFilter } from '../syntax/ast';
import type { EntryLabels } from '../rows/entry-labels';
import { compileIp } from '../matching/ip';
import { compileMatcher } from '../matching/matcher';
import { parseFloatLabel } from '../matching/number-label';

export type LabelTest = (labels: EntryLabels) => boolean;

const labelFilterError = 'LabelFilterErr';

const compare: Record<Comparison, (a: number, b: number) => boolean> = {
  '=': (a, b) => a === b,
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
};

const parse = {
  number: parseFloatLabel,
  duration: parseGoSeconds,
  bytes: parseBytes,
};

const invalid = {
  number: (text: string) => `strconv.ParseFloat: parsing "${text}": invalid syntax`,
  duration: (text: string) => `time: invalid duration "${text}"`,
  bytes: (text: string) => `strconv.ParseFloat: parsing "${text}": invalid syntax`,
};

/** @throws RequestError 400 where a pattern is invalid */
export function compileLabelFilter(filter: LabelFilter): LabelTest {
  switch (filter.kind) {
    case 'and':
    case 'or': {
      const left = compileLabelFilter(filter.left);
      const right = compileLabelFilter(filter.right);
      return filter.kind === 'or'
        ? (labels) => left(labels) || right(labels)
        : (labels) => {
            const passes = left(labels);
            return right(labels) && passes;
          };
    }
    case 'match': {
      const { name } = filter.matcher;
      const test = compileMatcher(filter.matcher);
      return (labels) => test(labels.get(name) ?? '');
    }
    case 'ip': {
      const test = compileIp(filter.pattern);
      return (labels) => ipPasses(labels, filter.name, (text) => test(text) === (filter.op === '='));
    }
    default:
      return compileNumeric(filter);
  }
}

/** A label that is missing fails; one that is no number passes, and the entry is marked. */
function compileNumeric(filter: Extract<LabelFilter, { value: number }>): LabelTest {
  const { kind, name, op, value } = filter;
  return (labels) => {
    const text = labels.get(name);
    if (text === undefined) {
      return false;
    }
    const number = parse[kind](text);
    if (number === undefined) {
      if (!labels.hasError) {
        labels.fail(labelFilterError, invalid[kind](text));
      }
      return true;
    }
    return compare[op](number, value);
  };
}

function ipPasses(labels: EntryLabels, name: string, test: (text: string) => boolean): boolean {
  // Loki lets entries with an error pass, for the filters on `__error__` to judge.
  if (labels.hasError) {
    return true;
  }
  const text = labels.get(name);
  return text !== undefined && test(text);
}
