import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expectedLines } from './expected-lines';

const cri = (...lines: string[]) => lines.map((line) => `2026-11-23T23:13:47.9Z ${line}\n`).join('');

describe('the lines that a recording holds', () => {
  let dir: string;
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'afterlog-lines-'));
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  async function count(files: Record<string, string>): Promise<Record<string, number>> {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(dir, path)), { recursive: true });
      writeFileSync(join(dir, path), text);
    }
    return Object.fromEntries(await expectedLines(dir, new Map(Object.keys(files).map((path) => [path, 0]))));
  }

  it('joins the pieces of a line and counts a last line without its end', async () => {
    const text = cri('stdout P one', 'stderr F two', 'stdout F  of two', 'stdout F ', 'stdout P unfinished');
    expect(await count({ 'p/c/0.log': text, 'p/c/1.log': '' })).toEqual({ 'p/c/0.log': 4, 'p/c/1.log': 0 });
  });

  it('counts rotated files to their container, also a line that was cut by a rotation', async () => {
    const files = {
      'p/r/0.log': cri('stdout F end', 'stdout F 3'),
      'p/r/0.log.20261123-232307': cri('stdout F 1'),
      'p/r/0.log.20261123-232317': cri('stdout F 2', 'stdout P begin '),
    };
    expect(await count(files)).toEqual({ 'p/r/0.log': 4 });
  });
});
