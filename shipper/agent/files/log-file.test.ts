import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { randomBytes } from 'node:crypto';
import { Descriptors } from './descriptors';
import { ForeignLink, LogFile } from './log-file';

let dir: string;
let opened: LogFile[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'afterlog-log-file-'));
  opened = [];
});
afterEach(() => {
  opened.forEach((log) => log.close());
  rmSync(dir, { recursive: true });
});

function open(path: string): LogFile {
  const log = LogFile.open(path, [dir]);
  opened.push(log);
  return log;
}
function write(name: string, content: string | Buffer): string {
  const path = join(dir, name);
  writeFileSync(path, content);
  return path;
}
const head = (n: number) => `2026-11-24T00:00:00.${String(n).padStart(9, '0')}Z stdout F`;

/** Reads as the agent does: what is compressed is prepared when it has to be. */
async function read(log: LogFile, offset: number, length: number): Promise<string> {
  const memory = Buffer.alloc(length);
  let n = log.readAt(memory, 0, length, offset);
  if (n === null) {
    await log.prepare(offset, length);
    n = log.readAt(memory, 0, length, offset);
  }
  return memory.toString('latin1', 0, n ?? 0);
}

describe('a plain file', () => {
  test('is read anywhere, and looked at as it grows', async () => {
    const path = write('0.log', 'first\n');
    const log = open(path);
    expect([log.size, log.unread, log.unacked]).toEqual([6, 6, 6]);
    appendFileSync(path, 'second\n');
    expect(log.stat()).toMatchObject({ size: 13, links: 1 });
    expect(await read(log, 6, 100)).toBe('second\n');
    expect(await read(log, 13, 100)).toBe('');
  });

  test('is read on after its name is gone', async () => {
    const path = write('0.log', 'kept\n');
    const log = open(path);
    unlinkSync(path);
    expect(log.stat().links).toBe(0);
    expect(await read(log, 0, 100)).toBe('kept\n');
  });

  test.each([
    ['absent', /ENOENT/],
    ['directory', /no regular file/],
  ])('has to be one: %s', (name, error) => {
    mkdirSync(join(dir, 'directory'));
    expect(() => open(join(dir, name))).toThrow(error);
  });

  test('may be reached by a link inside the log directories, not outside', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'afterlog-outside-'));
    writeFileSync(join(outside, 'secret'), 'secret');
    symlinkSync(join(outside, 'secret'), join(dir, '1.log'));
    symlinkSync(write('json.log', 'inside'), join(dir, '0.log'));
    try {
      expect(await read(open(join(dir, '0.log')), 0, 100)).toBe('inside');
      expect(() => open(join(dir, '1.log'))).toThrow(ForeignLink);
      expect(() => open(join(dir, '1.log'))).toThrow(`${join(dir, '1.log')} leads to ${join(outside, 'secret')}`);
    } finally {
      rmSync(outside, { recursive: true });
    }
  });
});

describe('identity', () => {
  test('is the first line’s, under whichever name, as it grows, and compressed', async () => {
    const content = `${head(1)} one\n${head(2)} two\n`;
    const path = write('0.log', content);
    const before = open(path).identity();
    renameSync(path, `${path}.20261124-000000`);
    appendFileSync(`${path}.20261124-000000`, `${head(3)} three\n`);
    const packed = open(write('0.log.20261124-000000.gz', gzipSync(content)));
    expect(packed.identity()).toBeNull(); // nothing is unpacked yet
    await packed.prepare(0, 200);
    expect(before).toMatch(/^[0-9a-f]{16}$/);
    expect([open(`${path}.20261124-000000`).identity(), packed.identity()]).toEqual([before, before]);
  });

  test('is another’s where the first line differs', () => {
    const a = open(write('0.log', `${head(1)} same\n`));
    const b = open(write('1.log', `${head(2)} same\n`));
    expect(a.identity()).not.toBe(b.identity());
  });

  test('of Docker’s lines is that of the time at their end, and NULs and empty lines before the first are none of it', async () => {
    const docker = (n: number) =>
      `{"log":"${'x'.repeat(20_000)}\\n","stream":"stdout","time":"${head(n).slice(0, 30)}"}\n`;
    const contents = [docker(1), docker(2), `\0\0\n${docker(2)}`, `${'\0'.repeat(200)}${docker(3)}`, '\0'.repeat(200)];
    const [one, two, behind, third, nothing] = contents.map((content, i) =>
      open(write(`${i}.log`, content)).identity()
    );
    expect(new Set([one, two, third]).size).toBe(3);
    expect([behind, nothing]).toEqual([two, null]);
    const packed = open(write('0.log.1.gz', gzipSync(docker(1) + docker(2))));
    await packed.prepare(0);
    expect(packed.identity()).toBe(one);
  });

  test('needs a whole line, or a long beginning of one', () => {
    const path = write('0.log', head(1));
    const log = open(path);
    expect(log.identity()).toBeNull();
    appendFileSync(path, 'x'.repeat(200));
    const long = log.identity();
    expect(long).not.toBeNull();
    appendFileSync(path, ' and on\n');
    expect(open(path).identity()).toBe(long);
  });
});

