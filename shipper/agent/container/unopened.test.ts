import type { FoundFile } from '../files/found-file';
import { UnopenedFiles } from './unopened';

const found = (ino: number, size: number, rotated = ''): FoundFile => ({
  restart: 0,
  rotated,
  compressed: false,
  path: `/var/log/pods/a/b/0.log${rotated}`,
  ino,
  birthMs: 0,
  size,
});
let files: UnopenedFiles;
beforeEach(() => {
  files = new UnopenedFiles();
});

test('a file that went before it could be opened is a gap of the bytes it had, once', () => {
  files.note(found(1, 500), null);
  expect(files.takeGone([])).toEqual([{ reason: 'gone-unread', bytes: 500, detail: 'gone before it could be opened' }]);
  expect(files.takeGone([])).toEqual([]);
});

test('nobody knows how much was in one that was empty when it was seen', () => {
  files.note(found(1, 0), null);
  expect(files.takeGone([])).toMatchObject([{ bytes: null }]);
});

test('one that lies there still is none, nor one that was opened later', () => {
  files.note(found(1, 500), 'EMFILE: too many open files');
  expect(files.takeGone([found(1, 500, '20261128-150000')])).toEqual([]);
  files.opened(found(1, 500));
  expect(files.takeGone([])).toEqual([]);
});

test('another file with its inode is not it', () => {
  files.note(found(1, 500), null);
  expect(files.takeGone([{ ...found(1, 80), birthMs: 1 }])).toMatchObject([{ bytes: 500 }]);
});

test('one that was refused is a gap with the reason of the refusal', () => {
  files.note(found(1, 500), 'EMFILE: too many open files');
  expect(files.takeGone([found(2, 10)])).toEqual([
    { reason: 'unreadable', bytes: 500, detail: 'EMFILE: too many open files' },
  ]);
});

test('a compressed copy of it is no loss', () => {
  files.note(found(1, 500, '20261128-150000'), 'EMFILE: too many open files');
  expect(files.takeGone([found(2, 90, '20261128-150000')])).toEqual([]);
});

test('those that are refused are gaps as long as they are there, with the bytes that they have now', () => {
  expect(files.note(found(1, 500), 'EACCES')).toBe(true);
  expect(files.note(found(1, 700), 'EACCES')).toBe(false);
  files.note(found(2, 0), 'EACCES');
  files.note(found(3, 40), null); // gone: a gap for good, once that is certain
  expect(files.count).toBe(2);
  expect(files.bytes).toBe(740);
  expect(files.gaps('from', 'now')).toEqual([
    { reason: 'unreadable', bytes: 700, lines: null, from: 'from', to: 'now', detail: 'EACCES' },
    { reason: 'unreadable', bytes: null, lines: null, from: 'from', to: 'now', detail: 'EACCES' },
  ]);
});
