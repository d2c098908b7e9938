import { inQuery, interpolate, lokiQuery, piecesOf, stepOf } from './query';

const DAY = 86_400_000;
const query = (more: object = {}) => lokiQuery.parse({ refId: 'A', expr: '{a="b"}', ...more });

describe('a long range', () => {
  it('is asked for day by day, the newest first', () => {
    const to = 10 * DAY;
    expect(piecesOf(query(), { from: to - 2.5 * DAY, to })).toEqual([
      { from: to - DAY, to },
      { from: to - 2 * DAY, to: to - DAY },
      { from: to - 2.5 * DAY, to: to - 2 * DAY },
    ]);
  });

  it.each([{ queryType: 'instant' }, { refId: 'do-not-chunk' }, { expr: 'sum(count_over_time({a="b"}[$__range]))' }])(
    'is asked for at once with %j',
    (more) => {
      expect(piecesOf(query(more), { from: 0, to: 3 * DAY })).toEqual([{ from: 0, to: 3 * DAY }]);
    }
  );
});

it('a series has no more points than Loki allows', () => {
  expect(stepOf({ from: 0, to: 30 * DAY }, 1)).toBe(Math.ceil((30 * DAY) / 11_000));
  expect(stepOf({ from: 0, to: DAY }, 60_000)).toBe(60_000);
  expect(stepOf({ from: 0, to: DAY }, 60_000, '360000ms')).toBe(360_000);
  expect(stepOf({ from: 0, to: DAY }, 60_000, '1h')).toBe(3_600_000);
  expect(stepOf({ from: 0, to: 30 * DAY }, 60_000, '1s')).toBe(Math.ceil((30 * DAY) / 11_000));
});

it('variables of the data source are put in, others stay', () => {
  const expr = 'sum(rate({a="$pod"}[$__interval])) / ${__range_s} + $__auto';
  expect(interpolate(expr, { from: 0, to: 60_000 }, 500)).toBe('sum(rate({a="$pod"}[500ms])) / 60 + 500ms');
});

it('variables of a dashboard are put in as LogQL needs them', () => {
  expect(inQuery('a"b')).toBe('a\\"b');
  expect(inQuery(['a.b', 'c'])).toBe('a\\\\.b|c');
});
