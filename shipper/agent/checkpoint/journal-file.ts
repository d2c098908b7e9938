import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { isNativeError } from 'node:util/types';

/** The file is written anew when it has grown to this, or to twice what was in it then. */
const REWRITE_BYTES = 1024 * 1024;
/** The least that the spare file holds. */
const MIN_SPARE_BYTES = 64 * 1024;
const PADDING = Buffer.alloc(64 * 1024, '\n');

/**
 * A file of lines that only grows at its end until it is written anew, also on a disk that has no room left.
 *
 * Beside the file lies a spare of the same kind, twice as large as what has to be kept and full of empty lines. To write
 * the file anew is to overwrite the spare in place, which takes no new block of the disk, to sync it, and to exchange the
 * two. What is appended then overwrites the empty lines at the end in place as well. So a disk that is filled by somebody
 * else costs no line. (Where a file system writes every change to new blocks that does not hold, and appending fails.)
 */
export class JournalFile {
  private readonly spare: string;
  private readonly aside: string;
  /** Bytes from the start of the file that hold lines; empty ones may follow. */
  private bytes = 0;
  private rewriteAt = REWRITE_BYTES;

  constructor(readonly path: string) {
    this.spare = `${path}.tmp`;
    this.aside = `${path}.old`;
  }

  /** Its text, empty where there is none. @throws the system's error where it cannot be read */
  read(): string {
    // A crash amid the exchange leaves the file under the third name.
    for (const path of [this.path, this.aside]) {
      try {
        return readFileSync(path, 'utf8');
      } catch (error) {
        if (!isNativeError(error) || !('code' in error) || error.code !== 'ENOENT') {
          throw error;
        }
      }
    }
    return '';
  }

  /** Whether it had better be written anew than appended to. */
  get hasGrown(): boolean {
    return this.bytes > this.rewriteAt;
  }

  /** Appends whole lines. @throws the system's error; then part of them may be there */
  append(lines: string): void {
    const fd = openSync(this.path, constants.O_WRONLY | constants.O_CREAT, 0o600);
    try {
      const data = Buffer.from(lines);
      writeAll(fd, data, this.bytes);
      this.bytes += data.length;
    } finally {
      closeSync(fd);
    }
  }

  /**
   * Replaces all of it, at once: after a crash there is the old or the new text.
   * @throws the system's error; then the file is as it was
   */
  rewrite(text: string): void {
    const data = Buffer.from(text);
    const fd = openSync(this.spare, constants.O_WRONLY | constants.O_CREAT, 0o600);
    try {
      writeAll(fd, data, 0);
      pad(fd, data.length, fstatSync(fd).size);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    const hadFile = move(this.path, this.aside);
    renameSync(this.spare, this.path);
    if (hadFile) {
      move(this.aside, this.spare);
    } else {
      rmSync(this.aside, { force: true });
    }
    this.bytes = data.length;
    this.rewriteAt = Math.max(REWRITE_BYTES, this.bytes * 2);
  }

  /**
   * Makes the spare as large as it has to be for a text of so many bytes, or as small.
   * @throws the system's error where the disk has no room for it
   */
  reserve(textBytes: number): void {
    const wanted = Math.max(MIN_SPARE_BYTES, Math.ceil((textBytes * 2) / MIN_SPARE_BYTES) * MIN_SPARE_BYTES);
    const fd = openSync(this.spare, constants.O_WRONLY | constants.O_CREAT, 0o600);
    try {
      const { size } = fstatSync(fd);
      if (size > wanted) {
        ftruncateSync(fd, wanted);
      }
      pad(fd, Math.min(size, wanted), wanted);
    } finally {
      closeSync(fd);
    }
  }
}

/** Overwrites what is between the two offsets with empty lines. */
function pad(fd: number, from: number, to: number): void {
  for (let at = from; at < to; at += PADDING.length) {
    writeAll(fd, PADDING.subarray(0, Math.min(PADDING.length, to - at)), at);
  }
}

/** One write may take a part only. */
function writeAll(fd: number, data: Buffer, offset: number): void {
  for (let done = 0; done < data.length;) {
    done += writeSync(fd, data, done, data.length - done, offset + done);
  }
}

/** @returns false where there was nothing to move */
function move(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if (isNativeError(error) && 'code' in error && error.code === 'ENOENT') {
      return false;
    }
    throw error;
  }
}
