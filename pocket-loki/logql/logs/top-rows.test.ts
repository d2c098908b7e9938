import { TopRows } from './top-rows';

describe('the first rows of many', () => {
  const times = [5, 3, 9, 1, 7, 3, 8, 2, 6, 4].map((time, i) => ({ time: BigInt(time), i }));
  const first = (limit: number, forward: boolean) => {
    const top = new TopRows<(typeof times)[number]>(limit, forward);
    times.forEach((row) => top.add(row));
    return top.sorted().map(({ time, i }) => `${time}.${i}`);
  };

  it('are the oldest or the newest, in order', () => {
    expect(first(3, true)).toEqual(['1.3', '2.7', '3.1']);
    expect(first(3, false)).toEqual(['9.2', '8.6', '7.4']);
  });

  it('are all where there are fewer, those of one time as they came', () => {
    expect(first(100, true)).toEqual(['1.3', '2.7', '3.1', '3.5', '4.9', '5.0', '6.8', '7.4', '8.6', '9.2']);
  });

  it('tell when a row can not come in any more', () => {
    const top = new TopRows<{ time: bigint }>(2, false);
    expect(top.wants(0n)).toBe(true);
    [5n, 6n].forEach((time) => top.add({ time }));
    expect([top.wants(5n), top.wants(7n)]).toEqual([false, true]);
  });
});
