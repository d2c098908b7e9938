import { endOfNuls } from './nuls';

test.each([0, 1, 63, 64, 65, 2_047, 2_048, 65_535, 65_536, 70_000, 200_001])(
  'a run of %d NULs ends behind them',
  (count) => {
    const memory = Buffer.concat([Buffer.from('a'), Buffer.alloc(count), Buffer.from('b')]);
    expect(endOfNuls(memory, 1, memory.length)).toBe(1 + count);
    expect(endOfNuls(memory, 1, 1 + count)).toBe(1 + count);
  }
);

test('NULs behind the end are not looked at', () => {
  expect(endOfNuls(Buffer.alloc(300), 10, 200)).toBe(200);
});
