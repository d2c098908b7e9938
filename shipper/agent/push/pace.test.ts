import { Pace } from './pace';

/** How many requests go within so many seconds, where there is always one that may. */
function countWithin(seconds: number, unreadBytes: number, batchWaitMs = 1_000): number {
  const pace = new Pace(batchWaitMs, 0);
  let count = 0;
  for (let nowMs = 0; nowMs < seconds * 1_000;) {
    const wait = pace.take(unreadBytes, nowMs);
    count += wait === 0 ? 1 : 0;
    nowMs += Math.max(wait, 0.1);
  }
  return count;
}

test('at rest two requests a second go on average, under load ten, after a burst', () => {
  expect(countWithin(1_000, 0) - countWithin(500, 0)).toBe(1_000);
  expect(countWithin(1_000, 1e9) - countWithin(500, 1e9)).toBe(5_000);
  expect(countWithin(1, 0)).toBe(121);
});

test('who does not wait for batches is not paced', () => {
  const pace = new Pace(0, 0);
  expect(Array.from({ length: 1_000 }, () => pace.take(0, 0)).every((wait) => wait === 0)).toBe(true);
});
