import { ClassicLevel } from 'classic-level';
import { type Labels, labelsOf } from '../common/labels';
import { momentsOf } from './duplicates';
import { openError, StorageError } from './storage-error';
import { StoredEntry } from './entry';
import {
  clampTime,
  earliest,
  entryKey,
  formatKey,
  latest,
  streamIdOf,
  streamKey,
  streamsFrom,
  streamsUntil,
  timeOf,
} from './keys';
import { minute, startOfMinute, type Usage, UsageCounters, type Used } from './usage';
import { clearSpan, extendSpan, holdsEntries, type Stream, StreamIndex } from './stream-index';

/** Entries for one stream; `value` as `encodeValue` gives it, `size` what counts as the entry's volume. */
export interface Append {
  stream: Stream;
  entries: ReadonlyArray<{ time: bigint; value: Buffer; size: number }>;
}

/** Entries of a stream that are in the database. */
export interface Stored {
  stream: Stream;
  entries: StoredEntry[];
}

interface Put {
  type: 'put';
  key: Buffer;
  value: Buffer;
}

/** A part of a stream: entries of [from, until), nanoseconds since 1970. */
export interface Span {
  from: bigint;
  until: bigint;
}

const formatVersion = 'afterlog-store 1';
const firstChunk = 128;
const fullChunk = 4096;
const binary = { keyEncoding: 'buffer', valueEncoding: 'buffer' } as const;

/** The log on the disk. The only place that knows the database; one writer at a time is the caller's care. */
export class LogStorage {
  readonly streams = new StreamIndex();
  private readonly unwritten = new Set<Stream>();

  private readonly usage: UsageCounters;

  private constructor(private readonly db: ClassicLevel<Buffer, Buffer>) {
    this.usage = new UsageCounters(db);
  }

  /**
   * Opens the directory, or makes it.
   *
   * @throws StorageError where another process has it open, it was written by something else, or it cannot be read.
   */
  static async open(dir: string): Promise<LogStorage> {
    const db = new ClassicLevel<Buffer, Buffer>(dir, {
      ...binary,
      // Larger buffers and files than the database's own: fewer, larger merges while logs pour in.
      writeBufferSize: 16 << 20,
      maxFileSize: 8 << 20,
      blockSize: 16 << 10,
    });
    try {
      await db.open();
    } catch (error) {
      throw openError(dir, error);
    }
    const storage = new LogStorage(db);
    try {
      await storage.checkFormat(dir);
      await storage.loadStreams();
    } catch (error) {
      await db.close();
      throw error;
    }
    return storage;
  }

  /** The stream of these labels, made where there is none. It reaches the disk with its first entry. */
  stream(labels: Labels): Stream {
    const known = this.streams.find(labels);
    if (known) {
      return known;
    }
    const stream = this.streams.add(labels);
    this.unwritten.add(stream);
    return stream;
  }

  /**
   * Writes entries, all or none. When it resolves they are with the operating system: they survive the end of this
   * process, not that of the machine. An entry equal to a stored one (stream, time, metadata, line) is not written again.
   *
   * @returns what was new
   */
  async append(appends: readonly Append[]): Promise<Stored[]> {
    const batch: Put[] = [];
    const stored: Stored[] = [];
    for (const { stream, entries } of appends) {
      if (this.unwritten.has(stream)) {
        batch.push({ type: 'put', key: streamKey(stream.id), value: Buffer.from(JSON.stringify([...stream.labels])) });
      }
      const moments = await momentsOf(this.db, stream, entries);
      const fresh: Used[] = [];
      const written: StoredEntry[] = [];
      stored.push({ stream, entries: written });
      for (const { time, value, size } of entries) {
        const moment = moments.get(time);
        const sequence = moment ? moment.take(value) : 0;
        if (sequence !== undefined) {
          const key = entryKey(stream.id, time, sequence);
          batch.push({ type: 'put', key, value });
          written.push(new StoredEntry(key, value));
          fresh.push({ time, bytes: size });
        }
      }
      for (const write of await this.usage.add(stream, fresh)) {
        batch.push({ type: 'put', ...write });
      }
    }
    await this.write(batch, appends);
    for (const { stream, entries } of appends) {
      this.unwritten.delete(stream);
      for (const { time } of entries) {
        extendSpan(stream, time);
      }
    }
    return stored;
  }

