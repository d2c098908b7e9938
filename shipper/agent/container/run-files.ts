import { byAge } from '../files/names';
import { lossOfSaved } from './losses';
import type { OpenSums } from './record-state';
import type { RunAccount } from './run-account';
import type { SavedFile } from './saved';
import type { FileView, TailedFile } from './tailed-file';

/**
 * The files of one container run that are open, oldest first, and those that an earlier agent had begun. Recognises which
 * of them are the same.
 */
export class RunFiles {
  private tailed: TailedFile[] = [];
  /** Those of them that the last look found. */
  private newcomers: TailedFile[] = [];
  /** Files that an earlier agent had acknowledged in part and that are not found again yet. */
  private unresolved: SavedFile[];

  constructor(
    private readonly account: RunAccount,
    saved: readonly SavedFile[] = []
  ) {
    this.unresolved = [...saved];
  }

  get all(): readonly TailedFile[] {
    return this.tailed;
  }

  get newest(): TailedFile | undefined {
    return this.tailed.at(-1);
  }

  /** The file that others see as this. */
  of(view: FileView): TailedFile | undefined {
    return this.tailed.find((file) => file === view);
  }

  // Which files there are.

  add(file: TailedFile): void {
    this.tailed.push(file);
    this.newcomers.push(file);
  }

  /** A file has other content than before, which is read as another file in its place. */
  replace(file: TailedFile, content: TailedFile): void {
    this.tailed.splice(this.tailed.indexOf(file) + 1, 0, content);
  }

  /** Whether a file that was open before the last look can be read. */
  get wasHeld(): boolean {
    return this.tailed.some((file) => file.isReadable && !this.newcomers.includes(file));
  }

  /** All files of the directory were looked at. @param isSuperseded nothing is written to the newest any more either */
  sort(isSuperseded: boolean): void {
    this.tailed.sort((a, b) => byAge(nameOf(a), nameOf(b)));
    this.tailed.slice(0, isSuperseded ? undefined : -1).forEach((file) => file.supersede());
  }

  /** The newest file that was there before, and those that the last look found, oldest first. */
  takeNewcomers(): { known: readonly TailedFile[]; newcomers: readonly TailedFile[] } {
    const { newcomers } = this;
    this.newcomers = [];
    const known = this.tailed.filter((file) => !newcomers.includes(file));
    return { known, newcomers: newcomers.sort((a, b) => byAge(nameOf(a), nameOf(b))) };
  }

  /** A compressed file that cannot be read yet may be any. */
  get areIdentified(): boolean {
    return this.tailed.every(({ identified }) => identified);
  }

  /** Whether files that an earlier agent had begun are still looked for. */
  get areUnresolved(): boolean {
    return this.unresolved.length > 0;
  }

  /**
   * A file's first line can be read: it may be one that an earlier agent began, that is done with (renamed over a file
   * system that shows no birth times, compressed, or grown), or that is open under another name.
   */
  recognise(file: TailedFile): void {
    const { log, compressed } = file;
    const { state } = this.account;
    file.identified = true;
    const hash = log.identity();
    const saved = this.unresolved.find((one) =>
      one.hash === null ? !compressed && one.ino === log.ino && one.birthMs === log.birthMs : one.hash === hash
    );
    // One that is shorter than what was acknowledged was truncated: it is read from its start.
    if (saved && (compressed || log.size >= saved.acked.offset)) {
      file.resumeAt(saved.acked, saved.firstTime, saved.sent ?? null);
      this.unresolved = this.unresolved.filter((other) => other !== saved);
      return;
    }
    const closed = hash === null ? undefined : state.closed.find((one) => one.hash === hash);
    if (closed && !compressed && log.size > closed.bytes) {
      state.closed = state.closed.filter((other) => other !== closed);
      file.resumeAt({ ...log.acked, offset: closed.bytes, lines: closed.lines }, closed.from, null);
      return;
    }
    const open = compressed && hash !== null ? this.otherOf(file, hash) : undefined;
    if (closed) {
      Object.assign(closed, { rotated: file.rotation, onNode: true });
      Object.assign(closed, compressed ? {} : { ino: log.ino, birthMs: log.birthMs });
    } else if (open) {
      open.rotation = file.rotation;
    }
    if (closed || open) {
      file.close();
      this.tailed = this.tailed.filter((other) => other !== file);
      this.newcomers = this.newcomers.filter((other) => other !== file);
    }
  }

