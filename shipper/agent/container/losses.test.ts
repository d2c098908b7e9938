import { appendFileSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LogFile } from '../files/log-file';
import { startOfFile } from '../files/position';
import { lossBefore, lossBetween, lossOfSaved, lossOfUnseenLast } from './losses';
import type { SavedFile } from './saved';
import { TailedFile } from './tailed-file';

const iso = (ms: number) => new Date(ms).toISOString();
const UNTIL = '2026-11-24T00:00:00Z';
const LAST = '2026-11-23T23:59:00Z';

describe('a file that an earlier agent had begun and that is gone', () => {
  const saved = (over: Partial<SavedFile> = {}): SavedFile => ({
    hash: 'h',
    ino: 7,
    birthMs: 8,
    rotated: '20261123-232307',
    size: 1_000,
    firstTime: 'first',
    acked: { ...startOfFile(), offset: 400, lines: 4 },
    over: true,
    ...over,
  });

  test('misses what was not acknowledged', () => {
    const { closed, bytes, gaps } = lossOfSaved(saved(), LAST, UNTIL);
    expect(gaps).toEqual([{ reason: 'gone-unread', bytes: 600, lines: null, from: LAST, to: UNTIL }]);
    expect(bytes).toBe(600);
    expect(closed).toEqual({
      ...{ ino: 0, birthMs: 0, hash: 'h', rotated: '20261123-232307', lines: 4, bytes: 400 },
      ...{ from: 'first', to: LAST, onNode: false },
    });
  });

  test('misses nothing where all of it was acknowledged', () => {
    expect(lossOfSaved(saved({ size: 400 }), LAST, UNTIL)).toMatchObject({ bytes: 0, gaps: [] });
  });

  test('has what was sent and not acknowledged apart: Loki may have it', () => {
    const sent = { offset: 700, skip: 0, late: false, containerId: null, arrivalSeconds: 0 };
    expect(lossOfSaved(saved({ sent }), LAST, UNTIL).gaps).toMatchObject([
      { reason: 'unacknowledged', bytes: 300 },
      { reason: 'gone-unread', bytes: 300 },
    ]);
    expect(lossOfSaved(saved({ sent: { ...sent, offset: 2_000 } }), LAST, UNTIL).gaps).toMatchObject([
      { reason: 'unacknowledged', bytes: 600 },
    ]);
    expect(lossOfSaved(saved({ sent: { ...sent, offset: 300 } }), LAST, UNTIL).gaps).toMatchObject([
      { reason: 'gone-unread', bytes: 600 },
    ]);
  });

  test('may have been written to after the last look, unless it was over; the gap begins at its last line', () => {
    const acked = { ...startOfFile(), offset: 1_000, seconds: 1_795_478_400 };
    expect(lossOfSaved(saved({ acked, over: false }), LAST, UNTIL).gaps).toEqual([
      {
        ...{ reason: 'gone-unread', bytes: null, lines: null, from: expect.stringMatching(/^2026-11-24T00:00:00/) },
        ...{ to: UNTIL, detail: 'what was written after the last look' },
      },
    ]);
  });
});

describe('a log that is seen for the first time', () => {
  const linked = Date.parse('2026-11-23T23:00:00Z');
  const before = (firstMs: number | null) => lossBefore(firstMs, linked, UNTIL, iso);

  test('misses nothing where its oldest file was made with its link, or its first line is as old', () => {
    expect([before(linked - 5_000), before(linked), before(linked + 200)]).toEqual([null, null, null]);
  });

  test('misses what was rotated away where that is younger', () => {
    expect(before(linked + 201)).toMatchObject({
      ...{ reason: 'gone-unread', bytes: null, lines: null },
      ...{ from: '2026-11-23T22:59:59.000Z', to: '2026-11-23T23:00:00.251Z' },
    });
  });

  test('misses it until now where the time of the oldest cannot be known', () => {
    expect(before(null)).toMatchObject({ from: '2026-11-23T22:59:59.000Z', to: UNTIL });
  });
});

