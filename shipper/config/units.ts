import * as z from 'zod';
import { UserError } from '../common/user-error';

/** As in Prometheus' and Loki's configuration: a day has 24 hours, a week 7 days, a year 365. */
const DURATION_UNITS_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_536_000_000,
};

/**
 * A duration such as `500ms`, `1.5s`, `1h30m`, `7d`, `2w`, or `0`, in milliseconds; undefined where the text is none.
 * Reads whatever Go's, Kubernetes' and Loki's configuration can hold, except for negative durations.
 */
export function parseDurationMs(text: string): number | undefined {
  if (text === '0') {
    return 0;
  }
  if (!/^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h|d|w|y))+$/.test(text)) {
    return undefined;
  }
  let durationMs = 0;
  for (const [, amount, unit = ''] of text.matchAll(/(\d+(?:\.\d+)?)([a-zµ]+)/g)) {
    durationMs += Number(amount) * (DURATION_UNITS_MS[unit] ?? 0);
  }
  return durationMs;
}

/** `KB` and `KiB` are both 1024 bytes, as in Loki's configuration; `Ki` is Kubernetes' way to write it. */
const SIZE_POWERS: Readonly<Record<string, number>> = { K: 1, M: 2, G: 3, T: 4 };

/** A size such as `1MiB`, `256KB`, `512Mi` or `4096`, in bytes; undefined where the text is none. */
function parseSizeBytes(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*(?:B|([KMGT])(?:i?B|i))?$/.exec(text);
  const power = match?.[2] === undefined ? 0 : SIZE_POWERS[match[2]];
  return match && power !== undefined ? Math.round(Number(match[1]) * 1024 ** power) : undefined;
}

/** A setting that a parser reads, which throws a UserError for what it cannot read. */
export const parsedWith = <T>(parse: (text: string) => T) =>
  z.string().transform((text, context): T => {
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof UserError)) {
        throw error;
      }
      context.addIssue({ code: 'custom', message: error.message });
      return z.NEVER;
    }
  });

const textOrNumber = z.union([z.string(), z.number()], { error: 'expected a text or a number' }).transform(String);

/** A duration in milliseconds; 0 is one. */
export const duration = textOrNumber.transform((text, context) => {
  const durationMs = parseDurationMs(text);
  if (durationMs === undefined) {
    context.addIssue({ code: 'custom', message: `invalid duration "${text}" (example: 1h30m)` });
    return z.NEVER;
  }
  return durationMs;
});

/** A duration above 0, in milliseconds. */
export const positiveDuration = duration.refine((durationMs) => durationMs > 0, 'must be longer than 0');

/** A size in bytes. */
export const bytes = textOrNumber.transform((text, context) => {
  const size = parseSizeBytes(text);
  if (size === undefined) {
    context.addIssue({ code: 'custom', message: `invalid size "${text}" (example: 1MiB)` });
    return z.NEVER;
  }
  return size;
});

/** A list: in YAML as such, in a flag with commas, or the flag several times. */
export const list = z
  .union([z.array(z.string()), z.string()], { error: 'expected a list of texts' })
  .transform((value) => [value].flat().flatMap((part) => part.split(',')))
  .transform((parts) => parts.map((part) => part.trim()).filter((part) => part !== ''));

/** Names with values: in YAML a map, in a flag `name=value`, the flag several times. */
export const pairs = z
  .union([z.array(z.string()), z.string(), z.record(z.string(), textOrNumber)], { error: 'expected a map of texts' })
  .transform((given, context): Record<string, string> => {
    if (typeof given === 'object' && !Array.isArray(given)) {
      return given;
    }
    const texts = [given].flat();
    const wrong = texts.find((text) => !/^[^=]+=/s.test(text));
    if (wrong !== undefined) {
      context.addIssue({ code: 'custom', message: `invalid value "${wrong}" (expected name=value)` });
      return z.NEVER;
    }
    return Object.fromEntries(
      texts.map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)])
    );
  });

/** A whole number; in a flag as text. */
const wholeNumber = textOrNumber.transform((text, context) => {
  if (!/^-?\d{1,15}$/.test(text)) {
    context.addIssue({ code: 'custom', message: `invalid number "${text}" (example: 4)` });
    return z.NEVER;
  }
  return Number(text);
});

/** A whole number from this one on. */
export const wholeNumberFrom = (least: number) =>
  wholeNumber.refine((value) => value >= least, `must be ${least} or more`);

/** Yes or no; a flag alone means yes. */
export const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')], {
  error: 'expected true or false',
});
