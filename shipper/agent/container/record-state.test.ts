import { containerRunId } from '../../../model/container-run';
import type { Gap } from '../../../model/records';
import {
  addGap,
  buildContainerRecord,
  emptyRecordState,
  type RecordState,
  type ClosedFile,
  foldAway,
  isSameFile,
} from './record-state';
import { lineTime } from '../files/line-time';

const run = { namespace: 'job-test', pod: 'hello-xk2vd', podUid: 'uid', container: 'app', restart: 0 };
const node = { cluster: 'c1', node: 'n1' };
const nothing = { linesRead: 0, linesAcked: 0, bytesSeen: 0, bytesAcked: 0 };
const gap = (over: Partial<Gap> = {}): Gap => ({
  reason: 'refused',
  bytes: 100,
  lines: 1,
  from: 'a',
  to: 'b',
  ...over,
});
const closed = (over: Partial<ClosedFile> = {}): ClosedFile => ({
  ino: 1,
  birthMs: 1,
  rotated: '20261123-232307',
  hash: 'h',
  lines: 10,
  bytes: 1000,
  from: 'from',
  to: 'to',
  onNode: false,
  ...over,
});
const gapsOf = (...gaps: Gap[]) => {
  const state = emptyRecordState();
  gaps.forEach((one) => addGap(state, one));
  return state.gaps;
};
const recordOf = (state: Partial<RecordState>, open = nothing) =>
  buildContainerRecord({ id: containerRunId(run), run }, node, { ...emptyRecordState(), ...state }, open, false);

describe('gaps', () => {
  test('of one reason grow together, from the first time to the last', () => {
    expect(gapsOf(gap(), gap({ from: 'c', to: 'd', lines: 2 }), gap({ to: null }))).toEqual([
      gap({ bytes: 300, lines: 4, from: 'a', to: 'd' }),
    ]);
  });

  test.each([
    ['another reason', gap({ reason: 'too-old' })],
    ['another detail', gap({ detail: 'line too long' })],
    ['bytes nobody knows', gap({ bytes: null, lines: null })],
  ])('stay apart: %s', (_what, other) => {
    expect(gapsOf(gap(), other)).toEqual([gap(), other]);
  });

  test('with a number of lines that nobody knows have none in sum', () => {
    expect(gapsOf(gap(), gap({ lines: null }))).toEqual([gap({ bytes: 200, lines: null })]);
  });

  test('with bytes that nobody knows are not added to', () => {
    const unknown = gap({ bytes: null });
    expect(gapsOf(unknown, gap())).toEqual([unknown, gap()]);
  });

  test('are told one by one up to fifty; then those of one reason are told as one, and what is not known of one is not of all', () => {
    const apart = Array.from({ length: 49 }, (_, i) => gap({ detail: `${i}` }));
    const all = gapsOf(
      ...apart,
      gap({ reason: 'too-old', bytes: null }),
      gap({ detail: 'x' }),
      gap({ reason: 'too-old' })
    );
    expect(all).toHaveLength(50);
    expect(all.slice(-2)).toEqual([
      gap({ detail: '48', bytes: 200, lines: 2 }),
      gap({ reason: 'too-old', bytes: null, lines: 2 }),
    ]);
    expect(gapsOf(...apart, gap({ detail: 'x' }))).toHaveLength(50);
    expect(gapsOf(...apart, gap({ detail: 'x' }), gap({ reason: 'shed' }))).toHaveLength(51);
  });

  test('are the account’s own: growing leaves the one given alone', () => {
    const given = gap();
    gapsOf(given, gap());
    expect(given.bytes).toBe(100);
  });
});

