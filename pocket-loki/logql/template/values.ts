/** What a template computes with: labels are strings, the rest comes from literals and functions. Integers are bigint. */
export type Value = string | number | bigint | boolean | undefined | Time | Value[] | Map<string, Value>;

/** A moment, in nanoseconds since 1970. */
export class Time {
  constructor(readonly ns: bigint) {}
}

/** A template fails on one entry: the entry is marked, the query goes on. */
export class TemplateError extends Error {}

/** The longest text that a template or a function of it may make: one that doubles a text would fill any memory. */
export const longestText = 1 << 20;

/** @throws TemplateError where a text is longer than templates may make, or would become so */
export function limitText<T extends string | number>(text: T, what: string): T {
  if ((typeof text === 'number' ? text : text.length) > longestText) {
    throw new TemplateError(`${what}: the result would be longer than ${longestText} characters`);
  }
  return text;
}

/** Go's idea of what counts as true in `if`. */
export function isTrue(value: Value): boolean {
  if (Array.isArray(value)) {
    return value.length > 0;
  }
  return value instanceof Map ? value.size > 0 : value instanceof Time || Boolean(value);
}

/** The text of a value, as Go's `%v` prints it. */
export function textOf(value: Value): string {
  if (value === undefined) {
    return '<no value>';
  }
  if (Array.isArray(value)) {
    return `[${value.map(textOf).join(' ')}]`;
  }
  if (value instanceof Map) {
    const pairs = [...value].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => `${key}:${textOf(item)}`);
    return `map[${pairs.join(' ')}]`;
  }
  return value instanceof Time ? `${value.ns}` : typeof value === 'number' ? numberText(value) : String(value);
}

function numberText(value: number): string {
  if (!Number.isFinite(value)) {
    return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
  }
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e');
  const power = Number(exponent);
  return power >= -4 && power < 6 ? decimal(value) : `${mantissa}e${goExponent(exponent)}`;
}

/** JavaScript itself writes an exponent below a millionth only, which does not come here. */
const decimal = String;

export function goExponent(exponent: string): string {
  return exponent.replace(/^([-+])(\d)$/, '$10$2');
}

export function numberOf(value: Value): number {
  if (typeof value === 'number' || typeof value === 'bigint') {
    return Number(value);
  }
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : Number(value === true);
  return Number.isNaN(number) ? 0 : number;
}

export function integerOf(value: Value): bigint {
  if (typeof value === 'bigint') {
    return value;
  }
  const integral = typeof value !== 'string' || /^[-+]?\d+(?:\.0*)?$/.test(value);
  const number = integral ? Math.trunc(numberOf(value)) : 0;
  return Number.isFinite(number) ? BigInt.asIntN(64, BigInt(number)) : 0n;
}