describe('a compressed file', () => {
  // Bytes that do not compress, so that the stream hands them over in many pieces.
  const content = randomBytes(600 * 1024).toString('hex');
  const expected = (offset: number, length: number) => content.slice(offset, offset + length);

  test('is read forwards, back, and to its end', async () => {
    const log = open(write('0.log.20261124-000000.gz', gzipSync(content)));
    expect([log.compressed, log.atGzipEnd, log.size]).toEqual([true, false, 0]);
    const size = 50_000;
    for (const offset of [0, 50_000, 700_000, 10, 300_000, 1_150_000, 1_200_000, 5]) {
      expect((await read(log, offset, size)) === expected(offset, size)).toBe(true);
    }
    expect(await read(log, content.length - 3, 10)).toBe(content.slice(-3));
    expect([log.atGzipEnd, log.size]).toEqual([true, content.length]);
    expect(await read(log, content.length, 10)).toBe('');
  });

  test('that is empty ends at once', async () => {
    const log = open(write('0.log.20261124-000000.gz', gzipSync('')));
    expect(await read(log, 0, 10)).toBe('');
    expect(log.atGzipEnd).toBe(true);
  });

  test('that is cut off is read up to there, and then fails each time', async () => {
    const packed = gzipSync(content);
    const path = write('0.log.20261124-000000.gz', packed.subarray(0, packed.length / 2));
    const log = open(path);
    expect((await read(log, 0, 1000)) === expected(0, 1000)).toBe(true);
    await setTimeout(50); // the error comes while nobody reads
    await expect(log.prepare(1_000_000, 1000)).rejects.toThrow(`${path}: unexpected end of file`);
    await expect(log.prepare(1_000_000, 1000)).rejects.toThrow('unexpected end of file');
  });

  test.each([
    ['that is none', 'plain text', /incorrect header check/],
    ['with broken content', Buffer.concat([gzipSync('x').subarray(0, 10), Buffer.alloc(100, 0xff)]), /invalid/],
  ])('%s is an error that names it', async (_what, bytes, error) => {
    const path = write('0.log.20261124-000000.gz', bytes);
    const prepared = open(path).prepare(0, 10);
    await expect(prepared).rejects.toThrow(error);
    await expect(prepared).rejects.toThrow(path);
  });

  test('that was deleted before it was unpacked is read all the same', async () => {
    const path = write('0.log.20261124-000000.gz', gzipSync('complete'));
    const log = open(path);
    unlinkSync(path);
    expect(await read(log, 0, 10)).toBe('complete');
  });

  test('gives its memory to others while it waits, and goes on where it stood', async () => {
    const logs = Array.from({ length: 10 }, (_, i) => open(write(`${i}.log.20261124-000000.gz`, gzipSync(content))));
    for (const offset of [0, 600_000, 1_100_000]) {
      for (const log of logs) {
        expect((await read(log, offset, 50_000)) === expected(offset, 50_000)).toBe(true);
      }
    }
    expect(logs.filter(({ memoryBytes }) => memoryBytes > 0).length).toBeLessThanOrEqual(8);
  });
});

describe('with fewer descriptors than files', () => {
  let before: number;
  beforeEach(() => (before = Descriptors.limit(2)));
  afterEach(() => Descriptors.limit(before));
  const held = () => opened.filter((log) => !log.isParked).length;

  test('the others are found again by name, also under another one, and read on', async () => {
    const logs = [0, 1, 2, 3].map((n) => open(write(`${n}.log`, `line of ${n}\n`)));
    expect(held()).toBe(2);
    renameSync(join(dir, '0.log'), join(dir, '0.log.20260101-100000'));
    logs[0]!.path = join(dir, '0.log.20260101-100000');
    appendFileSync(join(dir, '1.log'), 'more\n');
    expect(logs[1]!.stat().size).toBe(15);
    for (const [n, log] of logs.entries()) {
      expect(await read(log, 0, 100)).toBe(`line of ${n}\n${n === 1 ? 'more\n' : ''}`);
      expect(held()).toBe(2);
    }
  });

  test('those at rest give way first, and a deleted one, which nobody finds again, does not', () => {
    const deleted = open(write('0.log', 'deleted\n'));
    unlinkSync(join(dir, '0.log'));
    const unread = open(write('1.log', 'unread\n'));
    const atRest = open(write('2.log', ''));
    open(write('3.log', 'one more\n'));
    expect([deleted, unread, atRest].map(({ isParked }) => isParked)).toEqual([false, true, true]);
    expect(deleted.isOpen).toBe(true);
  });

  test('another file under its name is not taken for it', () => {
    const log = open(write('0.log', 'old\n'));
    open(write('1.log', 'a\n'));
    open(write('2.log', 'b\n'));
    expect(log.isParked).toBe(true);
    renameSync(join(dir, '1.log'), join(dir, '0.log'));
    expect(log.stat().size).toBe(4);
    expect(() => log.readAt(Buffer.alloc(10), 0, 10, 0)).toThrow('another file now');
  });
});
