import { cp, mkdtemp, open, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { labelsOf, noLabels } from '../common/labels';
import { encodeMetadata, encodeValue } from './entry';
import { LogStorage } from './log-storage';
import { DamagedError, StorageError } from './storage-error';

describe('a store whose files were damaged', () => {
  let root: string;
  let dir: string;
  let storage: LogStorage | undefined;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'afterlog-damage-'));
    dir = join(root, 'store');
    storage = await LogStorage.open(dir);
  });

  afterEach(async () => {
    await storage?.close();
    await rm(root, { recursive: true });
  });

  const labels = labelsOf([['app', 'x']]);

  async function append(from: number, count: number): Promise<void> {
    const entries = Array.from({ length: count }, (_, i) => {
      const line = Buffer.from(`line ${from + i} ${Math.sin(from + i)}`);
      return { time: BigInt(from + i), value: encodeValue(encodeMetadata(noLabels), line), size: line.length };
    });
    await storage?.append([{ stream: storage.stream(labels), entries }]);
  }

  async function count(from = 0n, until = 1n << 62n): Promise<number> {
    let entries = 0;
    for await (const chunk of storage?.scan(storage.stream(labels), { from, until }) ?? []) {
      entries += chunk.length;
    }
    return entries;
  }

  /** What is on the disk now, as after `kill -9`. */
  async function copy(): Promise<string> {
    const to = join(root, 'copy');
    await rm(to, { recursive: true, force: true });
    await cp(dir, to, { recursive: true });
    await rm(join(to, 'LOCK'), { force: true });
    return to;
  }

  async function reopen(path: string): Promise<LogStorage> {
    await storage?.close();
    storage = await LogStorage.open(path);
    return storage;
  }

  async function flip(path: string, at: number, bytes = 1): Promise<void> {
    const file = await open(path, 'r+');
    const { buffer } = await file.read(Buffer.alloc(bytes), 0, bytes, at);
    await file.write(
      buffer.map((byte) => byte ^ 0xff),
      0,
      bytes,
      at
    );
    await file.close();
  }

  const filesOf = async (path: string, pattern: RegExp) =>
    (await readdir(path)).filter((name) => pattern.test(name)).map((name) => join(path, name));

  it('loses the one record of the write-ahead log that is damaged, and tells how many entries that were', async () => {
    await append(0, 500);
    await append(500, 300);
    await append(800, 200);
    const to = await copy();
    const [wal = ''] = await filesOf(to, /^wal-/);
    await flip(wal, Math.floor((await stat(wal)).size * 0.7));
    const { recovery } = await reopen(to);
    expect(await count()).toBe(700);
    expect(recovery.droppedEntries).toBe(300);
    expect(recovery.messages).toEqual([expect.stringContaining('300 entries')]);
    expect(await filesOf(to, /^damaged-wal-/)).toHaveLength(1);
  });

  it('goes on behind a damaged header, and a record that was not finished', async () => {
    await append(0, 500);
    await append(500, 300);
    await append(800, 200);
    const to = await copy();
    const [wal = ''] = await filesOf(to, /^wal-/);
    await flip(wal, 2);
    const { size } = await stat(wal);
    await truncate(wal, size - 5);
    const { recovery } = await reopen(to);
    expect(await count()).toBe(300);
    expect(recovery.droppedBytes).toBeGreaterThan(500 * 20);
    await append(2000, 100);
    await reopen(to);
    expect(await count()).toBe(400);
  });

  it('fails a query over a damaged block, and answers one beside it', async () => {
    await append(0, 20_000);
    await storage?.flush();
    const to = await copy();
    const [table = ''] = await filesOf(to, /\.ldb$/);
    await flip(table, 150_000, 20);
    await reopen(to);
    await expect(count()).rejects.toThrow(DamagedError);
    expect(await count(0n, 10n)).toBe(10);
    expect(await count(19_990n)).toBe(10);
  });

  it.each([0.2, 0.5, 0.9])('finds each flipped byte in a table, or answers as before (%d)', async (part) => {
    await append(0, 20_000);
    await storage?.flush();
    for (let i = 0; i < 10; i++) {
      const to = await copy();
      const [table = ''] = await filesOf(to, /\.ldb$/);
      await flip(table, Math.floor((await stat(table)).size * Math.min(0.999, part + i / 100)));
      const outcome = await LogStorage.open(to).then(
        async (opened) => {
          let entries = 0;
          try {
            for await (const chunk of opened.scan(opened.stream(labels), { from: 0n, until: 1n << 62n })) {
              entries += chunk.length;
            }
            return entries === 20_000 || opened.recovery.messages.length > 0;
          } catch {
            return true;
          } finally {
            await opened.close();
          }
        },
        (error: unknown) => error instanceof StorageError
      );
      expect(outcome).toBe(true);
    }
  });

  it('is not opened where its list of tables was cut, and stays as it is', async () => {
    await append(0, 20_000);
    await storage?.flush();
    await append(20_000, 20_000);
    await storage?.flush();
    const tables = (await filesOf(await copy(), /\.ldb$/)).length;
    expect(tables).toBeGreaterThan(0);
    const size = (await stat((await filesOf(await copy(), /^MANIFEST/))[0] ?? '')).size;
    let refused = 0;
    for (let length = 0; length < size; length += 7) {
      const to = await copy();
      const [manifest = ''] = await filesOf(to, /^MANIFEST/);
      await truncate(manifest, length);
      const outcome = await LogStorage.open(to).then(
        async (opened) => {
          let entries = 0;
          for await (const chunk of opened.scan(opened.stream(labels), { from: 0n, until: 1n << 62n })) {
            entries += chunk.length;
          }
          await opened.close();
          return entries;
        },
        (error: unknown) => error
      );
      if (outcome !== 40_000) {
        refused++;
        expect(outcome).toBeInstanceOf(StorageError);
        expect(await filesOf(to, /\.ldb$/)).toHaveLength(tables);
      }
    }
    expect(refused).toBeGreaterThan(5);
  });

  it.each(['CURRENT', 'MANIFEST'])('is not opened without its %s', async (name) => {
    await append(0, 10);
    await storage?.flush();
    const to = await copy();
    const [path = ''] = await filesOf(to, new RegExp(`^${name}`));
    await rm(path);
    await expect(LogStorage.open(to)).rejects.toThrow(`the store in ${to} is damaged`);
  });

  it('is not opened where something else wrote its database', async () => {
    const other = join(root, 'other');
    const db = new ClassicLevel(other);
    await db.put('a', 'b');
    await db.close();
    await expect(LogStorage.open(other)).rejects.toThrow("has a database that is not a store's");
    await db.open();
    expect(await db.get('a')).toBe('b');
    await db.close();
  });

  it('loses nothing where the database loses its own log', async () => {
    await append(0, 5000);
    await storage?.flush();
    const to = await copy();
    for (const log of await filesOf(to, /\.log$/)) {
      await writeFile(
        log,
        (await readFile(log)).map((byte) => byte ^ 0x55)
      );
    }
    await reopen(to);
    expect(await count()).toBe(5000);
  });

  it('is for its owner only', async () => {
    expect((await stat(dir)).mode & 0o777).toBe(0o700);
  });
});
