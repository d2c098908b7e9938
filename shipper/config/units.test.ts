import { bytes, count, duration, list } from './units';

test.each([
  ['500ms', 500],
  ['1s', 1000],
  ['1.5s', 1500],
  ['5m', 300_000],
  ['1h30m', 5_400_000],
  ['7d', 604_800_000],
  ['0s', 0],
])('the duration %s', (text, ms) => {
  expect(duration.parse(text)).toBe(ms);
});

test.each(['', '5', 5, '5 s', '1x', 's', '1s!', '-1s', 'x1s'])('%p is no duration, and the error says so', (text) => {
  const { error } = duration.safeParse(text);
  expect(error?.issues[0]?.message).toBe(`"${text}" is no duration; write for example 500ms, 1s, 5m`);
});

test.each([
  ['1MiB', 1_048_576],
  ['1MB', 1_048_576],
  ['256KB', 262_144],
  ['256 KiB', 262_144],
  ['1.5KiB', 1536],
  ['1GB', 1_073_741_824],
  ['512B', 512],
  ['512', 512],
  [512, 512],
])('the size %p', (text, size) => {
  expect(bytes.parse(text)).toBe(size);
});

test.each(['', 'MB', '1TB', '1K', '1iB', '-1B', '1 M B'])('%p is no size, and the error says so', (text) => {
  const { error } = bytes.safeParse(text);
  expect(error?.issues[0]?.message).toBe(`"${text}" is no size; write for example 1MiB`);
});

test('a list is given as such or with commas', () => {
  expect(list.parse(['a', 'b'])).toEqual(['a', 'b']);
  expect(list.parse(' a, b ,,')).toEqual(['a', 'b']);
  expect(list.parse('')).toEqual([]);
});

test('a count is whole and at least one', () => {
  expect([count.parse('4'), count.parse(4)]).toEqual([4, 4]);
  expect(['0', '1.5', 'many'].map((text) => count.safeParse(text).success)).toEqual([false, false, false]);
});
