import { isPlausible, wallToNs, wallToUtcMs, zoneOffset } from './klog-time';

const wall = (month: number, day: number, hour: number, minute = 0) => ({
  month,
  day,
  hour,
  minute,
  second: 0,
  micros: 5,
});
const at = (iso: string): number => Date.parse(iso);

describe('the year of a header', () => {
  test('is the one nearest to the reference, across the turn of the year both ways', () => {
    expect(wallToUtcMs(wall(12, 31, 23), at('2027-01-01T02:00:00Z'))).toBe(at('2026-12-31T23:00:00Z'));
    expect(wallToUtcMs(wall(1, 1, 1), at('2026-12-31T20:00:00Z'))).toBe(at('2027-01-01T01:00:00Z'));
    expect(wallToUtcMs(wall(11, 23, 23), at('2026-11-23T23:30:00Z'))).toBe(at('2026-11-23T23:00:00Z'));
  });
});

describe('the zone of a header', () => {
  test.each([
    ['UTC', wall(11, 23, 23, 15), '2026-11-23T23:15:04Z', 0],
    ['Tokyo, a day ahead', wall(11, 24, 8, 15), '2026-11-23T23:15:04Z', 9 * 60],
    ['New York', wall(11, 23, 18, 15), '2026-11-23T23:15:01Z', -5 * 60],
    ['Kathmandu', wall(11, 24, 5, 0), '2026-11-23T23:15:00Z', 5 * 60 + 45],
    ['Tokyo on New Year', wall(1, 1, 8, 30), '2026-12-31T23:30:00Z', 9 * 60],
  ])('is found from a line just written: %s', (_, header, now, minutes) => {
    expect(zoneOffset(header, at(now))).toBe(minutes * 60_000);
    const ns = wallToNs(header, minutes * 60_000, at(now));
    expect(Math.abs(Number(ns / 1_000_000n) - at(now))).toBeLessThan(5000);
    expect(ns % 1_000_000n).toBe(5000n);
  });

  test('is not made up from a reference that no zone explains', () => {
    expect(zoneOffset(wall(11, 23, 23), at('2026-11-20T02:00:00Z'))).toBeUndefined();
  });
});

test('times of the far past and of the future are not believed', () => {
  const now = at('2026-11-23T00:00:00Z');
  const ns = (iso: string): bigint => BigInt(at(iso)) * 1_000_000n;
  expect(isPlausible(ns('2026-11-22T00:00:00Z'), now)).toBe(true);
  expect(isPlausible(ns('2026-11-25T00:00:00Z'), now)).toBe(false);
  expect(isPlausible(ns('2001-01-01T00:00:00Z'), now)).toBe(false);
});
