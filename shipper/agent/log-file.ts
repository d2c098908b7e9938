import { createHash } from 'node:crypto';
import { closeSync, constants, createReadStream, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { dirname, sep } from 'node:path';
import { isNativeError } from 'node:util/types';
import { createGunzip, type Gunzip } from 'node:zlib';
import { startOfFile, type Position } from './position';

/** Bytes of a file's head that tell it from others: CRI lines begin with a time in nanoseconds. */
const HEAD_BYTES = 128;

export interface FileFacts {
  ino: number;
  size: number;
  links: number;
  birthMs: number;
}

/** A symlink leads out of the directories that the agent may read. */
export class ForeignLink extends Error {}

/**
 * One log file of a container, held open from the moment it was seen: after the kubelet deleted it, it can still be
 * read through the descriptor. Offsets are in uncompressed bytes.
 */
export class LogFile {
  /** Read up to here, … */
  readonly read: Position = startOfFile();
  /** … and acknowledged by Loki up to here. Only this one is persisted. */
  readonly acked: Position = startOfFile();
  /** Uncompressed bytes as last seen. */
  size = 0;
  /** No name leads to it any more. */
  gone = false;
  /** A newer file took over: rotated, or the container was started again. */
  superseded = false;
  /** When the size last grew, milliseconds of the monotonic clock. */
  grewAt = 0;
  /** When the inode was made, milliseconds since 1970. */
  readonly birthMs: number;
  readonly ino: number;
  private fd: number;
  private gzip: GzipWindow | null = null;
  private headHash: string | null = null;

  private constructor(
    public path: string,
    fd: number,
    facts: FileFacts
  ) {
    this.fd = fd;
    this.ino = facts.ino;
    this.birthMs = facts.birthMs;
    if (path.endsWith('.gz')) {
      this.gzip = new GzipWindow(path);
    } else {
      this.size = facts.size;
    }
  }

  /**
   * Opens a log file.
   * @param roots directories that it may lie in after symlinks are followed
   * @throws ForeignLink; the system's error where it cannot be opened
   */
  static open(path: string, roots: readonly string[]): LogFile {
    let fd: number;
    try {
      fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    } catch (error) {
      if (!(isNativeError(error) && 'code' in error && error.code === 'ELOOP')) {
        throw error;
      }
      const target = realpathSync(path);
      if (!roots.some((root) => dirname(target) === root || target.startsWith(root + sep))) {
        throw new ForeignLink(`${path} leads to ${target}, outside ${roots.join(' and ')}: not followed`);
      }
      fd = openSync(target, constants.O_RDONLY | constants.O_NONBLOCK);
    }
    const stat = fstatSync(fd);
    if (!stat.isFile()) {
      closeSync(fd);
      throw new Error(`${path} is no regular file`);
    }
    const birthMs = stat.birthtimeMs;
    return new LogFile(path, fd, { ino: stat.ino, size: stat.size, links: stat.nlink, birthMs });
  }

  get compressed(): boolean {
    return this.gzip !== null;
  }

  get isOpen(): boolean {
    return this.fd >= 0;
  }

  /** Bytes that are not read yet, as far as the size is known. */
  get unread(): number {
    return Math.max(0, this.size - this.read.offset);
  }

  get unacked(): number {
    return Math.max(0, this.size - this.acked.offset);
  }

  /** Looks at the open file: size, and whether any name is left. */
  look(): FileFacts {
    const stat = fstatSync(this.fd);
    return { ino: stat.ino, size: stat.size, links: stat.nlink, birthMs: this.birthMs };
  }

  /**
   * Reads up to `length` bytes at `offset` into `memory[at…]`.
   * @returns the bytes read; null where compressed data has to be prepared first (`prepare`)
   */
  readAt(memory: Buffer, at: number, length: number, offset: number): number | null {
    if (this.gzip) {
      const bytes = this.gzip.readAt(memory, at, length, offset);
      this.size = Math.max(this.size, this.gzip.end);
      return bytes;
    }
    return readSync(this.fd, memory, at, length, offset);
  }

  /**
   * Decompresses on from `offset`, so that the read that found too little can go on.
   * @throws DamagedGzip where the file ends in nothing; what was decompressed until then can be read
   */
  async prepare(offset: number, length = AHEAD_BYTES): Promise<void> {
    try {
      await this.gzip?.advance(offset, Math.max(length, this.gzip.wanted));
    } finally {
      this.size = Math.max(this.size, this.gzip?.end ?? 0);
    }
  }

  /** A damaged file ends where it could be decompressed to. */
  endAtDamage(): void {
    if (this.gzip) {
      this.gzip.ended = true;
    }
  }

  /**
   * Whether all of the file is acknowledged and nothing more will come: its last name went, or it has had a successor
   * for so long. Looks at the file once more.
   */
  settledSince(ms: number): boolean {
    if (this.unacked > 0 || this.compressed) {
      return this.unacked === 0;
    }
    this.size = Math.max(this.size, this.look().size);
    return this.unacked === 0 && (this.gone || performance.now() - this.grewAt > ms);
  }

  /** Whether a compressed file is decompressed to its end. */
  get atGzipEnd(): boolean {
    return this.gzip === null || this.gzip.ended;
  }

  /**
   * The hash of the first line, which names this content under whichever file name it lies (rotated, compressed); null
   * while there is no whole line yet.
   */
  identity(): string | null {
    if (this.headHash === null) {
      const head = Buffer.alloc(HEAD_BYTES);
      const n = this.readAt(head, 0, HEAD_BYTES, 0);
      const line = n === null ? -1 : head.subarray(0, n).indexOf(0x0a);
      if (n !== null && (line >= 0 || n === HEAD_BYTES)) {
        this.headHash = createHash('sha256')
          .update(line >= 0 ? head.subarray(0, line) : head)
          .digest('hex')
          .slice(0, 16);
      }
    }
    return this.headHash;
  }

  /** The content was replaced: it is another file now. */
  forgetIdentity(): void {
    this.headHash = null;
  }

  close(): void {
    if (this.fd >= 0) {
      closeSync(this.fd);
      this.fd = -1;
    }
    this.gzip?.close();
  }
}

/** A .gz file that is none, or is cut short: what comes after cannot be had. */
export class DamagedGzip extends Error {
  constructor(path: string, reason: string) {
    super(`${path}: ${reason}`);
  }
}

/** zlib's own errors, as against those of reading the file (https://nodejs.org/api/errors.html, codes `Z_…`). */
const isDamage = (error: Error) => 'code' in error && String(error.code).startsWith('Z_');

/** Decompressed at least this far ahead. */
const AHEAD_BYTES = 512 * 1024;

/** Bytes of decompressed data kept at a time, besides what one read asks for. */
const KEEP_BYTES = 64 * 1024;

/** A window on the decompressed content of a .gz file, which can only be read forwards. */
class GzipWindow {
  private start = 0;
  private chunks: Buffer[] = [];
  end = 0;
  ended = false;
  /** What the last read that found too little had asked for. */
  wanted = 0;
  private stream: Gunzip | null = null;
  /** Why the stream ended early: it may do so while nobody waits for it. */
  private failure: Error | null = null;

  constructor(private readonly path: string) {}

  readAt(memory: Buffer, at: number, length: number, offset: number): number | null {
    if (offset < this.start || (offset + length > this.end && !this.ended)) {
      this.wanted = length;
      return null;
    }
    let copied = 0;
    let place = this.start;
    for (const chunk of this.chunks) {
      const from = Math.max(0, offset + copied - place);
      if (from < chunk.length && copied < length) {
        copied += chunk.copy(memory, at + copied, from, Math.min(chunk.length, from + length - copied));
      }
      place += chunk.length;
    }
    return copied;
  }

  /** @throws the error of a file that is no gzip, or cut short */
  async advance(offset: number, length: number): Promise<void> {
    if (offset < this.start || this.stream === null) {
      this.close();
      this.start = this.end = 0;
      this.ended = false;
      this.failure = null;
      const unpacked = createGunzip().on('error', (error) => {
        this.failure ??= isDamage(error)
          ? new DamagedGzip(this.path, error.message)
          : new Error(`${this.path}: ${error.message}`);
      });
      this.stream = createReadStream(this.path)
        .on('error', (error) => unpacked.destroy(error))
        .pipe(unpacked);
    }
    const { stream } = this;
    while (this.end < offset + length && !this.ended) {
      const chunk: unknown = stream.read();
      if (chunk instanceof Buffer) {
        this.chunks.push(chunk);
        this.end += chunk.length;
        this.drop(offset);
      } else if (this.failure) {
        throw this.failure;
      } else {
        this.ended = await new Promise<boolean>((resolve) => {
          const settle = (done: boolean) => () => {
            stream.off('readable', more).off('end', end).off('error', more);
            resolve(done);
          };
          const more = settle(false);
          const end = settle(true);
          stream.once('readable', more).once('end', end).once('error', more);
        });
      }
    }
  }

  private drop(before: number): void {
    for (let first = this.chunks[0]; first && this.start + first.length + KEEP_BYTES < before; first = this.chunks[0]) {
      this.start += first.length;
      this.chunks.shift();
    }
  }

  close(): void {
    this.stream?.destroy();
    this.stream = null;
    this.chunks = [];
  }
}