describe('the record', () => {
  test('sums closed and open files', () => {
    const open = { linesRead: 5, linesAcked: 3, bytesSeen: 600, bytesAcked: 300 };
    expect(recordOf({ closed: [closed(), closed()] }, open)).toMatchObject({
      id: 'uid/app/0',
      workload: 'hello',
      job: 'hello',
      linesSeen: 25,
      linesAcked: 23,
      bytesSeen: 2600,
      bytesAcked: 2300,
      status: 'pending',
    });
  });

  test('counts what was passed over as seen, not as acknowledged', () => {
    const state = { closed: [closed()], gaps: [gap({ bytes: 200, lines: 2 })], ended: true };
    expect(recordOf({ ...state, passedOver: { lines: 2, bytes: 200 } })).toMatchObject({
      linesSeen: 10,
      linesAcked: 8,
      bytesSeen: 1000,
      bytesAcked: 800,
      status: 'partial',
    });
  });

  test('counts bytes that vanished unread as seen', () => {
    const state = { vanishedBytes: 400, gaps: [gap({ bytes: 400, lines: null })], ended: true };
    expect(recordOf(state)).toMatchObject({ bytesSeen: 400, bytesAcked: 0, status: 'lost' });
  });

  test('of a container that nothing is known of is that it runs', () => {
    expect(recordOf({})).toMatchObject({ ended: false, left: null, gaps: [], rotatedAway: null, linesSeen: 0 });
  });

  test('goes on counting files that were summed up, once', () => {
    const state = { ...emptyRecordState(), closed: [closed(), closed({ rotated: '' })] };
    foldAway(state);
    expect(recordOf(state)).toMatchObject({
      linesSeen: 20,
      linesAcked: 20,
      bytesSeen: 2000,
      rotatedAway: { files: 1 },
    });
    expect(state.closed).toEqual([closed({ rotated: '' })]);
    state.closed.push(closed({ to: null }));
    foldAway(state);
    expect(state.away).toEqual({ files: 2, lines: 20, bytes: 2000, from: 'from', to: 'to' });
  });

  test('says when it was noticed that the log left only where that was late', () => {
    const left = { at: '2026-11-24T00:00:00Z', directory: 'empty', bytesUnacked: 0 } as const;
    const leftOf = (noticed?: string) => recordOf({ left: { ...left, ...(noticed && { noticed }) } }).left;
    expect([leftOf(), leftOf('2026-11-24T00:00:01Z')]).toEqual([left, left]);
    expect(leftOf('2026-11-24T00:00:01.001Z')).toEqual({ ...left, noticed: '2026-11-24T00:00:01.001Z' });
  });

  test('sums what rotation deleted: not the current file, nor what is still there', () => {
    const files = [
      closed({ from: 'first', to: 'x' }),
      closed({ from: 'y', to: 'last', lines: 5, bytes: 500 }),
      closed({ onNode: true }),
      closed({ rotated: '' }),
    ];
    const away = (closed: typeof files) => {
      const state = { ...emptyRecordState(), closed };
      foldAway(state);
      return recordOf(state).rotatedAway;
    };
    expect(away(files)).toEqual({
      files: 2,
      lines: 15,
      bytes: 1500,
      from: 'first',
      to: 'last',
    });
    expect(away(files.slice(2))).toBeNull();
  });
});

test('a line without a time has none', () => {
  expect([lineTime(0, 0), lineTime(1_795_478_400, 7)]).toEqual([null, '2026-11-24T00:00:00.000000007Z']);
});

test('a file in the directory is a closed one by its rotation, or by its inode and when that was made', () => {
  const found = { restart: 0, rotated: '', compressed: false, path: '', ino: 1, birthMs: 1, size: 0 };
  const is = (over: Partial<typeof found>) => isSameFile(closed(), { ...found, ...over });
  expect(is({})).toBe(true);
  expect(is({ rotated: '20261123-232307', ino: 2, birthMs: 2 })).toBe(true);
  expect([is({ ino: 2 }), is({ birthMs: 2 }), is({ rotated: '20261123-232308', ino: 2, birthMs: 2 })]).toEqual([
    false,
    false,
    false,
  ]);
});
