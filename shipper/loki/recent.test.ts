import type { Entry } from './query-answer';
import { Recent } from './recent';

const entry = (ns: number): Entry => ({ ns: BigInt(ns), line: `${ns}`, labels: {}, metadata: {} });
const lines = (entries: Entry[]) => entries.map(({ line }) => line);

describe('a reader that asks again', () => {
  it('asks for the last while anew, and drops what was there', () => {
    const recent = new Recent(0n, { near: 10n, far: 50n, maxKnown: 100 });
    expect(lines(recent.fresh([entry(5), entry(20)]))).toEqual(['5', '20']);
    expect(recent.from).toBe(10n);
    expect(lines(recent.fresh([entry(12), entry(20), entry(21)]))).toEqual(['12', '21']);
    expect(recent.from).toBe(11n);
  });

  it('never asks before its beginning', () => {
    const recent = new Recent(100n, { near: 10n, far: 50n, maxKnown: 100 });
    expect(recent.from).toBe(100n);
    recent.fresh([entry(105)]);
    expect(recent.from).toBe(100n);
  });

  it('takes what comes late without being asked for', () => {
    const recent = new Recent(0n, { near: 10n, far: 50n, maxKnown: 100 });
    recent.fresh([entry(100)]);
    expect(lines(recent.fresh([entry(3)]))).toEqual(['3']);
    expect(recent.from).toBe(90n);
  });

  it('looks further back now and then, and knows what was there', () => {
    const recent = new Recent(0n, { near: 10n, far: 50n, maxKnown: 100 });
    recent.fresh([entry(60), entry(100)]);
    expect([recent.from, recent.farFrom]).toEqual([90n, 50n]);
    expect(lines(recent.fresh([entry(55), entry(60), entry(100)]))).toEqual(['55']);
  });

  it('remembers no more than it may: then it asks for less anew', () => {
    const recent = new Recent(0n, { near: 10n, far: 1_000_000n, maxKnown: 100 });
    for (let i = 1; i <= 1000; i++) {
      recent.fresh([entry(i)]);
    }
    expect(recent.farFrom).toBeGreaterThan(900n);
    const again = Array.from({ length: 1000 }, (_, i) => entry(i + 1)).filter(({ ns }) => ns >= recent.farFrom);
    expect(recent.fresh(again)).toEqual([]);
  });
});
