import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freshDataDir } from './data-dir';

describe('the demo’s data directory', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'afterlog-demo-dir-'));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  it('starts clean where an earlier run was', async () => {
    const first = await freshDataDir(join(dir, 'demo'));
    mkdirSync(first.store);
    writeFileSync(join(first.store, 'LOCK'), '');
    await freshDataDir(join(dir, 'demo'));
    expect(readdirSync(join(first.log)).sort()).toEqual(['containers', 'pods']);
    expect(readdirSync(join(dir, 'demo'))).toEqual(['.afterlog-demo', 'var']);
  });

  it('never removes what is not its own', async () => {
    writeFileSync(join(dir, 'thesis.txt'), 'x');
    await expect(freshDataDir(dir)).rejects.toThrow(/holds files that are not of an earlier demo/);
    expect(existsSync(join(dir, 'thesis.txt'))).toBe(true);
  });

  it('names the flag when the path cannot be a directory', async () => {
    writeFileSync(join(dir, 'file'), 'x');
    await expect(freshDataDir(join(dir, 'file'))).rejects.toThrow(/^--data\.dir .*file: EEXIST/);
  });
});
