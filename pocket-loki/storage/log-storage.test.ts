import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { labelsOf, noLabels } from '../common/labels';
import { encodeMetadata, encodeValue } from './entry';
import { LogStorage, type Span } from './log-storage';
import { StorageError } from './storage-error';

describe('the storage', () => {
  let dir: string;
  let storage: LogStorage;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'afterlog-storage-'));
    storage = await LogStorage.open(dir);
  });

  afterEach(async () => {
    await storage.close();
    await rm(dir, { recursive: true });
  });

  const labels = labelsOf([['app', 'x']]);
  const everything: Span = { from: 0n, until: 1n << 63n };

  async function append(...entries: Array<[time: number | bigint, line: string, pod?: string]>): Promise<number> {
    const stored = await storage.append([
      {
        stream: storage.stream(labels),
        entries: entries.map(([time, line, pod]) => ({
          time: BigInt(time),
          value: encodeValue(
            encodeMetadata(pod === undefined ? noLabels : labelsOf([['pod', pod]])),
            Buffer.from(line)
          ),
          size: line.length,
        })),
      },
    ]);
    return stored.reduce((sum, part) => sum + part.entries.length, 0);
  }

  async function read(span = everything, reverse = false): Promise<string[]> {
    const lines: string[] = [];
    for await (const entries of storage.scan(storage.stream(labels), span, reverse)) {
      lines.push(...entries.map(({ time, line, metadata }) => [time, line, ...metadata.values()].join(' ')));
    }
    return lines;
  }

  async function reopen(): Promise<void> {
    await storage.close();
    storage = await LogStorage.open(dir);
  }

  it('gives entries by time, those of one nanosecond in the order they came', async () => {
    await append([5, 'b'], [3, 'z'], [5, 'a'], [9, 'c']);
    await append([5, '0'], [1, 'first']);
    expect(await read()).toEqual(['1 first', '3 z', '5 b', '5 a', '5 0', '9 c']);
    expect(await read(everything, true)).toEqual(['9 c', '5 0', '5 a', '5 b', '3 z', '1 first']);
  });

  it('gives the entries of a span, its end left out', async () => {
    await append([1, 'a'], [2, 'b'], [3, 'c']);
    expect(await read({ from: 2n, until: 3n })).toEqual(['2 b']);
  });

  it('keeps an entry once: time, line and metadata are its identity', async () => {
    expect(await append([5, 'a'], [5, 'a'], [5, 'a', 'p'], [6, 'a'])).toBe(3);
    expect(await append([5, 'a'], [5, 'a', 'p'], [5, 'a', 'q'], [6, 'a'], [7, 'a'])).toBe(2);
    await reopen();
    expect(await append([5, 'a'], [7, 'a'], [4, 'a'], [4, 'a'])).toBe(1);
    expect(await read()).toEqual(['4 a', '5 a', '5 a p', '5 a q', '6 a', '7 a']);
  });

  it('finds duplicates among many, also with gaps between them', async () => {
    const batch = Array.from({ length: 3000 }, (_, i): [number, string] => [i * 10, `line ${i}`]);
    expect(await append(...batch)).toBe(3000);
    const again = batch.filter((_, i) => i % 700 < 300 || i > 2900);
    expect(await append(...again, [15, 'new'])).toBe(1);
    expect((await read()).length).toBe(3001);
  });

  it('takes an empty line and a line that is no UTF-8 as they are', async () => {
    await append([1, '']);
    await storage.append([
      {
        stream: storage.stream(labels),
        entries: [{ time: 2n, value: encodeValue(encodeMetadata(noLabels), Buffer.from([0x61, 0xff])), size: 2 }],
      },
    ]);
    expect(await read()).toEqual(['1 ', '2 a\ufffd']);
  });

  it('knows its streams and their spans after it was opened again', async () => {
    await append([5, 'a'], [9, 'b']);
    await reopen();
    const [stream] = storage.streams.all();
    expect(stream).toMatchObject({ text: '{app="x"}', oldest: 5n, newest: 9n });
    expect(storage.streams.within(9n, 10n)).toHaveLength(1);
    expect(storage.streams.within(10n, 20n)).toHaveLength(0);
    expect(storage.streams.within(0n, 5n)).toHaveLength(0);
  });

  it('counts entries and bytes by the minute, duplicates not', async () => {
    const minute = 60_000_000_000n;
    await append([minute, 'abc'], [minute + 1n, 'de'], [3n * minute, 'f']);
    await append([minute, 'abc'], [minute + 2n, 'gh']);
    await reopen();
    await append([3n * minute + 5n, 'ijk']);
    const stream = storage.stream(labels);
    expect(await storage.usageOf(stream, everything)).toEqual({ entries: 5, bytes: 11 });
    expect(await storage.usageOf(stream, { from: 0n, until: 2n * minute })).toEqual({ entries: 3, bytes: 7 });
    expect(await storage.usageOf(stream, { from: (3n * minute) / 2n, until: 2n * minute })).toEqual({
      entries: 1.5,
      bytes: 3.5,
    });
  });

  it('deletes what is old, and a stream with its last entry', async () => {
    await append([5, 'a'], [9, 'b']);
    expect(await storage.deleteBefore(9n)).toBe(0);
    expect(await read()).toEqual(['9 b']);
    expect(storage.stream(labels).oldest).toBe(9n);
    expect(await storage.deleteBefore(10n)).toBe(1);
    await reopen();
    expect(storage.streams.size).toBe(0);
    await append([1, 'again']);
    expect(await read()).toEqual(['1 again']);
  });

  it('keeps what is in blocks and what is not as one, whatever order it came in', async () => {
    await storage.close();
    storage = await LogStorage.open(dir, { flushBytes: 4000 });
    const model = new Map<string, bigint>();
    let seed = 7;
    const random = (limit: number) => (seed = (seed * 16807) % 2147483647) % limit;
    for (let round = 0; round < 60; round++) {
      const entries = Array.from({ length: 1 + random(30) }, (): [number, string] => [
        1000 + round * 20 + random(400) - 300,
        `line ${random(5)} ${'x'.repeat(random(40))}`,
      ]);
      const before = model.size;
      entries.forEach(([time, line]) => model.set(`${time} ${line}`, BigInt(time)));
      expect(await append(...entries)).toBe(model.size - before);
      if (round % 17 === 16) {
        await reopen();
      }
      if (round === 40) {
        await storage.deleteBefore(1200n);
        [...model].filter(([, time]) => time < 1200n).forEach(([key]) => model.delete(key));
      }
      const span = { from: BigInt(700 + random(800)), until: BigInt(1200 + random(1200)) };
      const expected = [...model].filter(([, time]) => time >= span.from && time < span.until).map(([key]) => key);
      const forward = await read(span);
      expect([...forward].sort()).toEqual(expected.sort());
      expect(forward.map((line) => Number(line.split(' ')[0]))).toEqual(
        [...forward.map((line) => Number(line.split(' ')[0]))].sort((a, b) => a - b)
      );
      expect(await read(span, true)).toEqual([...forward].reverse());
    }
    expect((await storage.usageOf(storage.stream(labels), everything)).entries).toBeGreaterThanOrEqual(model.size);
  });

  it('gives disk space back when it deletes', async () => {
    const lines = Array.from({ length: 40_000 }, (_, i): [number, string] => [i, `${Math.sin(i)} ${Math.cos(i)}`]);
    await append(...lines);
    await storage.flush();
    const size = async () => {
      const { readdir, stat } = await import('node:fs/promises');
      const names = (await readdir(dir)).filter((name) => name.endsWith('.ldb'));
      return (await Promise.all(names.map((name) => stat(join(dir, name))))).reduce((sum, file) => sum + file.size, 0);
    };
    const before = await size();
    await storage.deleteBefore(36_000n);
    expect(await size()).toBeLessThan(before / 4);
    expect(await read()).toHaveLength(4000);
  });

  it('is one process at a time', async () => {
    await expect(LogStorage.open(dir)).rejects.toThrow(StorageError);
    await expect(LogStorage.open(dir)).rejects.toThrow(`${dir} is in use by another process`);
  });
});
