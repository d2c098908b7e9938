import { chmod, mkdir } from 'node:fs/promises';
import { setTimeout, clearTimeout } from 'node:timers';
import type { Labels } from '../common/labels';
import type { StoredEntry } from './block';
import { BlockDatabase, type Recovery, type StoredBlock } from './block-database';
import type { Entry } from './entry';
import { encodePiece, Head } from './head';
import { clampTime, earliest } from './keys';
import { scanBlocks, type Span } from './scan';
import { openError, StorageError, UnwritableError } from './storage-error';
import { clearSpan, extendSpan, holdsEntries, type Stream, StreamIndex } from './stream-index';
import { minute, startOfMinute, type Usage } from './usage';
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

export interface StorageOptions {
  /** Bytes of the write-ahead log from which on its entries go into blocks. */
  flushBytes?: number;
  /** Is told what fails in the background; nothing that was acknowledged is lost by it. */
  onError?: (error: unknown, during: string) => void;
}

type Heads = Map<Stream, Head>;

const defaultFlushBytes = 16 << 20;
const retryMs = 1_000;

/**
 * The log on the disk. What is pushed goes to the write-ahead log first; when that is long enough its entries are sorted
 * into blocks (`BlockDatabase`). Until then they are read from memory. One writer at a time is the caller's care.
 */
export class LogStorage {
  private active: Heads = new Map();
  /** Entries on their way into blocks; empty where none are. */
  private frozen: Heads = new Map();
  /** Write-ahead logs whose entries are in `frozen`, and those whose entries are in blocks. */
  private frozenLogs: number[] = [];
  private obsoleteLogs: number[] = [];
  private wal: WriteAheadLog | undefined;
  private nextLog = 1;
  private flushing: Promise<void> = Promise.resolve();
  private turn: Promise<unknown> = Promise.resolve();
  private retry: NodeJS.Timeout | undefined;
  private isClosed = false;
  private isRefusing = false;

  private constructor(
    private readonly dir: string,
    readonly streams: StreamIndex,
    /** What opening found to be lost. */
    readonly recovery: Recovery,
    private readonly database: BlockDatabase,
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
    const streams = new StreamIndex();
    const recovery: Recovery = { droppedEntries: 0, droppedBytes: 0, messages: [] };
    const database = await BlockDatabase.open(dir, streams, recovery);
    const storage = new LogStorage(dir, streams, recovery, database, flushBytes, onError ?? (() => undefined));
    try {
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
    return !this.isRefusing && this.database.failure === undefined;
  }

  /** The stream of these labels, made where there is none. It reaches the disk with its first entry. */
  stream(labels: Labels): Stream {
    return this.streams.find(labels) ?? this.streams.add(labels);
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
    const { database } = this;
    await database.settled;
    const rows = database.rowsFrom(stream, clampTime(from));
    // From here to the first await nothing changes: the iterator and the heads are of one moment.
    const pieces = [this.frozen, this.active].flatMap((heads, i) =>
      (heads.get(stream)?.pieces(from, until) ?? []).map((piece, k) => pieceBlock(piece, (i + 1) * 2 ** 40 + k))
    );
    return [...(await database.blocksOf(stream, rows, until)), ...pieces];
  }

  /** The entries of a stream in pieces, oldest first or newest first. Ends early where the caller stops asking. */
  async *scan(stream: Stream, span: Span, reverse = false): AsyncGenerator<StoredEntry[]> {
    const blocks = await this.blocks(stream, span);
    yield* scanBlocks(blocks, (some) => Promise.all(some.map((block) => block.load())), span, reverse);
  }

  /** What a stream holds in a span. */
  async usageOf(stream: Stream, { from, until }: Span): Promise<Usage> {
    // Beyond the stream's own ends nothing is cut off: there, whole minutes count.
    return this.database.usageOf(
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
        if (!holdsEntries(stream) && this.database.knows(stream)) {
          await this.database.forget(stream);
          [this.active, this.frozen].forEach((heads) => heads.delete(stream));
          this.streams.remove(stream);
          gone++;
        }
      }
      await this.database.compact(freed);
      return gone;
    });
  }

  /** Brings everything into blocks, and closes the files. What could not be written stays in the write-ahead log. */
  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.retry);
    do {
      await this.flush();
    } while (this.hasUnflushed() && this.database.failure === undefined);
    await this.turn;
    await this.closeFiles();
  }

  private async closeFiles(): Promise<void> {
    await this.wal?.close();
    if (this.wal?.bytes === 0) {
      await removeWal(this.dir, this.wal.number);
    }
    await this.database.close();
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
        throw new UnwritableError(this.database.failure);
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
    this.database.usage.freeze();
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
        await this.database.reopenAfterFailure();
        await this.database.write(this.frozen, this.frozenLogs.at(-1), () => {
          this.frozen = new Map();
          this.obsoleteLogs.push(...this.frozenLogs.splice(0));
        });
        await this.database.intoTables();
        for (const number of this.obsoleteLogs.splice(0)) {
          await removeWal(this.dir, number);
        }
        this.database.failure = undefined;
      } catch (error) {
        this.database.failure = error;
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

  /** Whether the write-ahead log has anything; all of it may be deleted by now. */
  private hasUnflushed(): boolean {
    return this.active.size > 0 || (this.wal?.bytes ?? 0) > 0;
  }

  private inTurn<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.turn.then(task);
    this.turn = turn.catch(() => undefined);
    return turn;
  }

  private addToHead(stream: Stream, entries: readonly LoggedEntry[]): void {
    const head = this.active.get(stream) ?? new Head();
    this.active.set(stream, head);
    this.database.note(stream);
    head.add(entries);
    for (const { time, size } of entries) {
      this.database.usage.add(stream, time, size);
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
    await this.database.settled;
    for (const [time, known] of crowded) {
      for (const heads of [this.active, this.frozen]) {
        for (const { value } of heads.get(stream)?.at(time) ?? []) {
          known.add(value.toString('latin1'));
        }
      }
    }
    await this.database.noteStored(stream, crowded);
    return entries.filter(({ time, value }) => {
      const known = crowded.get(time);
      const content = value.toString('latin1');
      return !known || (!known.has(content) && known.add(content));
    });
  }

  /** @returns how many bytes its blocks had, about */
  private async deleteFrom(stream: Stream, time: bigint): Promise<number> {
    const heads = () => [this.active, this.frozen].flatMap((all) => all.get(stream) ?? []);
    const freed = await this.database.deleteBefore(stream, time, () => {
      heads().forEach((head) => head.deleteBefore(time));
    });
    const spans = await this.database.spansOf(stream);
    clearSpan(stream);
    spans.flat().forEach((end) => extendSpan(stream, end));
    for (const { entries } of heads()) {
      [entries[0], entries.at(-1)].forEach((entry) => entry && extendSpan(stream, entry.time));
    }
    return freed;
  }

  /** Resumes with what was acknowledged and is not in blocks. */
  private async replay(): Promise<void> {
    const flushed = await this.database.flushedLog();
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
    this.database.usage.freeze();
  }

  private async replayLog(number: number): Promise<void> {
    const content = await readWal(this.dir, number);
    for (const { id, labels, entries } of content.payloads.flatMap((payload) => decodeAppends(payload))) {
      const stream = this.streams.find(labels) ?? this.streams.add(labels, id);
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

function pieceBlock(piece: readonly Entry[], number: number): StoredBlock {
  return {
    first: piece[0]?.time ?? 0n,
    last: piece.at(-1)?.time ?? 0n,
    number,
    from: earliest,
    load: () => Promise.resolve(encodePiece(piece)),
  };
}
