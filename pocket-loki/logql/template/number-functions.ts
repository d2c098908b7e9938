import { parseBytes, parseDuration } from '../../common/units';
import { onIntegers, onNumbers, onText, type TemplateFunction, type TemplateFunctions } from './calls';
import { TemplateError } from './values';

/** Go's integers have 64 bits, and go round. */
const int64 = (n: bigint) => BigInt.asIntN(64, n);

export const numberFunctions: TemplateFunctions = {
  int: onIntegers((n = 0n) => n),
  float64: onNumbers((n = 0) => n),
  add: onIntegers((...all) => int64(all.reduce((a, b) => a + b, 0n))),
  sub: onIntegers((a = 0n, b = 0n) => int64(a - b)),
  mul: onIntegers((...all) => all.reduce((a, b) => int64(a * b), 1n)),
  div: division((a, b) => a / b),
  mod: division((a, b) => a % b),
  max: onIntegers((...all) => all.reduce((a, b) => (a > b ? a : b))),
  min: onIntegers((...all) => all.reduce((a, b) => (a < b ? a : b))),
  addf: onNumbers((...all) => all.reduce((a, b) => a + b)),
  subf: onNumbers((...all) => all.reduce((a, b) => a - b)),
  mulf: onNumbers((...all) => all.reduce((a, b) => a * b)),
  divf: onNumbers((...all) => all.reduce((a, b) => a / b)),
  maxf: onNumbers((...all) => Math.max(...all)),
  minf: onNumbers((...all) => Math.min(...all)),
  ceil: onNumbers((n = 0) => Math.ceil(n)),
  floor: onNumbers((n = 0) => Math.floor(n)),
  round: onNumbers((n = 0, digits = 0) => Math.round(n * 10 ** digits) / 10 ** digits),
  bytes: onText((s = '') => parsed(parseBytes(s), `strconv.ParseFloat: parsing "${s}": invalid syntax`)),
  duration: onText(seconds),
  duration_seconds: onText(seconds),
};

function division(f: (a: bigint, b: bigint) => bigint): TemplateFunction {
  return onIntegers((a = 0n, b = 0n) => {
    if (b === 0n) {
      throw new TemplateError('runtime error: integer divide by zero');
    }
    return f(a, b);
  });
}

function seconds(s = ''): number {
  const ns = parsed(parseDuration(s), `time: invalid duration "${s}"`);
  return Number(ns) / 1e9;
}

function parsed<T>(value: T | undefined, problem: string): T {
  if (value === undefined) {
    throw new TemplateError(problem);
  }
  return value;
}
