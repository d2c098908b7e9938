import { bucketsOf, stepFor } from './buckets';

const STEP = 60_000;
const entriesOf = (counts: Array<{ at: number; entries: number }>) =>
  bucketsOf(counts, { from: 0, to: 4 * STEP }, STEP).map(({ entries }) => entries);

describe('counts over time', () => {
  it('are about the time before them; the newest bucket is never empty', () => {
    expect(entriesOf([{ at: 2 * STEP, entries: 7 }])).toEqual([0, 7, 0, 1]);
  });

  it('come with times that are not quite whole', () => {
    expect(entriesOf([{ at: 2 * STEP + 0.0002, entries: 7 }])).toEqual([0, 7, 0, 1]);
  });

  it('that lie between two buckets are of both', () => {
    expect(entriesOf([{ at: 2.5 * STEP, entries: 7 }])).toEqual([0, 7, 7, 1]);
  });

  it('have steps of whole minutes', () => {
    expect(stepFor({ from: 0, to: 10 * STEP })).toBe(STEP);
    expect(stepFor({ from: 0, to: 24 * 60 * STEP })).toBe(6 * STEP);
  });
});
