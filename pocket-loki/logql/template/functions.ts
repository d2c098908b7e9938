import { countOf, onText, type TemplateFunction, type TemplateFunctions } from './calls';
import { numberFunctions } from './number-functions';
import { printf } from './printf';
import { stringFunctions } from './string-functions';
import { timeFunctions } from './time-functions';
import { isTrue, numberOf, TemplateError, textOf, type Value } from './values';

/** What Go's text/template brings itself (https://pkg.go.dev/text/template#hdr-Functions). */
const goFunctions: TemplateFunctions = {
  eq: (a, ...others) => others.some((b) => order(a, b) === 0),
  ne: (a, b) => order(a, b) !== 0,
  lt: (a, b) => order(a, b) < 0,
  le: (a, b) => order(a, b) <= 0,
  gt: (a, b) => order(a, b) > 0,
  ge: (a, b) => order(a, b) >= 0,
  and: (...all) => (all.every(isTrue) ? all.at(-1) : all.find((value) => !isTrue(value))),
  or: (...all) => all.find(isTrue) ?? all.at(-1),
  not: (value) => !isTrue(value),
  len: (value) => BigInt(lengthOf(value)),
  index: (value, ...keys) => keys.reduce(child, value),
  print: (...all) => all.map(textOf).join(''),
  println: (...all) => `${all.map(textOf).join(' ')}\n`,
  printf: (format, ...args) => printf(textOf(format), args),
  fromJson: onText((s = '') => fromJson(s)),
};

/** The functions of Loki's templates (https://grafana.com/docs/loki/latest/query/template_functions). */
export const templateFunctions: ReadonlyMap<string, TemplateFunction> = new Map(
  Object.entries({ ...goFunctions, ...stringFunctions, ...numberFunctions, ...timeFunctions })
);

/** A field of a map, or an element of a list; undefined where there is none. */
function child(value: Value, key: Value): Value {
  return value instanceof Map ? value.get(textOf(key)) : Array.isArray(value) ? value[countOf(key)] : undefined;
}

function lengthOf(value: Value): number {
  return Array.isArray(value) ? value.length : value instanceof Map ? value.size : Buffer.byteLength(textOf(value));
}

function order(a: Value, b: Value): number {
  if (typeof a !== typeof b) {
    throw new TemplateError('incompatible types for comparison');
  }
  if (typeof a === 'number' || typeof a === 'bigint') {
    return numberOf(a) - numberOf(b);
  }
  const [left, right] = [textOf(a), textOf(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

function fromJson(s: string): Value {
  try {
    return valueOf(JSON.parse(s));
  } catch {
    // What is no JSON is nothing, as with sprig's function.
    return undefined;
  }
}

function valueOf(json: unknown): Value {
  if (Array.isArray(json)) {
    return json.map(valueOf);
  }
  if (typeof json === 'object' && json !== null) {
    return new Map(Object.entries(json).map(([key, value]) => [key, valueOf(value)]));
  }
  return typeof json === 'string' || typeof json === 'number' || typeof json === 'boolean' ? json : undefined;
}
