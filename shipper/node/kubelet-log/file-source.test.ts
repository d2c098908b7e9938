import { appendFile, mkdtemp, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../../tests/testkit/until';
import { createLogger } from '../../common/log';
import { FileSource } from './file-source';
import type { SourceLine } from './line-source';

const logger = createLogger('error');
let directory: string;
let path: string;
let sources: FileSource[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'afterlog-file-source-'));
  path = join(directory, 'kubelet.log');
  sources = [];
});
afterEach(async () => {
  await Promise.all(sources.map((source) => source.stop()));
  await rm(directory, { recursive: true });
});

async function follow(position: string | null = null): Promise<{ lines: SourceLine[]; source: FileSource }> {
  const source = new FileSource(path, logger, 5);
  sources.push(source);
  const lines: SourceLine[] = [];
  await source.start(position, (line) => lines.push(line));
  return { lines, source };
}

const texts = (lines: SourceLine[]): string[] => lines.map(({ text }) => text);

describe('FileSource', () => {
  test('gives out whole lines as they come, and knows when the newest was written', async () => {
    await writeFile(path, 'one\ntwo\nth');
    const { lines } = await follow();
    expect(texts(lines)).toEqual(['one', 'two']);
    await appendFile(path, 'ree\n');
    await until('line 3', () => lines.length === 3);
    expect(texts(lines)[2]).toBe('three');
    expect(lines[0]?.writtenMs).toBeUndefined();
    expect(Math.abs((lines[2]?.writtenMs ?? 0) - Date.now())).toBeLessThan(10_000);
  });

  test('waits for a file that is not there yet', async () => {
    const { lines, source } = await follow();
    expect(source.state).toBe(`waiting for ${path}`);
    expect(source.problem).toBe(`${path}: no such file`); // at once, for it may be a slip of the pen
    await writeFile(path, 'one\n');
    await until('line 1', () => lines.length === 1);
    await until('reading', () => source.state === `reading ${path}` && source.problem === null);
  });

  test('tells why a file cannot be opened, and reads it as soon as it can', async () => {
    await symlink('kubelet.log', path);
    const { lines, source } = await follow();
    expect(source.state).toMatch(`cannot read ${path}: ELOOP`);
    await rm(path);
    await writeFile(path, 'one\n');
    await until('line 1', () => lines.length === 1);
    await until('reading', () => source.state === `reading ${path}`);
  });

  test('reads a renamed file to its end and then the new one', async () => {
    await writeFile(path, 'one\n');
    const { lines } = await follow();
    await rename(path, `${path}.1`);
    await appendFile(`${path}.1`, 'two\n');
    await writeFile(path, 'three\n');
    await until('line 3', () => lines.length === 3);
    expect(texts(lines)).toEqual(['one', 'two', 'three']);
  });

  test('begins again at the top of a truncated file', async () => {
    await writeFile(path, 'one, which is long\n');
    const { lines } = await follow();
    await truncate(path);
    await new Promise((resolve) => setTimeout(resolve, 30));
    await appendFile(path, 'two\n');
    await until('line 2', () => lines.length === 2);
    expect(texts(lines)).toEqual(['one, which is long', 'two']);
  });

  test('goes on after a restart, also when the file was rotated meanwhile', async () => {
    await writeFile(path, 'one\ntwo\n');
    const first = await follow();
    await first.source.stop();
    await appendFile(path, 'three\n');
    await rename(path, `${path}.1`);
    await writeFile(path, 'four\n');
    const second = await follow(first.lines[0]?.position);
    expect(texts(second.lines)).toEqual(['two', 'three', 'four']);
  });

  test('reads from the beginning when the position means nothing to it', async () => {
    await writeFile(path, 'one\n');
    expect(texts((await follow('s=journal;i=5')).lines)).toEqual(['one']);
  });

  test('skips a line without end and goes on after it', async () => {
    await writeFile(path, `${'x'.repeat(600_000)}`);
    const { lines } = await follow();
    await appendFile(path, 'xx\nnext\n');
    await until('a line', () => lines.length > 0);
    expect(texts(lines)).toEqual(['next']);
  });

  test('names the newest line with a header before it reads', async () => {
    await writeFile(
      path,
      'I1123 23:15:38.571891   18848 a.go:1] old\nI1123 23:15:39.571891   18848 a.go:1] new\n\tmore\n'
    );
    const source = new FileSource(path, logger);
    expect(await source.newest()).toMatchObject({ text: 'I1123 23:15:39.571891   18848 a.go:1] new' });
  });
});
