import { newestSlices, slicesOf } from './plan';

const buckets = (...entries: number[]) => entries.map((n, i) => ({ from: i * 10, to: (i + 1) * 10, entries: n }));

describe('slices of time', () => {
  it('hold what one query may give, newest first', () => {
    expect(slicesOf(buckets(3, 3, 3, 3), 7)).toEqual([
      { from: 20, to: 40, entries: 6 },
      { from: 0, to: 20, entries: 6 },
    ]);
  });

  it('leave out what is empty, and let what is too much stand alone', () => {
    expect(slicesOf(buckets(0, 2, 0, 0, 20, 0), 7)).toEqual([
      { from: 40, to: 50, entries: 20 },
      { from: 10, to: 20, entries: 2 },
    ]);
    expect(slicesOf(buckets(0, 0), 7)).toEqual([]);
  });

  it('are kept up to a budget, one at least', () => {
    const slices = slicesOf(buckets(5, 5, 5), 5);
    expect(newestSlices(slices, 12)).toEqual(slices.slice(0, 2));
    expect(newestSlices(slices, 1)).toEqual(slices.slice(0, 1));
    expect(newestSlices(slices, 15)).toEqual(slices);
  });
});