  private otherOf(file: TailedFile, hash: string): TailedFile | undefined {
    return this.tailed.find((one) => one !== file && one.identified && one.log.identity() === hash);
  }

  /** What an earlier agent had begun and no file holds any more went unread, by `until` (RFC 3339). */
  missUnresolved(until: string): void {
    const { state } = this.account;
    if (this.areIdentified) {
      for (const saved of this.unresolved) {
        const { closed, bytes, gaps } = lossOfSaved(saved, state.lastTime, until);
        state.closed.push(closed);
        state.vanishedBytes += bytes;
        gaps.forEach((gap) => this.account.miss(gap));
      }
      this.unresolved = [];
    }
  }

  /** Closes files that nothing more can come from. @returns whether any was closed */
  closeFinished(isFinished: (file: TailedFile) => boolean): boolean {
    const before = this.tailed.length;
    this.tailed = this.tailed.filter((file) => {
      const isOver = isFinished(file);
      if (isOver) {
        this.account.state.closed.push(file.toClosed());
        file.close();
      }
      return !isOver;
    });
    return this.tailed.length < before;
  }

  close(): void {
    this.tailed.forEach((file) => file.close());
    this.tailed = [];
  }

  /** What is kept of them over a restart. @param isOver their container writes no more */
  toSaved(isOver: boolean): SavedFile[] {
    return [...this.tailed.map((file) => file.toSaved(isOver)), ...this.unresolved];
  }

  /** What is kept of them besides positions and sizes, as texts to compare. */
  get outline(): string[] {
    const names = this.tailed.map((file) => `${file.ino} ${file.rotation} ${file.status()} ${file.pinnedBytes}`);
    return [`${this.unresolved.length}`, ...names];
  }

  // Sums over them. They are asked for all the time: no function for each file.

  /** Bytes on the node that are not read yet. */
  get unread(): number {
    let bytes = 0;
    for (const file of this.tailed) {
      bytes += file.unread;
    }
    return bytes;
  }

  get unacked(): number {
    let bytes = 0;
    for (const file of this.tailed) {
      bytes += file.unacked;
    }
    return bytes;
  }

  /** Of those the bytes in files that rotation may delete next. */
  get unackedSuperseded(): number {
    let bytes = 0;
    for (const file of this.tailed) {
      bytes += file.isSuperseded ? file.unacked : 0;
    }
    return bytes;
  }

  /** Bytes on the disk that only this agent keeps from being freed. */
  get pinnedBytes(): number {
    let bytes = 0;
    for (const file of this.tailed) {
      bytes += file.pinnedBytes;
    }
    return bytes;
  }

  get size(): number {
    let bytes = 0;
    for (const file of this.tailed) {
      bytes += file.size;
    }
    return bytes;
  }

  /** Of that what is not in compressed files, whose size grows with what is known of them. */
  get plainSize(): number {
    let bytes = 0;
    for (const file of this.tailed) {
      bytes += file.compressed ? 0 : file.size;
    }
    return bytes;
  }

  /** Of the size what lies on the node as far as anybody can read it. */
  get sizeOnNode(): number {
    let bytes = 0;
    for (const file of this.tailed) {
      bytes += file.isDeleted || file.givenUp !== null ? 0 : file.size;
    }
    return bytes;
  }

  /** When the newest last grew, milliseconds of the monotonic clock. */
  get grewAt(): number {
    return this.newest?.grewAt ?? -Infinity;
  }

  /** What they add to the record. */
  get sums(): OpenSums {
    const open = { linesRead: 0, linesAcked: 0, bytesSeen: 0, bytesAcked: 0 };
    for (const { read, acked, size } of this.tailed) {
      open.linesRead += read.lines;
      open.linesAcked += acked.lines;
      open.bytesSeen += size;
      open.bytesAcked += acked.offset;
    }
    return open;
  }
}

/** As the name of a file that is compared by its age: an open file's place does not depend on what it is packed in. */
const nameOf = ({ rotation }: TailedFile) => ({ restart: 0, rotated: rotation, compressed: false });
