import { createHash } from 'node:crypto';
import {
  close,
  closeSync,
  constants,
  fstatSync,
  openSync,
  readlinkSync,
  readSync,
  realpathSync,
  type Stats,
  statSync,
} from 'node:fs';
import { basename, sep } from 'node:path';
import { isNativeError } from 'node:util/types';
import { Descriptors, type Parkable } from './descriptors';
import { GzipWindow } from './gzip-window';
import { startOfFile, type Position } from './position';

/** Bytes of a file's head that tell it from others: CRI lines begin with a time in nanoseconds. */
const HEAD_BYTES = 128;

/** The same where the time does not come first: Docker's lines end with it, and NULs and empty lines may stand before. */
const FIRST_LINE_BYTES = 128 * 1024;
/** Made when the first such file is seen. */
let firstLineMemory: Buffer | null = null;

/** Bytes of a file's head that are compared: a CRI line's time is longer than half of that. */
const COMPARED_BYTES = 64;
const compared = Buffer.alloc(COMPARED_BYTES);
const NEWLINE = 0x0a;

/** Whether the time of a line is at its beginning. */
const beginsWithTime = (head: Buffer) => head[0] !== undefined && head[0] >= 0x30 && head[0] <= 0x39;

/** A compressed file is decompressed at least this far ahead. */
const AHEAD_BYTES = 512 * 1024;

/** What the file system says of an open file. */
export interface FileFacts {
  size: number;
  /** Names that lead to it. */
  links: number;
  /** Something was written to it since the last look, or it was emptied. */
  touched: boolean;
}

/** A symlink leads out of the directories that the agent may read. */
export class ForeignLink extends Error {}

const DELETED = / \(deleted\)$/;

/** Where an open file lies, or lay before it was deleted: the kernel shows it (proc(5), /proc/pid/fd). */
const placeOf = (fd: number) => readlinkSync(`/proc/self/fd/${fd}`).replace(DELETED, '');

/** Whether a place, of which no part is a symlink, lies in one of the directories, which may be symlinks or below some. */
export function isInside(place: string, roots: readonly string[]): boolean {
  const isBelow = (root: string) => place.startsWith(root + sep);
  return roots.some(isBelow) || roots.some((root) => isBelow(resolved(root)));
}

/** @throws ForeignLink; the system's error where it cannot be opened */
function openInside(path: string, roots: readonly string[]): { fd: number; stat: Stats } {
  const fd = openReading(path);
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) {
      throw new Error(`${path} is no regular file`);
    }
    const place = placeOf(fd);
    if (!isInside(place, roots)) {
      throw new ForeignLink(`${path} leads to ${place}, outside ${roots.join(' and ')}: not followed`);
    }
    return { fd, stat };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function openReading(path: string): number {
  const flags = constants.O_RDONLY | constants.O_NONBLOCK;
  try {
    return openSync(path, flags);
  } catch (error) {
    if (!isNativeError(error) || !('code' in error) || (error.code !== 'EMFILE' && error.code !== 'ENFILE')) {
      throw error;
    }
    Descriptors.shrink();
    return openSync(path, flags);
  }
}

/** The line that begins at `offset` in what was read, `length` bytes. */
function lineIn(
  memory: Buffer,
  length: number | null,
  offset: number
): { offset: number; bytes: Buffer; isWhole: boolean } | null {
  const bytes = memory.subarray(offset, length ?? 0);
  const end = bytes.indexOf(NEWLINE);
  const isLong = length === memory.length;
  return end >= 0 || isLong ? { offset, bytes: end >= 0 ? bytes.subarray(0, end) : bytes, isWhole: end >= 0 } : null;
}

function resolved(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path; // not there: nothing lies in it
  }
}

/**
 * One log file of a container, held open from the moment it was seen: after the kubelet deleted it, it can still be
 * read through the descriptor. Where there are too many files for that, one that has a name gives its descriptor back and
 * is opened again when it has to be read. Offsets are in uncompressed bytes.
 */
export class LogFile implements Parkable {
  /** Read up to here, … */
  readonly read: Position = startOfFile();
  /** … and acknowledged by Loki up to here. Only this one is persisted. */
  readonly acked: Position = startOfFile();
  /** Uncompressed bytes as last seen. */
  size = 0;
  /** When the inode was made, milliseconds since 1970. */
  readonly birthMs: number;
  readonly ino: number;
  /** When it was last written to, by the last look: milliseconds since 1970. */
  modifiedMs: number;
  private diskSize: number;
  private unlinked = false;
  /** No name is known that it could be opened by again. */
  private nameless = false;
  private fd: number;
  /** It gave its descriptor back and is found again by its name. */
  private parked = false;
  private readonly gzip: GzipWindow | null;
  private headHash: string | null = null;
  /** Its first bytes, as far as they were there when they were last compared, … */
  private head: Buffer | null = null;
  /** … and the last ones of its first line, where the time is not at that one's beginning. */
  private firstLineEnd: { offset: number; bytes: Buffer } | null = null;

