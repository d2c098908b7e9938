import { createReadStream } from 'node:fs';
import { createGunzip, type Gunzip } from 'node:zlib';

/** A .gz file that is none, or is cut short: what comes after cannot be had. */
export class DamagedGzip extends Error {
  constructor(path: string, reason: string) {
    super(`${path}: ${reason}`);
  }
}

/** Bytes of decompressed data kept at a time, besides what one read asks for. */
const KEEP_BYTES = 64 * 1024;

/** Files that are decompressed at a time. One more, and the one that waited longest begins again when it is its turn. */
const OPEN_WINDOWS = 8;

/** zlib's own errors, as against those of reading the file (https://nodejs.org/api/errors.html, codes `Z_…`). */
const isDamage = (error: Error) => 'code' in error && String(error.code).startsWith('Z_');

/** A window on the decompressed content of a .gz file, which can only be read forwards. */
export class GzipWindow {
  /** The windows that hold memory, the one used last last. */
  private static readonly open = new Set<GzipWindow>();
  private start = 0;
  private chunks: Buffer[] = [];
  /** Uncompressed bytes up to here are known, … */
  known = 0;
  /** … of these up to here in this window. */
  private end = 0;
  /** The end of the file is known: nothing comes after `known`. */
  ended = false;
  /** What the last read that found too little had asked for. */
  wanted = 0;
  private stream: Gunzip | null = null;
  /** Why the stream ended early: it may do so while nobody waits for it. */
  private failure: Error | null = null;

  /** @param fd stays the caller's, so that a file that was deleted can still be read */
  constructor(
    private readonly path: string,
    private readonly fd: number
  ) {}

  readAt(memory: Buffer, at: number, length: number, offset: number): number | null {
    const until = this.ended ? Math.min(offset + length, this.known) : offset + length;
    if (offset >= until) {
      return 0;
    }
    if (offset < this.start || until > this.end) {
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

  /**
   * Decompresses on, so that `length` bytes at `offset` can be read.
   * @throws DamagedGzip; the system's error where the file cannot be read
   */
  async advance(offset: number, length: number): Promise<void> {
    const stream = this.stream === null || offset < this.start ? this.begin() : this.stream;
    GzipWindow.open.delete(this);
    GzipWindow.open.add(this);
    const until = () => (this.ended ? Math.min(offset + length, this.known) : offset + length);
    while (this.end < until() && this.stream === stream) {
      const chunk: unknown = stream.read();
      if (chunk instanceof Buffer) {
        this.chunks.push(chunk);
        this.end += chunk.length;
        this.known = Math.max(this.known, this.end);
        this.drop(offset);
      } else if (this.failure) {
        throw this.failure;
      } else if (await this.ends(stream)) {
        this.ended = true;
        return;
      }
    }
  }

  /** Bytes of decompressed data in memory. */
  get memoryBytes(): number {
    return this.end - this.start;
  }

  /** Everything that can be had is known. */
  endHere(): void {
    this.ended = true;
  }

  close(): void {
    this.stream?.destroy();
    this.stream = null;
    this.chunks = [];
    this.start = this.end = 0;
    GzipWindow.open.delete(this);
  }

  private begin(): Gunzip {
    this.close();
    this.failure = null;
    const unpacked = createGunzip().on('error', (error) => {
      this.failure ??= isDamage(error)
        ? new DamagedGzip(this.path, error.message)
        : new Error(`${this.path}: ${error.message}`);
    });
    this.stream = unpacked;
    createReadStream(this.path, { fd: this.fd, autoClose: false, start: 0 })
      .on('error', (error) => unpacked.destroy(error))
      .pipe(unpacked);
    const [oldest] = GzipWindow.open;
    if (oldest && GzipWindow.open.size >= OPEN_WINDOWS) {
      oldest.close();
    }
    return unpacked;
  }

  /** Waits for more. @returns whether the stream is at its end instead */
  private ends(stream: Gunzip): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (done: boolean) => () => {
        stream.off('readable', more).off('end', end).off('error', more).off('close', more);
        resolve(done);
      };
      const more = settle(false);
      const end = settle(true);
      stream.once('readable', more).once('end', end).once('error', more).once('close', more);
    });
  }

  private drop(before: number): void {
    for (let first = this.chunks[0]; first && this.start + first.length + KEEP_BYTES < before; first = this.chunks[0]) {
      this.start += first.length;
      this.chunks.shift();
    }
  }
}
