import { parseBytes, parseDuration, parseGoSeconds } from './units';

describe('durations', () => {
  it.each([
    ['5m', 300_000_000_000n],
    ['1h30m', 5_400_000_000_000n],
    ['1.5s', 1_500_000_000n],
    ['250ms', 250_000_000n],
    ['10µs', 10_000n],
    ['1d', 86_400_000_000_000n],
    ['2w1ns', 1_209_600_000_000_001n],
    ['-1m', -60_000_000_000n],
    ['0', 0n],
  ])('%s', (text, ns) => expect(parseDuration(text)).toBe(ns));

  it.each(['', '5', 'm', '5x', '5m ', '1h 30m', '--1m'])('%p is none', (text) =>
    expect(parseDuration(text)).toBeUndefined()
  );

  it('of labels have only the units that Go knows', () => {
    expect(parseGoSeconds('1m0.5s')).toBe(60.5);
    expect(parseGoSeconds('1d')).toBeUndefined();
  });
});

describe('sizes', () => {
  it.each([
    ['1KB', 1000],
    ['1KiB', 1024],
    ['1.5 MB', 1_500_000],
    ['20', 20],
    ['1,000B', 1000],
    ['2GiB', 2 ** 31],
  ])('%s', (text, bytes) => expect(parseBytes(text)).toBe(bytes));

  it.each(['', 'KB', '1XB', '-1KB', '1.2.3MB'])('%p is none', (text) => expect(parseBytes(text)).toBeUndefined());
});
