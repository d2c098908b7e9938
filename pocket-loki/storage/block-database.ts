import { setImmediate as nextTurn } from 'node:timers/promises';
import { ClassicLevel } from 'classic-level';
import { labelsOf } from '../common/labels';
import { blocksOf, decodeBlock, encodeBlock } from './block';
import type { Head } from './head';
import {
  blockKey,
  type BlockPlace,
  blocksFrom,
  blocksUntil,
  earliest,
  flushedKey,
  formatKey,
  indexFrom,
  indexKey,
  indexUntil,
  latest,
  streamIdOf,
  streamKey,
  streamsFrom,
  streamsUntil,
} from './keys';
import { checkDatabaseFiles, droppedByDatabase } from './leveldb-files';
import { decodeStreamRow, encodeIndexRow, encodeStreamRow, readIndexRow, type StreamRow } from './rows';
import type { BlockRef } from './scan';
import { DamagedError, openError, StorageError, UnwritableError } from './storage-error';
import { extendSpan, type Stream, type StreamIndex } from './stream-index';
import { type Usage, UsageCounters } from './usage';

/** A block that can be had. */
export interface StoredBlock extends BlockRef {
  /** Its bytes for `decodeBlock`; undefined where retention has deleted it meanwhile. @throws DamagedError */
  load(): Promise<Buffer | undefined>;
}

/** What opening found to be lost; zeros where nothing was. */
export interface Recovery {
  droppedEntries: number;
  droppedBytes: number;
  /** One line for each thing that was damaged. */
  messages: string[];
}

/** What is known of a stream beside its labels. */
interface StreamState extends Omit<StreamRow, 'labels'> {
  /** Time of the newest entry in a block; below every time where there is none. */
  newestInBlocks: bigint;
}

export const formatVersion = 'afterlog-store 2';
const binary = { keyEncoding: 'buffer', valueEncoding: 'buffer' } as const;
const decodedBlocks = 16;
const worthCompacting = 1 << 20;

type Rows = AsyncIterable<[Buffer, Buffer]>;

/**
 * What is in blocks: the blocks themselves, the index by stream and time, a row for each stream, and usage by the minute, in
 * one database that keeps them in order. One writer at a time is the caller's care.
 */
