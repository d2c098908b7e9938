import * as z from 'zod';
import { UserError } from '../common/user-error';
import { bytes, duration, flag, list, parsedWith, positiveDuration, wholeNumberFrom } from './units';

const messageOf = (schema: z.ZodType, value: unknown) => schema.safeParse(value).error?.issues[0]?.message;

test.each([
  ['500ms', 500],
  ['1s', 1000],
  ['1.5s', 1500],
  ['5m', 300_000],
  ['5m0s', 300_000],
  ['1h30m', 5_400_000],
  ['7d', 604_800_000],
  ['1w', 604_800_000],
  ['1w2d', 777_600_000],
  ['1y', 31_536_000_000],
  ['2500us', 2.5],
  ['0s', 0],
  ['0', 0],
  [0, 0],
])('the duration %s', (text, ms) => {
  expect(duration.parse(text)).toBe(ms);
});

test.each(['', '5', 5, '5 s', '1x', 's', '1s!', '-1s', 'x1s', '1W'])('%p is an invalid duration', (text) => {
  expect(messageOf(duration, text)).toBe(`invalid duration "${text}" (example: 1h30m)`);
});

test('an interval is longer than 0', () => {
  expect(positiveDuration.parse('1ms')).toBe(1);
  expect(messageOf(positiveDuration, '0s')).toBe('must be longer than 0');
});

test.each([
  ['1MiB', 1_048_576],
  ['1MB', 1_048_576],
  ['512Mi', 536_870_912],
  ['256KB', 262_144],
  ['256 KiB', 262_144],
  ['1.5KiB', 1536],
  ['1GB', 1_073_741_824],
  ['1TiB', 1_099_511_627_776],
  ['512B', 512],
  ['512', 512],
  [512, 512],
])('the size %p', (text, size) => {
  expect(bytes.parse(text)).toBe(size);
});

test.each(['', 'MB', '1K', '1iB', '-1B', '1 M B', '1kb'])('%p is an invalid size', (text) => {
  expect(messageOf(bytes, text)).toBe(`invalid size "${text}" (example: 1MiB)`);
});

test('a list is given as such, with commas, or both', () => {
  expect(list.parse(['a', 'b'])).toEqual(['a', 'b']);
  expect(list.parse(' a, b ,,')).toEqual(['a', 'b']);
  expect(list.parse(['a,b', 'c'])).toEqual(['a', 'b', 'c']);
  expect(list.parse('')).toEqual([]);
});

test('a whole number has a least one', () => {
  const count = wholeNumberFrom(1);
  expect([count.parse('4'), count.parse(4)]).toEqual([4, 4]);
  expect(['0', '1.5', 'many', ''].map((text) => messageOf(count, text))).toEqual([
    'must be 1 or more',
    'invalid number "1.5" (example: 4)',
    'invalid number "many" (example: 4)',
    'invalid number "" (example: 4)',
  ]);
});

test('a flag is true, false, or alone', () => {
  expect(['true', 'false', true].map((value) => flag.parse(value))).toEqual([true, false, true]);
  expect(messageOf(flag, 'yes')).toBe('expected true or false');
});

test("a parser's own error is the setting's; any other is a fault", () => {
  const parse = (text: string) => {
    throw text === 'user' ? new UserError('not that') : new TypeError('broken');
  };
  expect(messageOf(parsedWith(parse), 'user')).toBe('not that');
  expect(() => parsedWith(parse).parse('other')).toThrow('broken');
});
