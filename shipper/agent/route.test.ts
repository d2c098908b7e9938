import { LATE_AFTER_SECONDS, routeOf } from './route';

const NOW = Date.UTC(2026, 10, 24, 12, 30) / 1000;
const HOUR = 3600;

test('what is young enough goes to the stream itself, with no end', () => {
  const fresh = { labels: {}, from: NOW - LATE_AFTER_SECONDS, to: Infinity };
  expect(routeOf(NOW, NOW)).toEqual(fresh);
  expect(routeOf(NOW - LATE_AFTER_SECONDS, NOW)).toEqual(fresh);
  expect(routeOf(NOW + 60, NOW)).toEqual(fresh);
});

test('what is older goes to the stream of its hour', () => {
  expect(routeOf(NOW - 3 * HOUR, NOW)).toEqual({
    labels: { late: 'true', hour: '2026-11-24T09' },
    from: NOW - 3.5 * HOUR,
    to: NOW - 2.5 * HOUR,
  });
});

test('the hour in which lateness begins ends there', () => {
  const fresh = NOW - LATE_AFTER_SECONDS; // 11:40
  expect(routeOf(fresh - 1, NOW)).toMatchObject({
    labels: { late: 'true', hour: '2026-11-24T11' },
    from: NOW - 1.5 * HOUR,
    to: fresh,
  });
});

test('every second belongs to the window of its own route', () => {
  for (let seconds = NOW - 30 * HOUR; seconds <= NOW; seconds += 599) {
    const { from, to } = routeOf(seconds, NOW);
    expect(from).toBeLessThanOrEqual(seconds);
    expect(to).toBeGreaterThan(seconds);
    expect(to - from <= HOUR || to === Infinity).toBe(true);
  }
});
