import { LATE_AFTER_SECONDS } from '../../loki/push/late';
import { routeOf } from './route';

const NOW = Date.UTC(2026, 10, 24, 12, 30) / 1000;
const HOUR = 3600;

test('what is young enough goes to the stream itself, with no end', () => {
  const fresh = { late: false, labels: {}, from: NOW - LATE_AFTER_SECONDS, to: Infinity };
  expect(routeOf(NOW, NOW)).toMatchObject(fresh);
  expect(routeOf(NOW - LATE_AFTER_SECONDS, NOW)).toMatchObject(fresh);
  expect(routeOf(NOW + 60, NOW)).toMatchObject(fresh);
});

test('what is older goes to the stream of its hour', () => {
  expect(routeOf(NOW - 3 * HOUR, NOW)).toMatchObject({
    late: true,
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

test('what was sent once goes the same way again, whatever its age is by now', () => {
  const asFresh = routeOf(NOW - 3 * HOUR, NOW, false);
  expect(asFresh).toMatchObject({ late: false, labels: {}, again: { from: -Infinity, to: Infinity } });
  const asLate = routeOf(NOW - 60, NOW, true);
  expect(asLate.labels).toEqual({ late: 'true', hour: '2026-11-24T12' });
  expect(asLate.again).toEqual({ from: NOW - HOUR / 2, to: NOW + HOUR / 2 });
});

test('every second belongs to the window of its own route', () => {
  for (let seconds = NOW - 30 * HOUR; seconds <= NOW; seconds += 599) {
    const { from, to } = routeOf(seconds, NOW);
    expect(from).toBeLessThanOrEqual(seconds);
    expect(to).toBeGreaterThan(seconds);
    expect(to - from <= HOUR || to === Infinity).toBe(true);
  }
});
