import { RECORD_VERSION, type ContainerRecord, type Gap } from '../../../model/records';
import { recordLine } from './record-line';

const gap = (second: number, more: Partial<Gap> = {}): Gap => ({
  reason: 'gone-unread',
  bytes: 100,
  lines: null,
  from: `2026-11-29T10:00:${second}.000000000Z`,
  to: `2026-11-29T10:00:${second + 1}.000000000Z`,
  ...more,
});
const record = (gaps: Gap[]): ContainerRecord => ({
  v: RECORD_VERSION,
  kind: 'container',
  id: 'uid/main/0',
  cluster: 'c1',
  node: 'n1',
  namespace: 'jobs',
  pod: 'hello-1',
  podUid: 'uid',
  container: 'main',
  restart: 0,
  containerId: null,
  workload: 'hello',
  job: null,
  linesSeen: 10,
  linesAcked: 10,
  bytesSeen: 1_000,
  bytesAcked: 1_000,
  ended: true,
  gaps,
  left: null,
  firstTime: null,
  lastTime: null,
  rotatedAway: null,
  status: 'partial',
  final: true,
});
const gapsIn = (line: string) => (JSON.parse(line) as ContainerRecord).gaps;
const sizeOf = (gaps: Gap[]) => JSON.stringify(record(gaps)).length;

test('a record that fits is told as it is', () => {
  const gaps = [gap(10), gap(20, { detail: 'one' }), gap(30, { bytes: null })];
  expect(gapsIn(recordLine(record(gaps), 262_144))).toEqual(gaps);
});

test('gaps of the same kind are told as one where they are too many, and nothing that is missing is left out', () => {
  const gaps = [gap(10), gap(20), gap(30), gap(40, { reason: 'refused', lines: 2 })];
  expect(gapsIn(recordLine(record(gaps), sizeOf(gaps) - 1))).toEqual([
    gap(10, { bytes: 300, to: gap(30).to }),
    gap(40, { reason: 'refused', lines: 2 }),
  ]);
});

test('what is not known of one is not known of both', () => {
  const gaps = [gap(10, { bytes: null }), gap(20, { from: null })];
  expect(gapsIn(recordLine(record(gaps), sizeOf(gaps) - 1))).toEqual([
    gap(10, { bytes: null, from: null, to: gap(20).to }),
  ]);
});

test('details go at last', () => {
  const gaps = [gap(10, { detail: 'one of many words' }), gap(20, { detail: 'another' })];
  const line = recordLine(record(gaps), sizeOf([gap(10)]) + 5);
  expect(gapsIn(line)).toEqual([gap(10, { bytes: 200, to: gap(20).to })]);
});

test('a record that just fits is told as it is', () => {
  const gaps = [gap(10), gap(20)];
  expect(gapsIn(recordLine(record(gaps), sizeOf(gaps)))).toEqual(gaps);
});

test('gaps of the same kind and detail are told as one before those of another detail are', () => {
  const gaps = [gap(10, { detail: 'one' }), gap(20, { detail: 'one' }), gap(30, { detail: 'two' })];
  const merged = [gap(10, { detail: 'one', bytes: 200, to: gap(20).to }), gap(30, { detail: 'two' })];
  expect(gapsIn(recordLine(record(gaps), sizeOf(merged)))).toEqual(merged);
  expect(gapsIn(recordLine(record(gaps), sizeOf(merged) - 1))).toMatchObject([{ bytes: 300, to: gap(30).to }]);
});

test.each<[string, Partial<Gap>, Partial<Gap>, Partial<Gap>]>([
  ['spans both, whichever comes first', gap(30), gap(10), { from: gap(10).from, to: gap(30).to }],
  ['spans one that lies in the other', { ...gap(10), to: gap(40).to }, gap(20), { from: gap(10).from, to: gap(40).to }],
  ['has no begin where the first has none', { from: null }, gap(20), { from: null }],
  ['has no begin where the second has none', gap(10), { from: null }, { from: null }],
  ['has no end where the first has none', { to: null }, gap(20), { to: null }],
  ['has no end where the second has none', gap(10), { to: null }, { to: null }],
  ['has the lines of both', { lines: 2 }, { lines: 3 }, { lines: 5 }],
  ['has no lines where the second has none', { lines: 2 }, { lines: null }, { lines: null }],
  ['has no bytes where the first has none', { bytes: null }, { bytes: 3 }, { bytes: null }],
  ['has no bytes where the second has none', { bytes: 3 }, { bytes: null }, { bytes: null }],
])('one gap of two %s', (_, first, second, both) => {
  const gaps = [gap(10, first), gap(20, second)];
  expect(gapsIn(recordLine(record(gaps), sizeOf(gaps) - 1))).toMatchObject([both]);
});
