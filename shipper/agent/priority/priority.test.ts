import { inPriorityMode, type Distance } from './priority';
import { PriorityWatch, fillRate } from './priority-watch';

const distance = (over: Partial<Distance>): Distance => ({
  secondsLeft: Infinity,
  fraction: 0.2,
  secondsNeeded: 0,
  secondsSinceReclaim: Infinity,
  ...over,
});

test.each<[string, Partial<Distance>, boolean, boolean]>([
  ['a disk that does not fill', {}, false, false],
  ['a disk that fills slowly', { secondsLeft: 3600, secondsNeeded: 10 }, false, false],
  ['less time left than the kubelet needs to act', { secondsLeft: 59 }, true, true],
  ['a little more than that: priority only if it was there', { secondsLeft: 100 }, false, true],
  ['twice as much', { secondsLeft: 121 }, false, false],
  ['less than twice the time that shipping needs', { secondsLeft: 500, secondsNeeded: 260 }, true, true],
  ['more than twice the time that shipping needs', { secondsLeft: 600, secondsNeeded: 260 }, false, true],
  ['a hundredth of the disk left', { fraction: 0.01 }, true, true],
  ['two hundredths left', { fraction: 0.02 }, false, true],
  ['the threshold crossed', { fraction: -0.1, secondsLeft: 0 }, true, true],
  ['a reclaim just now', { secondsSinceReclaim: 30 }, true, true],
  ['a reclaim a while ago', { secondsSinceReclaim: 61 }, false, false],
])('%s', (_what, given, fromFair, fromPriority) => {
  expect([inPriorityMode(distance(given), false), inPriorityMode(distance(given), true)]).toEqual([
    fromFair,
    fromPriority,
  ]);
});

test.each([
  ['of one sample is unknown', [[0, 100]], 0],
  [
    'is what went a second',
    [
      [0, 100],
      [10, 50],
    ],
    5,
  ],
  [
    'is that of the last seconds where it is faster',
    [
      [0, 100],
      [10, 90],
      [20, 50],
    ],
    4,
  ],
  [
    'is that of all samples where the last seconds are slower',
    [
      [0, 100],
      [10, 50],
      [20, 45],
    ],
    2.75,
  ],
  [
    'is not that of a single burst between two looks',
    [
      [0, 100],
      [10, 90],
      [13, 87],
      [14, 80],
    ],
    2.5,
  ],
  [
    'is none where there is more',
    [
      [0, 100],
      [10, 150],
    ],
    0,
  ],
])('the rate at which a disk fills %s', (_what, points, rate) => {
  const samples = points.map(([seconds = 0, margin = 0]) => ({ atMs: seconds * 1000, margin }));
  expect(fillRate(samples)).toBe(rate);
});

describe('the watch', () => {
  const GIB = 2 ** 30;
  let nowMs: number;
  let atRisk: number;
  let acknowledged: number;
  let seen: boolean[];
  let watch: PriorityWatch;
  beforeEach(() => {
    [nowMs, atRisk, acknowledged, seen] = [1_000_000, 0, 0, []];
    watch = new PriorityWatch({
      nowMs: () => nowMs,
      acknowledged: () => acknowledged,
      changed: (priority) => seen.push(priority),
    });
  });
  const sample = (gib: number, signal = 'imagefs.available') => {
    nowMs += 10_000;
    const nearest = { signal, margin: gib * GIB, fraction: gib / 100 };
    watch.onDisk({ nearest, atRisk });
  };

  test('sees a disk that fills fast, and that it stopped to', () => {
    [50, 45, 40].forEach((gib) => sample(gib));
    expect(watch.inPriorityMode).toBe(false); // 80 s are left
    sample(25);
    expect(watch.inPriorityMode).toBe(true); // 17 s by the last step
    for (let i = 0; i < 8; i++) {
      sample(30);
    }
    expect(seen).toEqual([true, false]);
  });

  test('begins the earlier the more there is to ship, and the slower that goes', () => {
    [atRisk, acknowledged] = [600 * 2 ** 20, 0];
    for (let gib = 50; gib > 47; gib -= 0.5) {
      acknowledged += 10 * 2 ** 20; // 1 MiB a second: ten minutes for the rest
      sample(gib);
    }
    expect(watch.inPriorityMode).toBe(true); // 940 s are left
  });

  test('takes a reclaim as priority for a minute, and does not mix the signals', () => {
    sample(50);
    watch.onReclaim();
    expect(watch.inPriorityMode).toBe(true);
    sample(10, 'nodefs.available');
    expect(watch.inPriorityMode).toBe(true);
    for (let i = 0; i < 6; i++) {
      sample(10, 'nodefs.available');
    }
    expect(seen).toEqual([true, false]);
  });
});
