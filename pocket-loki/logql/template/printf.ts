import { quote } from '../../common/go-string';
import { goExponent, longestText, numberOf, TemplateError, textOf, type Value } from './values';

const verb = /%([-+ 0#]*)(\d+)?(?:\.(\d+))?([a-zA-Z%])/g;

/** A width or precision beyond this is none for Go's `Sprintf`, which gives up the rest of the format. */
const largestWidth = 1_000_000;

/** Go's `Sprintf`, for the verbs `s v q d f e g x X c t %`. @throws TemplateError where the result is too long */
export function printf(format: string, args: readonly Value[]): string {
  const tooWide = firstTooWide(format);
  if (tooWide !== undefined) {
    return printf(`${format.slice(0, tooWide)}%%!(NOVERB)`, args);
  }
  let next = 0;
  let length = 0;
  const out = format.replace(
    verb,
    (_, flags: string, width: string | undefined, precision: string | undefined, letter: string) => {
      if (letter === '%') {
        return '%';
      }
      if (next >= args.length) {
        return `%!${letter}(MISSING)`;
      }
      const digits = precision === undefined ? undefined : Number(precision);
      const text = formatted(letter, args[next++], digits, flags);
      length += Math.max(text.length, Number(width ?? 0));
      if (length > longestText) {
        throw new TemplateError(`printf: the result would be longer than ${longestText} characters`);
      }
      return pad(text, Number(width ?? 0), flags, letter);
    }
  );
  const extra = args.slice(next).map((arg) => `${typeName(arg)}=${textOf(arg)}`);
  return extra.length === 0 ? out : `${out}%!(EXTRA ${extra.join(', ')})`;
}

function firstTooWide(format: string): number | undefined {
  for (const match of format.matchAll(verb)) {
    if (Number(match[2] ?? 0) > largestWidth || Number(match[3] ?? 0) > largestWidth) {
      return match.index;
    }
  }
  return undefined;
}

function formatted(letter: string, arg: Value, precision: number | undefined, flags: string): string {
  const plus = flags.includes('+') && numberOf(arg) >= 0 ? '+' : '';
  switch (letter) {
    case 's':
    case 'v':
      return precision === undefined ? textOf(arg) : [...textOf(arg)].slice(0, precision).join('');
    case 'q':
      return quote(textOf(arg));
    case 't':
      return String(arg);
    case 'c':
      return characterOf(numberOf(arg));
    case 'x':
    case 'X': {
      const hex = typeof arg === 'bigint' ? arg.toString(16) : Buffer.from(textOf(arg)).toString('hex');
      return letter === 'X' ? hex.toUpperCase() : hex;
    }
    case 'd':
      return typeof arg === 'bigint' ? plus + arg : mismatch(letter, arg);
    default:
      return typeof arg === 'number' ? plus + float(letter, arg, precision) : mismatch(letter, arg);
  }
}

/** What is no character is shown as the replacement character, as in Go. */
function characterOf(code: number): string {
  return Number.isInteger(code) && code >= 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
}

function float(letter: string, value: number, precision: number | undefined): string {
  switch (letter) {
    case 'f':
    case 'F':
      return value.toFixed(Math.min(precision ?? 6, 100));
    case 'e':
      return value.toExponential(Math.min(precision ?? 6, 100)).replace(/[-+]\d$/, goExponent);
    case 'g':
      return textOf(precision === undefined ? value : Number(value.toPrecision(Math.min(Math.max(precision, 1), 100))));
    default:
      return mismatch(letter, value);
  }
}

function mismatch(letter: string, value: Value): string {
  return `%!${letter}(${typeName(value)}=${textOf(value)})`;
}

function pad(text: string, width: number, flags: string, letter: string): string {
  if (flags.includes('-')) {
    return text.padEnd(width);
  }
  const zeros = flags.includes('0') && 'dfFegxX'.includes(letter);
  const sign = zeros ? (/^[-+]/.exec(text)?.[0] ?? '') : '';
  return zeros ? sign + text.slice(sign.length).padStart(width - sign.length, '0') : text.padStart(width);
}

const typeNames: Record<string, string> = { number: 'float64', bigint: 'int', boolean: 'bool', string: 'string' };

function typeName(value: Value): string {
  return typeNames[typeof value] ?? 'interface {}';
}
