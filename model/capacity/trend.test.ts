import { type CapacityInput, reviewOf } from '.';
import { disk, evicted, gc, GB, HOUR, input, rollup, START, tally } from './testing/inputs';

const DAY = 24 * HOUR;
const trend = (more: Partial<CapacityInput>) => reviewOf('job', input(more)).trend;

test('a month is told in weeks, the oldest shorter', () => {
  const range = { from: START, to: START + 16 * DAY };
  const rows = trend({
    range,
    cases: [tally({})],
    // Two in the first two days, one at the very beginning of a week, one in the last week.
    gcs: [HOUR, DAY, 2 * DAY, 15 * DAY].map((at) => gc(START + at, { id: `gc/${at}`, containersTotal: 10 })),
    pods: [evicted('a', START + 9 * DAY, 'The node was low on resource: inodes. ')],
    // The last value of each day grows by 1 GB; 2 GB are written a day.
    rollups: Array.from({ length: 16 }, (_, day) => ({
      ...rollup(START + day * DAY, { p95: 1, greatest: 1, last: 10 + day }),
      to: new Date(START + (day + 1) * DAY).toISOString(),
    })),
  });
  expect(rows.map(({ from, to }) => [(from - START) / DAY, (to - START) / DAY])).toEqual([
    [0, 2],
    [2, 9],
    [9, 16],
  ]);
  expect(rows.map(({ counts }) => [counts.reclaims, counts.containersRemoved, counts.podsEvicted])).toEqual([
    [2, 20, 0],
    [1, 10, 0],
    [1, 10, 1],
  ]);
  expect(rows.map(({ usedBytes, addedBytes, filledBytes }) => [usedBytes, addedBytes, filledBytes])).toEqual([
    // Nothing was observed before the range.
    [11 * GB, null, 4 * GB],
    [18 * GB, 7 * GB, 14 * GB],
    [25 * GB, 7 * GB, 14 * GB],
  ]);
});

test('a week is told in days, and less than two days in none', () => {
  expect(trend({ range: { from: START, to: START + 7 * DAY } })).toHaveLength(7);
  expect(trend({ range: { from: START, to: START + 47 * HOUR } })).toEqual([]);
});

test('what nobody observed is not zero', () => {
  const rows = trend({
    range: { from: START, to: START + 2 * DAY },
    ...{ withKubeletLog: new Set<string>(), watched: new Map<string, number>() },
    disks: [disk(START + HOUR, 50)],
  });
  expect(rows.map(({ counts }) => [counts.reclaims, counts.podsEvicted])).toEqual([
    [null, null],
    [null, null],
  ]);
  // One sample tells the use, and no growth.
  expect(rows.map(({ usedBytes, addedBytes, filledBytes }) => [usedBytes, addedBytes, filledBytes])).toEqual([
    [50 * GB, null, null],
    [50 * GB, null, null],
  ]);
});
