import { formatNs, formatTime, parseNs } from './time';

const second = 1_795_478_400n * 1_000_000_000n; // 2026-11-24T00:00:00Z

test.each([
  ['2026-11-24T00:00:00Z', second],
  ['2026-11-24T00:00:00.1Z', second + 100_000_000n],
  ['2026-11-24T00:00:00.000000001Z', second + 1n],
  ['2026-11-24T00:00:00.123456789987Z', second + 123_456_789n],
  ['2026-11-24T01:30:00+01:30', second],
  ['2026-11-23T19:00:00.5-05:00', second + 500_000_000n],
  ['2026-11-24t00:00:00z', second],
  ['2026-11-24 00:00:00Z', second],
  ['1969-12-31T23:59:59.25Z', -750_000_000n],
  ['2026-11-24T00:00:00', undefined],
  ['2026-13-24T00:00:00Z', undefined],
  ['2026-11-24T25:00:00Z', undefined],
  ['2026-11-24T00:00:00.Z', undefined],
  ['2026-11-24', undefined],
  ['', undefined],
])('%p is %p', (text, ns) => {
  expect(parseNs(text)).toBe(ns);
});

test.each([
  [0n, '1970-01-01T00:00:00.000000000Z'],
  [second + 1n, '2026-11-24T00:00:00.000000001Z'],
  [second + 999_999_999n, '2026-11-24T00:00:00.999999999Z'],
])('%p is written as %s', (ns, text) => {
  expect(formatNs(ns)).toBe(text);
  expect(parseNs(text)).toBe(ns);
});

test('seconds and nanoseconds are written without loss', () => {
  expect(formatTime(1_795_478_400, 7)).toBe('2026-11-24T00:00:00.000000007Z');
});