export class BlockDatabase {
  readonly usage = new UsageCounters();
  /** Why the last write failed; undefined where it did not. */
  failure: unknown;
  private readonly states = new Map<Stream, StreamState>();
  private readonly decoded = new Map<string, ReturnType<typeof decodeBlock>>();
  private nextBlock = 1;
  /** Of all blocks, and of deleted ones whose disk space was not given back yet. */
  private blockBytes = 0;
  private freedBytes = 0;
  /** A write that is under way: who reads beside it would see half of the change. */
  private committing: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly dir: string,
    private db: ClassicLevel<Buffer, Buffer>,
    private readonly streams: StreamIndex,
    private readonly recovery: Recovery
  ) {}

  /**
   * Opens the database of a directory, or makes it, and adds its streams to `streams`. What was damaged is left out, and
   * told in `recovery`.
   *
   * @throws StorageError
   */
  static async open(dir: string, streams: StreamIndex, recovery: Recovery): Promise<BlockDatabase> {
    const isThere = await checkDatabaseFiles(dir);
    const database = new BlockDatabase(dir, await openDatabase(dir), streams, recovery);
    try {
      await database.checkFormat(isThere);
      await database.loadStreams();
    } catch (error) {
      await database.close();
      throw error instanceof StorageError ? error : openError(dir, error);
    }
    return database;
  }

  close(): Promise<void> {
    return this.db.close();
  }

  // Reading.

  /** The write that is under way, if one is: what is read once it is over, and before the next await, is of one moment. */
  get settled(): Promise<unknown> {
    return this.committing;
  }

  /** Index rows of the blocks of a stream that may have entries from a time on, as they are now. */
  rowsFrom(stream: Stream, time: bigint): Rows {
    return this.readable().iterator({ ...binary, ...indexRange(stream, time, latest) });
  }

  /** The blocks of such rows that have entries before `until`. */
  async blocksOf(stream: Stream, rows: Rows, until: bigint): Promise<StoredBlock[]> {
    const { clamp } = this.stateOf(stream);
    const blocks: StoredBlock[] = [];
    for await (const [key, value] of rows) {
      const { place, first } = readIndexRow(key, value, stream);
      const start = place.number < clamp.block ? clamp.time : earliest;
      if (first < until && place.last >= start) {
        const load = () => this.loadBlock(stream, place);
        blocks.push({
          first: first > start ? first : start,
          last: place.last,
          number: place.number,
          from: start,
          load,
        });
      }
    }
    return blocks;
  }

  /** What a stream holds in [from, until). */
  async usageOf(stream: Stream, from: bigint, until: bigint): Promise<Usage> {
    await this.committing;
    return this.usage.between(this.readable(), stream, from, until);
  }

  /** Adds to the contents at the given times what a stream has in blocks. */
  async noteStored(stream: Stream, contents: Map<bigint, Set<string>>): Promise<void> {
    const { newestInBlocks, clamp } = this.stateOf(stream);
    const times = [...contents.keys()].filter((time) => time <= newestInBlocks).sort((a, b) => (a < b ? -1 : 1));
    const [first] = times;
    if (first === undefined) {
      return;
    }
    for await (const [key, value] of this.rowsFrom(stream, first)) {
      const row = readIndexRow(key, value, stream);
      const wanted = times.filter((time) => time >= row.first && time <= row.place.last);
      const block = wanted.length === 0 ? undefined : await this.decodedBlock(stream, row.place);
      for (const time of wanted) {
        const isDeleted = row.place.number < clamp.block && time < clamp.time;
        for (
          let i = block?.firstFrom(time) ?? 0;
          block && !isDeleted && i < block.count && block.time(i) === time;
          i++
        ) {
          contents.get(time)?.add(block.value(i).toString('latin1'));
        }
      }
    }
  }

  /** A batch that is sent again asks for the same blocks again. */
  private async decodedBlock(stream: Stream, place: BlockPlace): Promise<ReturnType<typeof decodeBlock> | undefined> {
    const name = `${place.stream} ${place.number}`;
    const known = this.decoded.get(name);
    if (known) {
      return known;
    }
    const bytes = await this.loadBlock(stream, place);
    const block = bytes && decodeBlock(bytes);
    if (block) {
      const [oldest] = this.decoded.keys();
      if (this.decoded.size >= decodedBlocks && oldest !== undefined) {
        this.decoded.delete(oldest);
      }
      this.decoded.set(name, block);
    }
    return block;
  }

  private async loadBlock(stream: Stream, place: BlockPlace): Promise<Buffer | undefined> {
    const bytes = await this.readable().get(blockKey(place), binary);
    const isDeleted = place.last < this.stateOf(stream).clamp.time || !this.states.has(stream);
    if (bytes === undefined && !isDeleted) {
      throw new DamagedError(`a block of the stream ${stream.text} is missing`);
    }
    return bytes;
  }

  // Writing.

  /** A stream has entries, though none in blocks yet. */
  note(stream: Stream): void {
    this.states.set(stream, this.stateOf(stream));
  }

  knows(stream: Stream): boolean {
    return this.states.has(stream);
  }

  /** The write-ahead log up to which all is in blocks; 0 where there is none. */
  async flushedLog(): Promise<number> {
    return Number((await this.db.get(flushedKey, binary))?.toString() ?? 0);
  }

  /**
   * Writes entries as blocks.
   * @param flushed the newest write-ahead log that they are of
   * @param written is called at the moment from which on they are read from here
   */
  async write(heads: ReadonlyMap<Stream, Head>, flushed: number | undefined, written: () => void): Promise<void> {
    const puts: Array<{ type: 'put'; key: Buffer; value: Buffer }> = [];
    const put = (key: Buffer, value: Buffer) => puts.push({ type: 'put', key, value });
    const states: Array<{ stream: Stream; state: StreamState }> = [];
    let number = this.nextBlock;
    let bytes = 0;
    for (const [stream, head] of heads) {
      const state = { ...this.stateOf(stream) };
      for (const piece of blocksOf(head.entries)) {
        const last = piece.at(-1)?.time ?? 0n;
        const place = { stream: stream.id, last, number: number++ };
        const block = encodeBlock(piece);
        bytes += block.length;
        put(blockKey(place), block);
        put(indexKey(place), encodeIndexRow(place, piece[0]?.time ?? last, piece.length, block.length));
        state.blocks++;
        state.entries += piece.length;
        state.newestInBlocks = last > state.newestInBlocks ? last : state.newestInBlocks;
        // Pushes and queries take their turns between the blocks.
        await nextTurn();
      }
      put(streamKey(stream.id), encodeStreamRow(stream, state));
      states.push({ stream, state });
    }
    if (flushed !== undefined) {
      put(flushedKey, Buffer.from(String(flushed)));
    }
    await this.commit(async () => {
      puts.push(...(await this.usage.writes(this.db)).map((row) => ({ type: 'put' as const, ...row })));
      await this.db.batch(puts, { ...binary, sync: true });
      states.forEach(({ stream, state }) => this.states.set(stream, state));
      this.blockBytes += bytes;
      this.nextBlock = number;
      this.usage.commit();
      written();
    });
  }

  /** What was written is in the database's own log: in a table it no longer depends on that. */
  intoTables(): Promise<void> {
    return this.db.compactRange(formatKey, formatKey);
  }

  /** Writes to the database, and changes what is in memory to match before anybody reads either. */
  private commit(write: () => Promise<void>): Promise<void> {
    const written = write();
    this.committing = written.catch(() => undefined);
    return written;
  }

  /**
   * Deletes what a stream has before `time`.
   * @param deleted is called at the moment from which on it is not read any more
   * @returns how many bytes its blocks had, about
   */
  async deleteBefore(stream: Stream, time: bigint, deleted: () => void): Promise<number> {
    const db = this.readable();
    const state: StreamState = { ...this.stateOf(stream), clamp: { time, block: this.nextBlock } };
    const deletions: Array<{ type: 'del'; key: Buffer }> = [];
    let freed = 0;
    for await (const [key, value] of db.iterator({ ...binary, ...indexRange(stream, earliest, time - 1n) })) {
      const { place, entries, bytes } = readIndexRow(key, value, stream);
      deletions.push({ type: 'del', key }, { type: 'del', key: blockKey(place) });
      freed += bytes;
      state.blocks--;
      state.entries -= entries;
    }
    const put = { type: 'put' as const, key: streamKey(stream.id), value: encodeStreamRow(stream, state) };
    await this.commit(async () => {
      await db.batch([...deletions, put], { ...binary, sync: true });
      this.states.set(stream, state);
      this.blockBytes -= freed;
      deleted();
    });
    await this.usage.deleteBefore(db, stream, time);
    return freed;
  }

  /** Deletes what is kept of a stream that has no entries. */
  async forget(stream: Stream): Promise<void> {
    await this.readable().del(streamKey(stream.id), { sync: true });
    this.usage.forget(stream);
    this.states.delete(stream);
  }

  /** The earliest and the latest time of each block of a stream. */
  async spansOf(stream: Stream): Promise<Array<[first: bigint, last: bigint]>> {
    const { clamp } = this.stateOf(stream);
    const spans: Array<[bigint, bigint]> = [];
    for await (const [key, value] of this.rowsFrom(stream, earliest)) {
      const { place, first } = readIndexRow(key, value, stream);
      spans.push([place.number < clamp.block && first < clamp.time ? clamp.time : first, place.last]);
    }
    return spans;
  }

  /**
   * LevelDB gives disk space back when it rewrites tables; without being asked that may be never. Of a stream that lost
   * much, its own tables are; where many streams lost a little, all tables are, once that is worth the work.
   */
  async compact(freed: ReadonlyArray<{ stream: number; bytes: number }>): Promise<void> {
    for (const { stream, bytes } of freed) {
      if (bytes >= worthCompacting) {
        await this.readable().compactRange(
          blockKey({ stream, last: earliest, number: 0 }),
          blockKey({ stream, last: latest, number: 0xffffffff }),
          binary
        );
      } else {
        this.freedBytes += bytes;
      }
    }
    if (this.freedBytes > 0 && this.freedBytes >= Math.min(worthCompacting, this.blockBytes / 8)) {
      this.freedBytes = 0;
      await this.readable().compactRange(blocksFrom, blocksUntil, binary);
    }
  }

  // Opening.

  /** After a write that failed the database's own log may have a torn record, behind which nothing would be found. */
  async reopenAfterFailure(): Promise<void> {
    if (this.failure === undefined && this.db.status === 'open') {
      return;
    }
    await this.db.close();
    await checkDatabaseFiles(this.dir);
    this.db = await openDatabase(this.dir);
    this.decoded.clear();
    await this.noteDropped();
  }

  private async checkFormat(hadDatabase: boolean): Promise<void> {
    const found = await this.db.get(formatKey, binary);
    if (found === undefined && hadDatabase) {
      throw new StorageError(
        `${this.dir} has a database that is not a store's, or a damaged one: it lacks the key that says what wrote it. ` +
          'Nothing was changed. Use another directory, or restore this one from a copy'
      );
    }
    if (found === undefined) {
      await this.db.put(formatKey, Buffer.from(formatVersion), { ...binary, sync: true });
    } else if (found.toString() !== formatVersion) {
      throw new StorageError(
        `${this.dir} was written by "${found.toString()}", this is "${formatVersion}": use another directory`
      );
    }
    await this.noteDropped();
  }

  private async noteDropped(): Promise<void> {
    for (const line of await droppedByDatabase(this.dir)) {
      this.recovery.droppedBytes += Number(/dropping (\d+) bytes/.exec(line)?.[1] ?? 0);
      this.recovery.messages.push(`the database dropped a part of its log: ${line}`);
    }
  }

  private async loadStreams(): Promise<void> {
    const byId = new Map<number, { stream: Stream; state: StreamState }>();
    for await (const [key, value] of this.db.iterator({ ...binary, gte: streamsFrom, lt: streamsUntil })) {
      const row = decodeStreamRow(value);
      if (row) {
        const { labels, ...known } = row;
        const stream = this.streams.add(labelsOf(labels), streamIdOf(key));
        const state = { ...known, newestInBlocks: -1n };
        byId.set(stream.id, { stream, state });
        this.states.set(stream, state);
      } else {
        this.recovery.messages.push(`the labels of stream ${streamIdOf(key)} are damaged: its entries cannot be found`);
      }
    }
    const found = new Map<Stream, { blocks: number; entries: number }>();
    for await (const [key, value] of this.db.iterator({ ...binary, gte: indexFrom, lt: indexUntil })) {
      const row = damagedAsUndefined(() => readIndexRow(key, value, undefined));
      if (!row) {
        this.recovery.messages.push('a row of the index of blocks is damaged');
        continue;
      }
      const { place, first, entries, bytes } = row;
      this.blockBytes += bytes;
      const known = byId.get(place.stream);
      if (known) {
        const { stream, state } = known;
        const count = found.get(stream) ?? { blocks: 0, entries: 0 };
        found.set(stream, { blocks: count.blocks + 1, entries: count.entries + entries });
        extendSpan(stream, place.number < state.clamp.block && first < state.clamp.time ? state.clamp.time : first);
        extendSpan(stream, place.last);
        state.newestInBlocks = place.last > state.newestInBlocks ? place.last : state.newestInBlocks;
      }
      this.nextBlock = Math.max(this.nextBlock, place.number + 1);
    }
    for (const { stream, state } of byId.values()) {
      const { blocks, entries } = found.get(stream) ?? { blocks: 0, entries: 0 };
      if (blocks !== state.blocks || entries !== state.entries) {
        this.recovery.droppedEntries += Math.max(0, state.entries - entries);
        this.recovery.messages.push(
          `of ${state.blocks} blocks (${state.entries} entries) of the stream ${stream.text} ${blocks} (${entries}) are there`
        );
        state.blocks = blocks;
        state.entries = entries;
      }
    }
  }

  private readable(): ClassicLevel<Buffer, Buffer> {
    if (this.db.status !== 'open') {
      throw new UnwritableError(this.failure);
    }
    return this.db;
  }

  private stateOf(stream: Stream): StreamState {
    return (
      this.states.get(stream) ?? { blocks: 0, entries: 0, newestInBlocks: -1n, clamp: { time: earliest, block: 0 } }
    );
  }
}

function indexRange({ id }: Stream, from: bigint, until: bigint) {
  return {
    gte: indexKey({ stream: id, last: from, number: 0 }),
    lte: indexKey({ stream: id, last: until, number: 0xffffffff }),
  };
}

/** @throws StorageError */
export async function openDatabase(dir: string): Promise<ClassicLevel<Buffer, Buffer>> {
  const db = new ClassicLevel<Buffer, Buffer>(dir, {
    ...binary,
    // Blocks are compressed already.
    compression: false,
    // One table for what one write-ahead log becomes, or two: fewer merges than with the database's own sizes.
    writeBufferSize: 8 << 20,
    maxFileSize: 8 << 20,
  });
  try {
    await db.open();
    return db;
  } catch (error) {
    throw openError(dir, error);
  }
}

function damagedAsUndefined<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof DamagedError) {
      return undefined;
    }
    throw error;
  }
}
