import { createDataFrame, FieldType } from '@grafana/data';
import { entriesOf, timedLinesOf } from './log-frames';

const ns = 1_763_939_738_123_456_789n;
const times = { type: FieldType.time, values: [Number(ns / 1_000_000n)] };
const line = { name: 'Line', type: FieldType.string, values: ['hello'] };

describe('entries of log frames', () => {
  it.each([
    ['tsNs', createDataFrame({ fields: [{ name: 'Time', ...times }, line, { name: 'tsNs', values: [`${ns}`] }] })],
    ['the id', createDataFrame({ fields: [{ name: 'Time', ...times }, line, { name: 'id', values: [`${ns}_1a`] }] })],
    ['nanos', createDataFrame({ fields: [{ name: 'Time', ...times, nanos: [456_789] }, line] })],
  ])('have all nanoseconds, from %s', (_, frame) => {
    expect(entriesOf([frame])).toEqual([{ ns, line: 'hello', fields: {} }]);
  });

  it('come in the order of time, whatever the order of their streams', () => {
    const values = [2, 1, 3];
    const frame = createDataFrame({
      fields: [
        { name: 'timestamp', type: FieldType.time, values },
        { name: 'body', type: FieldType.string, values: ['b', 'a', 'c'] },
      ],
    });
    expect(entriesOf([frame]).map((entry) => entry.line)).toEqual(['a', 'b', 'c']);
  });

  it('leave out rows without a time, and read those with it', () => {
    const values = [NaN, undefined, null, 'soon', Infinity, 2];
    const frame = createDataFrame({
      fields: [
        { name: 'Time', type: FieldType.time, values, nanos: [0, 0, 0, 0, 0, 5] },
        { name: 'Line', type: FieldType.string, values: ['a', 'b', 'c', 'd', 'e', 'f'] },
      ],
    });
    expect(entriesOf([frame])).toEqual([{ ns: 2_000_005n, line: 'f', fields: {} }]);
    expect(timedLinesOf([frame])).toEqual([{ ns: 2_000_005n, line: 'f' }]);
  });

  it('are none in a frame that holds no log', () => {
    const progress = createDataFrame({ fields: [{ name: 'Time', ...times }] });
    expect(entriesOf([progress])).toEqual([]);
  });
});
