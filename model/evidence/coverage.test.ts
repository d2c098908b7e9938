import { cover, missing, uncover } from './coverage';

const span = (from: number, to: number) => ({ from, to });

describe('what was read', () => {
  it('grows together where stretches touch', () => {
    expect(cover([span(0, 10), span(20, 30)], span(10, 20))).toEqual([span(0, 30)]);
    expect(cover([span(0, 10)], span(20, 30))).toEqual([span(0, 10), span(20, 30)]);
    expect(cover([span(5, 10)], span(0, 7))).toEqual([span(0, 10)]);
    expect(cover([], span(3, 3))).toEqual([]);
  });

  it('leaves what is missing of a span', () => {
    const coverage = [span(0, 10), span(20, 30)];
    expect(missing(coverage, span(5, 40))).toEqual([span(10, 20), span(30, 40)]);
    expect(missing(coverage, span(21, 29))).toEqual([]);
    expect(missing([], span(1, 2))).toEqual([span(1, 2)]);
  });

  it('can be forgotten in part', () => {
    expect(uncover([span(0, 10), span(20, 30)], span(5, 25))).toEqual([span(0, 5), span(25, 30)]);
  });
});