  private constructor(
    public path: string,
    fd: number,
    stat: Stats,
    private readonly roots: readonly string[]
  ) {
    this.fd = fd;
    this.ino = stat.ino;
    this.birthMs = stat.birthtimeMs;
    this.modifiedMs = stat.mtimeMs;
    this.diskSize = stat.size;
    this.gzip = path.endsWith('.gz') ? new GzipWindow(path, fd) : null;
    this.size = this.gzip ? 0 : stat.size;
    Descriptors.add(this);
  }

  /**
   * Opens a log file. Whether it may be read is decided by where the opened file lies, not by its name: what the name leads
   * to may be another a moment later.
   * @param roots directories that it may lie in after symlinks are followed, those in the roots included
   * @throws ForeignLink; the system's error where it cannot be opened
   */
  static open(path: string, roots: readonly string[]): LogFile {
    const { fd, stat } = openInside(path, roots);
    return new LogFile(path, fd, stat, roots);
  }

  /** The same file, open a second time and not read yet, whether a name leads to it or not: its content is another now. */
  reopen(): LogFile {
    const fd = openReading(`/proc/self/fd/${this.fd}`);
    return new LogFile(this.path, fd, fstatSync(fd), this.roots);
  }

  /** It is so large at least. @returns by how much it has grown */
  grow(size: number): number {
    const growth = size - this.size;
    if (growth <= 0) {
      return 0;
    }
    this.size = size;
    return growth;
  }

  get compressed(): boolean {
    return this.gzip !== null;
  }

  /** Whether it can be read: it has a descriptor, or is found again. */
  get isOpen(): boolean {
    return this.fd >= 0 || this.parked;
  }

  get isParked(): boolean {
    return this.parked;
  }

  get atRest(): boolean {
    return this.unacked === 0;
  }

  park(): boolean {
    if (this.fd < 0 || this.gzip !== null || this.nameless || this.stat().links === 0) {
      return false;
    }
    closeSync(this.fd);
    this.fd = -1;
    this.parked = true;
    Descriptors.remove(this);
    return true;
  }

  /** @throws the system's error, or where its name is another file's by now: then the next look at the directory helps */
  private unpark(): void {
    const { fd, stat } = openInside(this.path, this.roots);
    if (stat.ino !== this.ino) {
      closeSync(fd);
      throw new Error(`${this.path} is another file now`);
    }
    this.fd = fd;
    this.parked = false;
    Descriptors.add(this);
  }

  /** Bytes that are not read yet, as far as the size is known. */
  get unread(): number {
    return Math.max(0, this.size - this.read.offset);
  }

  get unacked(): number {
    return Math.max(0, this.size - this.acked.offset);
  }

  /** Bytes on the disk that only this descriptor keeps from being freed. */
  get pinnedBytes(): number {
    return this.fd >= 0 && (this.nameless || this.unlinked) ? this.diskSize : 0;
  }

  /** Bytes of decompressed data in memory. */
  get memoryBytes(): number {
    return this.gzip?.memoryBytes ?? 0;
  }

  /** No name of it is known any more: its descriptor is kept until it is closed. */
  loseName(): void {
    this.nameless = true;
  }

  /** Looks at the open file: size, whether any name is left, and whether something was written. */
  stat(): FileFacts {
    const stat = this.parked ? statSync(this.path, { throwIfNoEntry: false }) : fstatSync(this.fd);
    if (stat === undefined || stat.ino !== this.ino) {
      // Renamed or deleted since: the next look at the directory shows which.
      return { size: this.diskSize, links: 1, touched: false };
    }
    const touched = stat.mtimeMs !== this.modifiedMs;
    this.modifiedMs = stat.mtimeMs;
    this.diskSize = stat.size;
    this.unlinked = stat.nlink === 0;
    return { size: stat.size, links: stat.nlink, touched };
  }

