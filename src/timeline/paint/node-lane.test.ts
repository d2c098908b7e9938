import { stretchesOfUse } from './node-lane';

const MINUTE = 60_000;

describe('the line of use', () => {
  const draw = (
    samples: ReadonlyArray<[number, number, isFirst?: 0 | 1, heldUntil?: number]>,
    msPerPixel: number,
    breaks: number[] = []
  ) =>
    stretchesOfUse(
      {
        times: Float64Array.from(samples, ([time]) => time),
        isFirst: Uint8Array.from(samples, ([, , isFirst = 0]) => isFirst),
        heldUntil: Float64Array.from(samples, ([, , , heldUntil = NaN]) => heldUntil),
      },
      Float32Array.from(samples, ([, use]) => use),
      breaks,
      (time) => time / msPerPixel,
      1_000
    ).map((points) => points.map(([x, use]) => [x * msPerPixel, Number(use.toFixed(2))]));

  test('keeps the peak of a pixel column and the fall after it, in their order', () => {
    const samples: Array<[number, number]> = [
      [0, 0.4],
      [10, 0.5],
      [20, 0.86],
      [30, 0.7],
      [40, 0.36],
      [50, 0.37],
    ];
    expect(draw(samples, 1_000)).toEqual([
      [
        [0, 0.4],
        [20, 0.86],
        [40, 0.36],
        [50, 0.37],
      ],
    ]);
  });

  test('has a point for a sample that is alone in its column', () => {
    expect(
      draw(
        [
          [0, 0.1],
          [5_000, 0.2],
          [9_000, 0.3],
        ],
        1_000
      )
    ).toEqual([
      [
        [0, 0.1],
        [5_000, 0.2],
        [9_000, 0.3],
      ],
    ]);
  });

  test('is broken where nobody measured', () => {
    expect(
      draw(
        [
          [0, 0.2],
          [30 * MINUTE, 0.8, 1],
        ],
        10_000
      )
    ).toEqual([[[0, 0.2]], [[30 * MINUTE, 0.8]]]);
  });

  test('is broken where the kubelet reclaimed between two samples', () => {
    const samples: Array<[number, number]> = [
      [0, 0.7],
      [20_000, 0.36],
    ];
    expect(draw(samples, 1_000, [10_000])).toEqual([[[0, 0.7]], [[20_000, 0.36]]]);
    expect(draw(samples, 1_000, [-10_000, 30_000])).toEqual([samples]);
  });

  test('goes on at the last use up to the gap: an agent that is there writes what changes', () => {
    expect(
      draw(
        [
          [0, 0.2, 1, 60_000],
          [120_000, 0.3, 1],
        ],
        1_000
      )
    ).toEqual([
      [
        [0, 0.2],
        [60_000, 0.2],
      ],
      [[120_000, 0.3]],
    ]);
  });
});
