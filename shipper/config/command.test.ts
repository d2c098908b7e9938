import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { UserError } from '../common/user-error';
import { defineCommand } from './command';
import { flagForm, type SettingsGroup } from './settings';
import { runWith } from './testing/run-with';
import { duration, flag, list, wholeNumberFrom } from './units';

const group = {
  heading: 'Options:',
  schema: z.strictObject({
    batch: z.strictObject({
      wait: duration.prefault('1s').describe('time to wait'),
      size: wholeNumberFrom(1).prefault(4).describe('number of lines'),
    }),
    output: z.enum(['text', 'json']).prefault('text').register(flagForm, { short: 'o', value: 'format' }),
    namespace: list.prefault([]).register(flagForm, { value: 'name', repeatable: true }),
    follow: flag.prefault(false).register(flagForm, { short: 'f' }),
    color: flag.prefault(true).describe('print without colors'),
    election: flag.optional().register(flagForm, { negatable: true }),
  }),
} satisfies SettingsGroup;
const once = {
  heading: 'Once:',
  schema: z.strictObject({ once: flag.prefault(false), 'once.timeout': duration.prefault('60s') }),
  flagsOnly: true,
} satisfies SettingsGroup;

const dir = mkdtempSync(join(tmpdir(), 'afterlog-command-'));
const file = join(dir, 'command.yaml');
afterAll(() => rmSync(dir, { recursive: true }));

const read = (...flags: string[]) => runWith([group, once], flags).read(group);
function readFile(yaml: string, ...flags: string[]) {
  writeFileSync(file, yaml);
  return read('--config', file, ...flags);
}

/** The error's text, which must be one for the person at the terminal. */
function problem(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return error instanceof UserError ? error.message : '';
  }
  throw new Error('no error');
}

test('nothing set gives the defaults', () => {
  const defaults = { batch: { wait: 1000, size: 4 }, output: 'text', namespace: [], follow: false, color: true };
  expect(read()).toEqual(defaults);
  expect(readFile('')).toEqual(defaults);
  expect(readFile('batch:\n# wait: 2s\n')).toEqual(defaults);
});

test('the file is read, and flags override it', () => {
  const yaml = 'batch: {wait: 1w, size: 2}\nnamespace: [a, b]\nfollow: true\ncolor: false\nelection: true\n';
  const fromFile = { batch: { wait: 604_800_000, size: 2 }, namespace: ['a', 'b'], follow: true, color: false };
  expect(readFile(yaml)).toMatchObject({ ...fromFile, election: true });
  expect(readFile(yaml, '--batch.wait', '2w', '--follow=false', '--no-election', '--namespace', 'c,d')).toMatchObject({
    batch: { wait: 1_209_600_000, size: 2 },
    namespace: ['c', 'd'],
    follow: false,
    election: false,
  });
});

test('switches, repeated flags and short ones', () => {
  expect(read('-f', '-o', 'json', '--namespace', 'a', '--namespace', 'b', '--no-color')).toMatchObject({
    follow: true,
    output: 'json',
    namespace: ['a', 'b'],
    color: false,
  });
  expect(read('--election').election).toBe(true);
});

test('a switch does not take the argument that follows it', () => {
  const input = runWith([group], ['-f', 'web-0', '--election', 'web-1'], '<what...>');
  expect(input.words).toEqual(['web-0', 'web-1']);
  expect(input.read(group)).toMatchObject({ follow: true, election: true });
});

test('a group of flags only has no keys in the file', () => {
  expect(runWith([group, once], ['--once', '--once.timeout', '5s']).read(once)).toEqual({
    once: true,
    'once.timeout': 5000,
  });
  expect(problem(() => readFile('once: true'))).toContain('unknown key "once"');
  writeFileSync(file, 'once: true');
  expect(runWith([group, once], ['--config', file]).read(once).once).toBe(false);
});

test.each([
  ['batch: {wiat: 1s}', ' line 1: unknown key "batch.wiat"; did you mean "batch.wait"?'],
  ['\nbacth:\n  wait: 1s', ' line 2: unknown key "bacth"; did you mean "batch"?'],
  ['outptu: json', ' line 1: unknown key "outptu"; did you mean "output"?'],
  ['somethingElse: 1', ' line 1: unknown key "somethingElse"; known keys: batch, output, namespace, follow'],
  ['batch: 5s', ' line 1: batch: expected keys: wait, size'],
  ['- a', ' expected keys such as "batch:"'],
  ['batch: {wait: "x', ' Missing closing "quote'],
  ['batch: *there', ' Unresolved alias'],
  [
    `a: &a [x]\n${[...'bcdefgh'].map((name, i) => `${name}: &${name} [${`*${'abcdefgh'[i]},`.repeat(9)}]`).join('\n')}`,
    ' Excessive alias count',
  ],
  ['follow: true\nbatch:\n  wait: soon', ' line 3: batch.wait: invalid duration "soon" (example: 1h30m)'],
  ['batch: {size: [1]}', ' line 1: batch.size: expected a text or a number'],
  ['follow: maybe', ' line 1: follow: expected true or false'],
  ['output: xml', ' line 1: output: invalid value "xml" (one of: text, json)'],
])('the file %j is refused by its name', (yaml, message) => {
  const text = problem(() => readFile(yaml));
  expect(text.slice(0, file.length + 1)).toBe(`${file}:`);
  expect(text.slice(file.length + 1)).toContain(message);
});

test.each([
  [['--batch.wait', 'soon'], '--batch.wait: invalid duration "soon" (example: 1h30m)'],
  [['--batch.size', '0'], '--batch.size: must be 1 or more'],
  [['-o', 'xml'], '--output: invalid value "xml" (one of: text, json)'],
  [['--config', join(dir, 'absent')], `--config ${join(dir, 'absent')}: `],
])('the flags %j are refused by their name', (flags, message) => {
  expect(problem(() => read(...flags))).toContain(message);
});

test('an error of a flag is not blamed on the file that has the key, too', () => {
  expect(problem(() => readFile('batch: {wait: 1s}', '--batch.wait', 'soon'))).toContain('--batch.wait: invalid');
});

test('an unknown flag is named, with the nearest one', () => {
  expect(() => read('--batch.wiat', '1s')).toThrow(/unknown option '--batch.wiat'\n\(Did you mean --batch.wait\?\)/);
});

test('the help has flags with their defaults, groups and examples', () => {
  const help = defineCommand({
    name: 'ship',
    description: 'Ship logs.',
    groups: [group, once],
    examples: [['ship -f', 'for ever']],
    run: () => Promise.resolve(),
  });
  let text = '';
  help.configureOutput({ writeOut: (part) => (text += part), getOutHelpWidth: () => 120 }).outputHelp();
  expect(text).toMatch(/--batch.wait <value> +time to wait \(default 1s\)/);
  expect(text).toMatch(/-o, --output <format> +\(default text\)/);
  expect(text).toContain('Once:');
  expect(text).toContain('--config <file>');
  expect(text).toContain('Examples:\n  afterlog ship -f   # for ever\n');
});
