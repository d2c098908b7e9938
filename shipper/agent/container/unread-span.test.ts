import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { criLine } from '../../../tests/testkit/simulated-node';
import { LogFile } from '../files/log-file';
import { TailedFile } from './tailed-file';
import { firstLineMs, unreadSpan } from './unread-span';

const BASE_MS = Date.UTC(2026, 10, 24);
const line = (seconds: number, text = 'text') => criLine(BigInt(BASE_MS + seconds * 1000) * 1_000_000n, text);
const at = (seconds: number) => new Date(BASE_MS + seconds * 1000).toISOString().replace('.000Z', '.000000000Z');

let folder: string;
let file: TailedFile;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'afterlog-span-'));
});
afterEach(() => {
  file.close();
  rmSync(folder, { recursive: true });
});

function open(content: string): TailedFile {
  const path = join(folder, '0.log');
  writeFileSync(path, content);
  file = new TailedFile(LogFile.open(path, [folder]), '');
  return file;
}

describe('the span of what is not read', () => {
  const long = `${'x'.repeat(70_000)}\n`;

  test.each([
    ['is that of its first and its last line', line(1) + line(2) + line(3), at(1), at(3)],
    ['is that of one line, where there is one', line(1), at(1), at(1)],
    ['knows also a line without an end', line(1).slice(0, -1), at(1), at(1)],
    ['knows the last line without an end', line(1) + line(2).slice(0, -1), at(1), at(2)],
    ['has no begin where the first line has no time', `garbage\n${line(2)}`, null, at(2)],
    ['ends at the last line that has a time', `${line(1)}${line(2)}garbage\nmore\n`, at(1), at(2)],
    ['ends at the first line where only that has a time', `${line(1)}garbage`, at(1), at(1)],
    ['ends before empty lines', `${line(1)}${line(2)}\n\n`, at(1), at(2)],
    ['has no times where no line has one', 'garbage\nmore\n', null, null],
    ['is unknown of a newline', '\n', null, null],
    ['is unknown of nothing', '', null, null],
    ['has no begin where the first line is empty', `\n${line(1)}`, null, at(1)],
    ['is read at both ends of a large file', line(1) + line(2, 'y').repeat(5_000) + line(3), at(1), at(3)],
    ['does not look for its end beyond one long line', line(1) + line(2) + long, at(1), null],
    ['knows a long first line', line(1, long) + line(2), at(1), at(2)],
  ])('%s', (_, content, from, to) => {
    expect(unreadSpan(open(content))).toEqual({ from, to });
  });

  test('begins where reading stands', () => {
    const { read } = open(line(1) + line(2) + line(3));
    read.offset = line(1).length;
    expect(unreadSpan(file)).toEqual({ from: at(2), to: at(3) });
    read.offset = line(1).length * 3;
    expect(unreadSpan(file)).toEqual({ from: null, to: null });
  });
});

describe('the time of a file’s first line', () => {
  test.each([
    ['is in it', criLine(BigInt(BASE_MS) * 1_000_000n + 250_000_000n, 'text') + line(2), BASE_MS + 250],
    ['is unknown while the line has no end', line(1).slice(0, -1), null],
    ['is unknown where it has none', `garbage\n${line(2)}`, null],
    ['is unknown where it is empty', `\n${line(2)}`, null],
    ['is unknown of nothing', '', null],
  ])('%s', (_, content, ms) => {
    expect(firstLineMs(open(content))).toBe(ms);
  });
});
