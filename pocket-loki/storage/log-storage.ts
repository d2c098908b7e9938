import { chmod, mkdir } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { setTimeout, clearTimeout } from 'node:timers';
import { ClassicLevel } from 'classic-level';
import { type Labels, labelsOf } from '../common/labels';
import { blocksOf, decodeBlock, encodeBlock, type StoredEntry } from './block';
import type { Entry } from './entry';
import { encodePiece, Head } from './head';
import {
  blockKey,
  type BlockPlace,
  blocksFrom,
  blocksUntil,
  clampTime,
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
import { type BlockRef, scanBlocks, type Span } from './scan';
import { decodeStreamRow, encodeIndexRow, encodeStreamRow, readIndexRow, type StreamRow } from './rows';
import { DamagedError, openError, StorageError, UnwritableError } from './storage-error';
import { clearSpan, extendSpan, holdsEntries, type Stream, StreamIndex } from './stream-index';
import { minute, startOfMinute, type Usage, UsageCounters } from './usage';
import { decodeAppends, encodeAppends, type LoggedEntry } from './wal-payload';
import { readWal, removeWal, setAsideWal, WriteAheadLog, walNumbers } from './write-ahead-log';

export type { Span } from './scan';

/** Entries for one stream. */
export interface Append {
  stream: Stream;
  entries: readonly LoggedEntry[];
}

/** Entries of a stream that are stored. */
export interface Stored {
  stream: Stream;
  entries: Entry[];
}

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

export interface StorageOptions {
  /** Bytes of the write-ahead log from which on its entries go into blocks. */
  flushBytes?: number;
  /** Is told what fails in the background; nothing that was acknowledged is lost by it. */
  onError?: (error: unknown, during: string) => void;
}

/** What is known of a stream beside its labels. */
interface StreamState extends Omit<StreamRow, 'labels'> {
  /** Time of the newest entry in a block; below every time where there is none. */
  newestInBlocks: bigint;
}

type Heads = Map<Stream, Head>;

export const formatVersion = 'afterlog-store 2';
const defaultFlushBytes = 16 << 20;
const retryMs = 1_000;
const binary = { keyEncoding: 'buffer', valueEncoding: 'buffer' } as const;
const decodedBlocks = 16;
const worthCompacting = 1 << 20;

/**
 * The log on the disk. What is pushed goes to the write-ahead log first; when that is long enough its entries are sorted
 * into blocks, which a database keeps in order. One writer at a time is the caller's care.
 */
export class LogStorage {
  readonly streams = new StreamIndex();
  readonly recovery: Recovery = { droppedEntries: 0, droppedBytes: 0, messages: [] };
  private readonly states = new Map<Stream, StreamState>();
  private readonly usage = new UsageCounters();
  private readonly decoded = new Map<string, ReturnType<typeof decodeBlock>>();
  private active: Heads = new Map();
  /** Entries on their way into blocks; empty where none are. */
  private frozen: Heads = new Map();
  /** Write-ahead logs whose entries are in `frozen`, and those whose entries are in blocks. */
  private frozenLogs: number[] = [];
  private obsoleteLogs: number[] = [];
  private wal: WriteAheadLog | undefined;
  private nextLog = 1;
  private nextBlock = 1;
  /** Of all blocks, and of deleted ones whose disk space was not given back yet. */
  private blockBytes = 0;
  private freedBytes = 0;
  private flushing: Promise<void> = Promise.resolve();
  /** A write to the database that is under way: who reads beside it would see half of the change. */
  private committing: Promise<unknown> = Promise.resolve();
  private turn: Promise<unknown> = Promise.resolve();
  private failure: unknown;
  private retry: NodeJS.Timeout | undefined;
  private isClosed = false;
  private isRefusing = false;

  private constructor(
    private readonly dir: string,
    private db: ClassicLevel<Buffer, Buffer>,
    private readonly flushBytes: number,
    private readonly onError: (error: unknown, during: string) => void
  ) {}

  /**
   * Opens the directory, or makes it. What was damaged is left out, and told in `recovery`.
   *
   * @throws StorageError where another process has it open, it was written by something else, or it cannot be read
   */
  static async open(
    dir: string,
    { flushBytes = defaultFlushBytes, onError }: StorageOptions = {}
  ): Promise<LogStorage> {
    await makePrivate(dir);
    const hasDatabase = await checkDatabaseFiles(dir);
    const db = await openDatabase(dir);
    const storage = new LogStorage(dir, db, flushBytes, onError ?? (() => undefined));
    try {
      await storage.checkFormat(hasDatabase);
      await storage.loadStreams();
      await storage.replay();
    } catch (error) {
      await storage.closeFiles();
      throw error instanceof StorageError ? error : openError(dir, error);
    }
    await storage.flush();
    return storage;
  }

  /** Whether the last write succeeded, of pushes and of blocks. */
  get isWritable(): boolean {
    return !this.isRefusing && this.failure === undefined;
  }

  /** The stream of these labels, made where there is none. It reaches the disk with its first entry. */
  stream(labels: Labels): Stream {
    return this.streams.find(labels) ?? this.addStream(labels);
  }

  /**
   * Stores entries, all or none. When it resolves they are on the disk. An entry equal to a stored one (stream, time,
   * metadata, line) is not stored again.
   *
   * @returns what was new
   * @throws UnwritableError where they could not be stored
   */
  async append(appends: readonly Append[]): Promise<Stored[]> {
    const fresh: Array<{ stream: Stream; entries: LoggedEntry[] }> = [];
    for (const { stream, entries } of appends) {
      fresh.push({ stream, entries: await this.withoutDuplicates(stream, entries) });
    }
    const count = fresh.reduce((sum, { entries }) => sum + entries.length, 0);
    if (count > 0) {
      await this.log(encodeAppends(fresh), count);
      fresh.forEach(({ stream, entries }) => this.addToHead(stream, entries));
    }
    return fresh;
  }

  /** The blocks that may have entries of the span, and what is not in blocks yet as if it were. */
  async blocks(stream: Stream, { from, until }: Span): Promise<StoredBlock[]> {
    await this.committing;
    const rows = this.readable().iterator({ ...binary, ...this.indexRange(stream, clampTime(from), latest) });
    // From here to the first await nothing changes: the iterator and the heads are of one moment.
    const pieces = [this.frozen, this.active].flatMap((heads, i) =>
      (heads.get(stream)?.pieces(from, until) ?? []).map((piece, k) => pieceBlock(piece, (i + 1) * 2 ** 40 + k))
    );
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
    return [...blocks, ...pieces];
  }

  /** The entries of a stream in pieces, oldest first or newest first. Ends early where the caller stops asking. */
  async *scan(stream: Stream, span: Span, reverse = false): AsyncGenerator<StoredEntry[]> {
    const blocks = await this.blocks(stream, span);
    yield* scanBlocks(blocks, (some) => Promise.all(some.map((block) => block.load())), span, reverse);
  }

  /** What a stream holds in a span. */
  async usageOf(stream: Stream, { from, until }: Span): Promise<Usage> {
    await this.committing;
    // Beyond the stream's own ends nothing is cut off: there, whole minutes count.
    return this.usage.between(
      this.readable(),
      stream,
      from <= stream.oldest ? startOfMinute(stream.oldest) : from,
      until > stream.newest ? startOfMinute(stream.newest) + minute : until
    );
  }

  /** Puts what is in the write-ahead log into blocks, as far as that is possible. */
  async flush(): Promise<void> {
    await this.flushing;
    if (this.frozen.size === 0 && this.hasUnflushed()) {
      await this.rotate();
    }
    this.flushing = this.writeFrozen();
    await this.flushing;
  }

  /**
   * Deletes what is older than `time`, and streams of which nothing is left, and gives the disk space back. No push may
   * come between. @returns how many streams went
   */
  deleteBefore(time: bigint): Promise<number> {
    return this.inTurn(async () => {
      let gone = 0;
      const freed: Array<{ stream: number; bytes: number }> = [];
      for (const stream of this.streams.all()) {
        if (holdsEntries(stream) && stream.oldest < time) {
          freed.push({ stream: stream.id, bytes: await this.deleteFrom(stream, time) });
        }
        if (!holdsEntries(stream) && this.states.has(stream)) {
          await this.readable().del(streamKey(stream.id), { sync: true });
          this.usage.forget(stream);
          [this.active, this.frozen].forEach((heads) => heads.delete(stream));
          this.states.delete(stream);
          this.streams.remove(stream);
          gone++;
        }
      }
      await this.compact(freed);
      return gone;
    });
  }

  /** Brings everything into blocks, and closes the files. What could not be written stays in the write-ahead log. */
  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.retry);
    do {
      await this.flush();
    } while (this.hasUnflushed() && this.failure === undefined);
    await this.turn;
    await this.closeFiles();
  }

  private async closeFiles(): Promise<void> {
    await this.wal?.close();
    if (this.wal?.bytes === 0) {
      await removeWal(this.dir, this.wal.number);
    }
    await this.db.close();
  }

  private async log(payload: Buffer, entries: number): Promise<void> {
    try {
      const wal = await this.writableLog();
      await wal.append(payload, entries);
      this.isRefusing = false;
    } catch (error) {
      // Once, not for every push that comes meanwhile.
      if (!this.isRefusing) {
        this.onError(error, 'writing the write-ahead log');
      }
      this.isRefusing = true;
      throw error;
    }
  }

  /** The write-ahead log, where there is one and it has room. */
  private async writableLog(): Promise<WriteAheadLog> {
    if (this.wal && this.wal.bytes >= this.flushBytes) {
      if (this.frozen.size > 0) {
        // The disk is slower than the pushes, or cannot be written: waiting bounds what is in memory.
        await this.flushing;
      }
      if (this.frozen.size > 0) {
        throw new UnwritableError(this.failure);
      }
      await this.rotate();
      this.flushing = this.writeFrozen();
    }
    this.wal ??= await WriteAheadLog.create(this.dir, this.nextLog++);
    return this.wal;
  }

  /** What is in memory is what the next blocks are made of; new entries go to a new write-ahead log. */
  private async rotate(): Promise<void> {
    const old = this.wal;
    this.wal = undefined;
    await old?.close();
    this.frozen = this.active;
    this.active = new Map();
    this.usage.freeze();
    if (old) {
      this.frozenLogs.push(old.number);
    }
  }

  /** Where it fails everything stays as it was, and it is tried again. */
  private writeFrozen(): Promise<void> {
    return this.inTurn(async () => {
      if (this.frozen.size === 0 && this.frozenLogs.length === 0 && this.obsoleteLogs.length === 0) {
        return;
      }
      try {
        if (this.failure !== undefined || this.db.status !== 'open') {
          await this.reopen();
        }
        await this.writeBlocks();
        // The blocks are in the database's own log now: in a table they no longer depend on that.
        await this.db.compactRange(formatKey, formatKey);
        for (const number of this.obsoleteLogs.splice(0)) {
          await removeWal(this.dir, number);
        }
        this.failure = undefined;
      } catch (error) {
        this.failure = error;
        this.onError(error, 'writing blocks');
        if (!this.isClosed) {
          clearTimeout(this.retry);
          this.retry = setTimeout(() => {
            this.flushing = this.writeFrozen();
          }, retryMs).unref();
        }
      }
    });
  }

  private async writeBlocks(): Promise<void> {
    const puts: Array<{ type: 'put'; key: Buffer; value: Buffer }> = [];
    const put = (key: Buffer, value: Buffer) => puts.push({ type: 'put', key, value });
    const written: Array<{ stream: Stream; state: StreamState }> = [];
    let number = this.nextBlock;
    let bytes = 0;
    for (const [stream, head] of this.frozen) {
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
      written.push({ stream, state });
    }
    const flushed = this.frozenLogs.at(-1);
    if (flushed !== undefined) {
      put(flushedKey, Buffer.from(String(flushed)));
    }
    await this.commit(async () => {
      puts.push(...(await this.usage.writes(this.db)).map((row) => ({ type: 'put' as const, ...row })));
      await this.db.batch(puts, { ...binary, sync: true });
      written.forEach(({ stream, state }) => this.states.set(stream, state));
      this.blockBytes += bytes;
      this.nextBlock = number;
      this.frozen = new Map();
      this.usage.commit();
      this.obsoleteLogs.push(...this.frozenLogs.splice(0));
    });
  }

  /** Writes to the database, and changes what is in memory to match before anybody reads either. */
  private commit(write: () => Promise<void>): Promise<void> {
    const written = write();
    this.committing = written.catch(() => undefined);
    return written;
  }

  /** After a write that failed the database's own log may have a torn record, behind which nothing would be found. */
  private async reopen(): Promise<void> {
    await this.db.close();
    await checkDatabaseFiles(this.dir);
    this.db = await openDatabase(this.dir);
    this.decoded.clear();
    await this.noteDropped();
  }

  /** Whether the write-ahead log has anything; all of it may be deleted by now. */
  private hasUnflushed(): boolean {
    return this.active.size > 0 || (this.wal?.bytes ?? 0) > 0;
  }

  private inTurn<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.turn.then(task);
    this.turn = turn.catch(() => undefined);
    return turn;
  }

  private readable(): ClassicLevel<Buffer, Buffer> {
    if (this.db.status !== 'open') {
      throw new UnwritableError(this.failure);
    }
    return this.db;
  }

  private addStream(labels: Labels, id?: number): Stream {
    return this.streams.add(labels, id);
  }

  private stateOf(stream: Stream): StreamState {
    return (
      this.states.get(stream) ?? { blocks: 0, entries: 0, newestInBlocks: -1n, clamp: { time: earliest, block: 0 } }
    );
  }

  private addToHead(stream: Stream, entries: readonly LoggedEntry[]): void {
    const head = this.active.get(stream) ?? new Head();
    this.active.set(stream, head);
    this.states.set(stream, this.stateOf(stream));
    head.add(entries);
    for (const { time, size } of entries) {
      this.usage.add(stream, time, size);
      extendSpan(stream, time);
    }
  }

  /** Only where a time comes that is not newer than all before can an equal entry exist. */
  private async withoutDuplicates(stream: Stream, entries: readonly LoggedEntry[]): Promise<LoggedEntry[]> {
    const crowded = new Map<bigint, Set<string>>();
    let newest = holdsEntries(stream) ? stream.newest : -1n;
    for (const { time } of entries) {
      if (time <= newest) {
        crowded.set(time, new Set());
      } else {
        newest = time;
      }
    }
    if (crowded.size === 0) {
      return [...entries];
    }
    await this.noteStored(stream, crowded);
    return entries.filter(({ time, value }) => {
      const known = crowded.get(time);
      const content = value.toString('latin1');
      return !known || (!known.has(content) && known.add(content));
    });
  }

  /** Notes what a stream has at the given times. */
  private async noteStored(stream: Stream, contents: Map<bigint, Set<string>>): Promise<void> {
    await this.committing;
    for (const [time, known] of contents) {
      for (const heads of [this.active, this.frozen]) {
        heads
          .get(stream)
          ?.at(time)
          .forEach(({ value }) => known.add(value.toString('latin1')));
      }
    }
    const { newestInBlocks, clamp } = this.stateOf(stream);
    const times = [...contents.keys()].filter((time) => time <= newestInBlocks).sort((a, b) => (a < b ? -1 : 1));
    const [first] = times;
    if (first === undefined) {
      return;
    }
    for await (const [key, value] of this.readable().iterator({
      ...binary,
      ...this.indexRange(stream, first, latest),
    })) {
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

  private indexRange({ id }: Stream, from: bigint, until: bigint) {
    return {
      gte: indexKey({ stream: id, last: from, number: 0 }),
      lte: indexKey({ stream: id, last: until, number: 0xffffffff }),
    };
  }

  /** @returns how many bytes its blocks had, about */
  private async deleteFrom(stream: Stream, time: bigint): Promise<number> {
    const db = this.readable();
    const state: StreamState = { ...this.stateOf(stream), clamp: { time, block: this.nextBlock } };
    const deletions: Array<{ type: 'del'; key: Buffer }> = [];
    let freed = 0;
    for await (const [key, value] of db.iterator({ ...binary, ...this.indexRange(stream, earliest, time - 1n) })) {
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
      for (const heads of [this.active, this.frozen]) {
        heads.get(stream)?.deleteBefore(time);
      }
    });
    await this.usage.deleteBefore(db, stream, time);
    await this.readSpan(stream);
    return freed;
  }

  private async readSpan(stream: Stream): Promise<void> {
    const { clamp } = this.stateOf(stream);
    const rows = await this.readable()
      .iterator({ ...binary, ...this.indexRange(stream, earliest, latest) })
      .all();
    clearSpan(stream);
    for (const [key, value] of rows) {
      const { place, first } = readIndexRow(key, value, stream);
      extendSpan(stream, place.number < clamp.block && first < clamp.time ? clamp.time : first);
      extendSpan(stream, place.last);
    }
    for (const { entries } of [this.active, this.frozen].flatMap((heads) => heads.get(stream) ?? [])) {
      [entries[0], entries.at(-1)].forEach((entry) => entry && extendSpan(stream, entry.time));
    }
  }

  /**
   * LevelDB gives disk space back when it rewrites tables; without being asked that may be never. Of a stream that lost
   * much, its own tables are; where many streams lost a little, all tables are, once that is worth the work.
   */
  private async compact(freed: ReadonlyArray<{ stream: number; bytes: number }>): Promise<void> {
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
        const stream = this.addStream(labelsOf(labels), streamIdOf(key));
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

  /** Takes up what was acknowledged and is not in blocks. */
  private async replay(): Promise<void> {
    const flushed = Number((await this.db.get(flushedKey, binary))?.toString() ?? 0);
    const numbers = await walNumbers(this.dir);
    this.nextLog = Math.max(flushed, numbers.at(-1) ?? 0) + 1;
    const open = numbers.filter((number) => number > flushed);
    const [oldest] = open;
    if (oldest !== undefined && oldest > flushed + 1) {
      this.recovery.messages.push(
        `blocks are missing: they end with write-ahead log ${flushed}, and the next that is there is ${oldest}`
      );
    }
    for (const number of numbers) {
      if (number <= flushed) {
        await removeWal(this.dir, number);
      } else {
        await this.replayLog(number);
      }
    }
    this.frozen = this.active;
    this.active = new Map();
    this.usage.freeze();
  }

  private async replayLog(number: number): Promise<void> {
    const content = await readWal(this.dir, number);
    for (const { id, labels, entries } of content.payloads.flatMap((payload) => decodeAppends(payload))) {
      const stream = this.streams.find(labels) ?? this.addStream(labels, id);
      this.addToHead(stream, entries);
    }
    if (content.droppedBytes > 0) {
      const path = await setAsideWal(this.dir, number);
      this.recovery.droppedEntries += content.droppedEntries;
      this.recovery.droppedBytes += content.droppedBytes;
      this.recovery.messages.push(
        `the write-ahead log ${number} is damaged: ${content.droppedEntries} entries (${content.droppedBytes} bytes) are lost; kept as ${path}`
      );
    }
    this.frozenLogs.push(number);
  }
}

async function makePrivate(dir: string): Promise<void> {
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    await chmod(dir, 0o700);
  } catch (error) {
    throw openError(dir, error);
  }
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

function pieceBlock(piece: readonly Entry[], number: number): StoredBlock {
  return {
    first: piece[0]?.time ?? 0n,
    last: piece.at(-1)?.time ?? 0n,
    number,
    from: earliest,
    load: () => Promise.resolve(encodePiece(piece)),
  };
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
