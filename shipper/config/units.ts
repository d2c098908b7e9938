import * as z from 'zod';

const durationUnits: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const sizeUnits: Record<string, number> = {
  '': 1,
  B: 1,
  KB: 1024,
  MB: 1024 ** 2,
  GB: 1024 ** 3,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
};

/** A duration such as `500ms`, `1s`, `5m`, `1h30m`, `7d`; in milliseconds. */
export const duration = z.union([z.string(), z.number()]).transform((value, context) => {
  const text = String(value);
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)];
  if (parts.length === 0 || parts.map(([whole]) => whole).join('') !== text) {
    context.addIssue({ code: 'custom', message: `"${text}" is no duration; write for example 500ms, 1s, 5m` });
    return z.NEVER;
  }
  return parts.reduce((sum, [, number, unit]) => sum + Number(number) * (durationUnits[unit ?? ''] ?? 0), 0);
});

/** A size such as `1MiB`, `256KB` (1024-based, as Loki's configuration has it); in bytes. */
export const bytes = z.union([z.string(), z.number()]).transform((value, context) => {
  const match = /^(\d+(?:\.\d+)?)\s*([KMG]?i?B?)$/.exec(String(value));
  const factor = sizeUnits[match?.[2] ?? '?'];
  if (!match || factor === undefined) {
    context.addIssue({ code: 'custom', message: `"${value}" is no size; write for example 1MiB` });
    return z.NEVER;
  }
  return Math.round(Number(match[1]) * factor);
});

/** A list, in YAML as such, in a flag with commas. */
export const list = z
  .union([z.array(z.string()), z.string()])
  .transform((value) => (typeof value === 'string' ? value.split(',').map((part) => part.trim()) : value))
  .transform((parts) => parts.filter((part) => part !== ''));

/** A whole number, in a flag as text. */
export const count = z.coerce.number().int().min(1);

/** Yes or no; a flag alone means yes. */
export const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]);