  /** The entries of a stream in pieces, oldest first or newest first. Ends early where the caller stops asking. */
  async *scan(stream: Stream, span: Span, reverse = false): AsyncGenerator<StoredEntry[]> {
    const iterator = this.db.iterator({ ...binary, ...rangeOf(stream, span), reverse, highWaterMarkBytes: 1 << 20 });
    try {
      let size = firstChunk;
      for (;;) {
        const entries = await iterator.nextv(size);
        if (entries.length === 0) {
          return;
        }
        yield entries.map(([key, value]) => new StoredEntry(key, value));
        size = fullChunk;
      }
    } finally {
      await iterator.close();
    }
  }

  /** What a stream holds in a span. */
  usageOf(stream: Stream, { from, until }: Span): Promise<Usage> {
    // Beyond the stream's own ends nothing is cut off: there, whole minutes count.
    return this.usage.between(
      stream,
      from <= stream.oldest ? startOfMinute(stream.oldest) : from,
      until > stream.newest ? startOfMinute(stream.newest) + minute : until
    );
  }

  /** Deletes what is older than `time`, and streams of which nothing is left. @returns how many streams went */
  async deleteBefore(time: bigint): Promise<number> {
    let gone = 0;
    for (const stream of this.streams.all()) {
      if (holdsEntries(stream) && stream.oldest < time) {
        await this.db.clear({ keyEncoding: 'buffer', ...rangeOf(stream, { from: earliest, until: time }) });
        await this.usage.deleteBefore(stream, time);
        await this.readSpan(stream);
      }
      if (!holdsEntries(stream) && !this.unwritten.has(stream)) {
        await this.db.del(streamKey(stream.id));
        this.usage.forget(stream);
        this.streams.remove(stream);
        gone++;
      }
    }
    return gone;
  }

  async close(): Promise<void> {
    await this.db.close();
  }

  private async write(batch: Put[], appends: readonly Append[]): Promise<void> {
    try {
      await this.db.batch(batch);
    } catch (error) {
      // What was counted ahead is not on the disk.
      appends.forEach(({ stream }) => this.usage.forget(stream));
      throw error;
    }
  }

  private async checkFormat(dir: string): Promise<void> {
    const found = await this.db.get(formatKey);
    if (found === undefined) {
      await this.db.put(formatKey, Buffer.from(formatVersion));
    } else if (found.toString() !== formatVersion) {
      throw new StorageError(
        `${dir} was written by "${found.toString()}", this is "${formatVersion}": use another directory`
      );
    }
  }

  private async loadStreams(): Promise<void> {
    for await (const [key, value] of this.db.iterator({ ...binary, gte: streamsFrom, lt: streamsUntil })) {
      const pairs = JSON.parse(value.toString()) as Array<[string, string]>;
      const stream = this.streams.add(labelsOf(pairs), streamIdOf(key));
      await this.readSpan(stream);
    }
  }

  private async readSpan(stream: Stream): Promise<void> {
    const range = rangeOf(stream, { from: earliest, until: latest });
    clearSpan(stream);
    for (const reverse of [false, true]) {
      for await (const key of this.db.keys({ keyEncoding: 'buffer', ...range, reverse, limit: 1 })) {
        extendSpan(stream, timeOf(key));
      }
    }
  }
}

function rangeOf(stream: Stream, { from, until }: Span) {
  return { gte: entryKey(stream.id, clampTime(from), 0), lt: entryKey(stream.id, clampTime(until), 0) };
}