  /**
   * Whether it has other content than before: it was emptied and has grown again, which its size alone does not show.
   * Compares its first bytes, which hold the time of its first line; of Docker's lines also the end of the first.
   */
  isRewritten(): boolean {
    if (this.fd < 0 || this.gzip !== null) {
      return false;
    }
    const n = readSync(this.fd, compared, 0, COMPARED_BYTES, 0);
    const known = this.head?.length ?? 0;
    if (this.head !== null && (n < known || compared.compare(this.head, 0, known, 0, known) !== 0)) {
      return true;
    }
    if (n > known) {
      this.head = Buffer.from(compared.subarray(0, n));
    }
    return this.head !== null && !beginsWithTime(this.head) && this.isFirstLineEndRewritten();
  }

  private isFirstLineEndRewritten(): boolean {
    if (this.firstLineEnd === null) {
      const line = this.firstLine();
      if (line?.isWhole) {
        const bytes = Buffer.from(line.bytes.subarray(-COMPARED_BYTES));
        this.firstLineEnd = { offset: line.offset + line.bytes.length - bytes.length, bytes };
      }
      return false;
    }
    const { offset, bytes } = this.firstLineEnd;
    const n = readSync(this.fd, compared, 0, bytes.length, offset);
    return n < bytes.length || compared.compare(bytes, 0, n, 0, n) !== 0;
  }

  /**
   * When its last name went: milliseconds since 1970, as exact as the kernel's tick; null while it has a name, or closed.
   * Deleting a name is the last that changes an inode's status, unless something writes to it still.
   */
  unlinkedMs(): number | null {
    const stat = this.fd >= 0 ? fstatSync(this.fd) : null;
    return stat?.nlink === 0 ? stat.ctimeMs : null;
  }

  /**
   * The name that it had last, however it was renamed since it was opened, and also where it is deleted: the kernel shows
   * it for each open file (proc(5), /proc/pid/fd). The name in its path where there is no such thing.
   */
  get lastName(): string {
    try {
      return basename(placeOf(this.fd));
    } catch {
      return basename(this.path);
    }
  }

  /**
   * Reads up to `length` bytes at `offset` into `memory[at…]`.
   * @returns the bytes read; null where compressed data has to be prepared first (`prepare`)
   */
  readAt(memory: Buffer, at: number, length: number, offset: number): number | null {
    if (!this.isOpen) {
      return 0;
    }
    if (this.gzip) {
      const bytes = this.gzip.readAt(memory, at, length, offset);
      this.size = Math.max(this.size, this.gzip.known);
      return bytes;
    }
    if (this.parked) {
      this.unpark();
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
      this.size = Math.max(this.size, this.gzip?.known ?? 0);
    }
  }

  /** A damaged file ends where it could be decompressed to. */
  endAtDamage(): void {
    this.gzip?.endHere();
  }

  /** Whether a compressed file is decompressed to its end. */
  get atGzipEnd(): boolean {
    return this.gzip === null || this.gzip.ended || !this.isOpen;
  }

  /**
   * The hash of the first line, which names this content under whichever file name it lies (rotated, compressed); null
   * while there is no whole line yet.
   */
  identity(): string | null {
    if (this.headHash === null) {
      const line = this.firstLine();
      if (line !== null) {
        this.headHash = createHash('sha256').update(line.bytes).digest('hex').slice(0, 16);
      }
    }
    return this.headHash;
  }

  /** The first line, or a long beginning of it, in memory that the next call overwrites; null while there is neither. */
  private firstLine(): { offset: number; bytes: Buffer; isWhole: boolean } | null {
    const short = Buffer.alloc(HEAD_BYTES);
    const n = this.readAt(short, 0, HEAD_BYTES, 0);
    if (this.gzip === null && n !== null && n > 0) {
      this.head ??= Buffer.from(short.subarray(0, Math.min(n, COMPARED_BYTES))); // it may be emptied before it is read
    }
    if (n === null || n === 0 || beginsWithTime(short)) {
      return lineIn(short, n, 0);
    }
    firstLineMemory ??= Buffer.alloc(FIRST_LINE_BYTES);
    const all = this.readAt(firstLineMemory, 0, FIRST_LINE_BYTES, 0);
    const offset = firstLineMemory.subarray(0, all ?? 0).findIndex((byte) => byte !== 0 && byte !== NEWLINE);
    return offset < 0 ? null : lineIn(firstLineMemory, all, offset);
  }

  /**
   * Gives its descriptor up. The last descriptor of a deleted file frees its blocks, which has been seen to take the kernel a
   * tenth of a second: too long for a process that has to open new files before they are deleted, so a thread does it.
   */
  close(): void {
    this.parked = false;
    Descriptors.remove(this);
    if (this.fd >= 0) {
      this.gzip?.close();
      close(this.fd, () => undefined); // whatever it says, the descriptor is gone
      this.fd = -1;
    }
  }
}
