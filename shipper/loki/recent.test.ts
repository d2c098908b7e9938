import type { Entry } from './query-answer';
import { Recent } from './recent';

const entry = (ns: number): Entry => ({ ns: BigInt(ns), line: `${ns}`, labels: {}, metadata: {} });
const lines = (entries: Entry[]) => entries.map(({ line }) => line);

describe('a reader that asks again', () => {
  it('asks for the last while anew, and drops what was there', () => {
    const recent = new Recent(0n, 10n);
    expect(lines(recent.fresh([entry(5), entry(20)]))).toEqual(['5', '20']);
    expect(recent.from).toBe(10n);
    expect(lines(recent.fresh([entry(12), entry(20), entry(21)]))).toEqual(['12', '21']);
    expect(recent.from).toBe(11n);
  });

  it('never asks before its beginning', () => {
    const recent = new Recent(100n, 10n);
    expect(recent.from).toBe(100n);
    recent.fresh([entry(105)]);
    expect(recent.from).toBe(100n);
  });

  it('takes what comes late without being asked for', () => {
    const recent = new Recent(0n, 10n);
    recent.fresh([entry(100)]);
    expect(lines(recent.fresh([entry(3)]))).toEqual(['3']);
    expect(recent.from).toBe(90n);
  });

  it('remembers no more than it may: then it asks for less anew', () => {
    const recent = new Recent(0n, 1_000_000n, 100);
    for (let i = 1; i <= 1000; i++) {
      recent.fresh([entry(i)]);
    }
    expect(recent.from).toBeGreaterThan(900n);
    const again = Array.from({ length: 1000 }, (_, i) => entry(i + 1)).filter(({ ns }) => ns >= recent.from);
    expect(recent.fresh(again)).toEqual([]);
  });
});