describe('with files on a disk', () => {
  let dir: string;
  const opened: TailedFile[] = [];
  beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'afterlog-losses-'))));
  afterEach(() => {
    opened.splice(0).forEach((file) => file.close());
    rmSync(dir, { recursive: true });
  });
  /** Longer than the kernel's tick, by which the times of files go. */
  const pause = () => new Promise((resolve) => setTimeout(resolve, 120));
  function open(name: string, rotation = ''): TailedFile {
    appendFileSync(join(dir, name), 'line\n');
    const file = new TailedFile(LogFile.open(join(dir, name), [dir]), rotation);
    opened.push(file);
    return file;
  }
  const between = (known: TailedFile, ...newcomers: TailedFile[]) => lossBetween(known, newcomers, LAST, iso);
  const lost = { reason: 'gone-unread', bytes: null, lines: null, from: LAST };

  test('nothing is missing between a file and the one that was made when it was last written to', () => {
    const path = join(dir, '0.log');
    const next = open('next');
    writeFileSync(path, 'line\n');
    utimesSync(path, next.birthMs / 1_000, next.birthMs / 1_000);
    const known = new TailedFile(LogFile.open(path, [dir]), '');
    opened.push(known);
    expect(between(known, next)).toBeNull();
  });

  test('others may have come and gone between a file and one that was made later', async () => {
    const known = open('0.log.20261123-232307', '20261123-232307');
    await pause();
    const next = open('0.log');
    expect(between(known, next)).toMatchObject({ ...lost, to: iso(next.birthMs + 50) });
  });

  test('none did where the newest of them was made by the rotation that deleted the known one', async () => {
    const known = open('0.log.20261123-232307', '20261123-232307');
    await pause();
    const rotated = open('0.log.20261123-232317', '20261123-232317');
    await pause();
    const newest = open('0.log');
    rmSync(known.path);
    expect(between(known, rotated, newest)).toBeNull();
  });

  test('some did where the known one was deleted before the newest was made', async () => {
    const known = open('0.log.20261123-232307', '20261123-232307');
    await pause();
    rmSync(known.path);
    const rotated = open('0.log.20261123-232317', '20261123-232317');
    await pause();
    expect(between(known, rotated, open('0.log'))).toMatchObject(lost);
  });

  test('none did where somebody deleted the current file, and one was made in its place', async () => {
    const known = open('0.log');
    await pause();
    rmSync(known.path);
    await pause();
    expect(between(known, open('0.log'))).toBeNull();
    // Two were not made by one deletion.
    expect(between(known, open('0.log.20261123-232317', '20261123-232317'), open('0.log'))).toMatchObject(lost);
  });

  test('of a compressed file the time of the file says nothing: it was made after what is in it', async () => {
    const known = open('0.log.20261123-232307', '20261123-232307');
    writeFileSync(join(dir, '0.log.20261123-232317.gz'), '');
    const copy = new TailedFile(LogFile.open(join(dir, '0.log.20261123-232317.gz'), [dir]), '20261123-232317');
    opened.push(copy);
    expect(between(known, copy)).toMatchObject(lost);
  });

  test('without newcomers nothing came between', () => {
    expect(between(open('0.log'))).toBeNull();
  });

  const last = (newest: TailedFile | undefined, ...rotations: string[]) =>
    lossOfUnseenLast(
      newest,
      rotations.map((rotated) => ({
        ...{ ino: 1, birthMs: 1, rotated, hash: null, lines: 1, bytes: 1, from: null, to: null, onNode: false },
      })),
      LAST,
      UNTIL
    );

  test('a newer file came and went where all files went, and even the newest had been rotated', () => {
    const path = join(dir, '0.log');
    const newest = open('0.log');
    expect(last(newest)).toBeNull();
    renameSync(path, `${path}.20261123-232307`);
    expect(last(newest)).toMatchObject({ ...lost, to: UNTIL, detail: 'a newer file that nobody saw' });
    expect(last(newest, '')).toBeNull();
    expect(last(newest, '20261123-232300')).toMatchObject(lost);
  });

  test('so it is where none is open, and only rotated ones were read', () => {
    expect(last(undefined, '20261123-232307')).toMatchObject(lost);
    expect(last(undefined, '20261123-232307', '')).toBeNull();
  });
});
