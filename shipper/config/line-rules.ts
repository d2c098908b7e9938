import * as z from 'zod';
import { compileRe2 } from '../common/re2';
import { globs } from './selection';
import { flagForm } from './settings';
import { bytes, parsedWith, wholeNumberFrom } from './units';

/** An RE2 regular expression, as text. */
const pattern = parsedWith((text) => {
  compileRe2(text);
  return text;
});

const ruleName = z.string().regex(/^[A-Za-z0-9][\w.-]{0,63}$/, 'must be letters, digits, - _ . (at most 64)');

/** The containers that a rule is for: all where nothing is given. */
const scope = { namespaces: globs.optional(), pods: globs.optional(), containers: globs.optional() };

/** In a flag `NAME=REGEX`. */
const named = (value: unknown) => {
  const [, name, match] = typeof value === 'string' ? (/^([^=]*)=(.*)$/s.exec(value) ?? []) : [];
  return name === undefined ? value : { name, match };
};

const dropRule = z.preprocess(
  named,
  z.strictObject({ name: ruleName, match: pattern, ...scope }, 'expected name and match (in a flag: NAME=REGEX)')
);
const redactRule = z.preprocess(
  named,
  z.strictObject(
    { name: ruleName, match: pattern, with: z.string().prefault('[redacted]'), ...scope },
    'expected name and match (in a flag: NAME=REGEX)'
  )
);
const multilineRule = z.preprocess(
  (value) => (typeof value === 'string' ? { 'first-line': value } : value),
  z.strictObject(
    {
      'first-line': pattern,
      'max-lines': wholeNumberFrom(2).prefault(500),
      'max-size': bytes.prefault('256KB'),
      ...scope,
    },
    'expected first-line (in a flag: REGEX)'
  )
);

const unique = (rules: ReadonlyArray<{ name: string }>) => new Set(rules.map(({ name }) => name)).size === rules.length;

/** What is done to the lines before they leave the node. */
export const lineRuleSettings = {
  drop: z
    .array(dropRule, 'expected a list of rules')
    .refine(unique, 'two rules have the same name')
    .prefault([])
    .describe('drop lines that match an RE2 regular expression; counted by rule in the container record')
    .register(flagForm, { value: 'name=regex', repeatable: true }),
  redact: z
    .array(redactRule, 'expected a list of rules')
    .refine(unique, 'two rules have the same name')
    .prefault([])
    .describe('replace what an RE2 regular expression matches, before it leaves the node')
    .register(flagForm, { value: 'name=regex', repeatable: true }),
  multiline: z
    .array(multilineRule, 'expected a list of rules')
    .prefault([])
    .describe('join lines into one entry that begins with a line matching this RE2 regular expression')
    .register(flagForm, { value: 'first line', repeatable: true }),
};

export interface LineRuleSettings {
  drop: ReadonlyArray<z.output<typeof dropRule>>;
  redact: ReadonlyArray<z.output<typeof redactRule>>;
  multiline: ReadonlyArray<z.output<typeof multilineRule>>;
}
