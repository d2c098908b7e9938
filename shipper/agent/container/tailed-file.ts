import type { FoundFile } from '../files/found-file';
import { lineTime } from '../files/line-time';
import { LogFile } from '../files/log-file';
import { rotationOf } from '../files/names';
import { movePosition, type Position } from '../files/position';
import type { ClosedFile } from './record-state';
import type { SavedFile } from './saved';

/** The runtime may write a last line to a rotated file after its successor was made. */
const STRAGGLER_MS = 2_000;
/** Whoever wrote so lately runs, and no reclaim deletes its log. */
export const RUNS_MS = 5_000;

/**
 * ```
 * current ──▶ superseded ──▶ rotated-away
 *    │                            ▲
 *    └──────▶ deleted ────────────┘           from each: given-up
 * ```
 * - `current`: its container writes to it
 * - `superseded`: a newer file took over; it has a name still, its own or that of a compressed copy
 * - `deleted`: no name leads to it; its container may write to it until the runtime makes a new one
 * - `rotated-away`: no name leads to it, and a newer file took over
 * - `given-up`: what was not read of it nobody can read any more
 */
export type FileStatus = 'current' | 'superseded' | 'deleted' | 'rotated-away' | 'given-up';

/** Why the rest of a file was given up. */
export type GivenUp = 'truncated' | 'shed' | 'gone-unread';

/**
 * What Loki may have although it never said so. Sent again, it has to be sent as it was: to the same kind of stream,
 * with the same metadata; else it is there twice.
 */
export interface Sent {
  /** Up to here: bytes from the file's start, … */
  offset: number;
  /** … and bytes of the line that begins there. */
  skip: number;
  /** To streams of late lines. */
  late: boolean;
  /** In the metadata. */
  containerId: string | null;
  /** The time that misdated lines were stored at, seconds since 1970. */
  arrivalSeconds: number;
}

/** What others see of a file: its container alone changes it. */
export type FileView = Pick<
  TailedFile,
  | 'status'
  | 'path'
  | 'ino'
  | 'birthMs'
  | 'rotation'
  | 'lastRotation'
  | 'compressed'
  | 'size'
  | 'unread'
  | 'unacked'
  | 'isReadable'
  | 'isHeld'
  | 'isDeleted'
  | 'pinnedBytes'
  | 'pinnedSince'
  | 'stat'
  | 'hasOtherContent'
  | 'unlinkedMs'
>;

/** A log file of a container that is read and waits for acknowledgements. */
export class TailedFile {
  /** Times of its lines that Loki has: the earliest. */
  firstTime: string | null = null;
  sent: Sent | null = null;
  /** Read at least once, as far as here; for the metrics, which do not count what is read again. */
  readonly counted = { bytes: 0, lines: 0 };
  /** Known not to be a file that was seen under another name; a compressed one is known only when decompressed. */
  identified: boolean;
  /** A look or a read found other content than before: the next look at the directory takes it for truncated. */
  isSuspect = false;
  /** The id of its container when it was deleted: what comes later may be another container's. */
  private lastContainerId: string | null = null;
  /** Why its rest was given up, where it was. */
  givenUp: GivenUp | null = null;
  private state: Exclude<FileStatus, 'given-up'> = 'current';
  /** When it was last seen to grow, to get a successor, to be deleted: milliseconds of the monotonic clock. */
  private grewAtMs: number;
  private supersededAtMs = -Infinity;
  private deletedAtMs: number | null = null;
  /** Reading came no further than this offset, for an open line; since when, milliseconds of the monotonic clock. */
  private heldAt: { offset: number; sinceMs: number } | null = null;

  constructor(
    private file: LogFile,
    /** The rotation's time in its name; empty for the current file. */
    public rotation: string
  ) {
    this.identified = !file.compressed;
    this.grewAtMs = performance.now() - Math.max(0, Date.now() - file.modifiedMs);
  }

  status(): FileStatus {
    return this.givenUp === null ? this.state : 'given-up';
  }

  /** What is read of, and looked at. */
  get log(): LogFile {
    return this.file;
  }

  get path(): string {
    return this.file.path;
  }

  get ino(): number {
    return this.file.ino;
  }

  get birthMs(): number {
    return this.file.birthMs;
  }

  get compressed(): boolean {
    return this.file.compressed;
  }

  get size(): number {
    return this.file.size;
  }

  /** Read up to here, … */
  get read(): Position {
    return this.file.read;
  }

  /** … and acknowledged by Loki up to here. */
  get acked(): Position {
    return this.file.acked;
  }

  /** Bytes that are not read yet; a compressed file that is not known to its end counts as one. */
  get unread(): number {
    return this.file.atGzipEnd ? this.file.unread : 1;
  }

  get unacked(): number {
    return this.file.atGzipEnd ? this.file.unacked : Math.max(1, this.file.unacked);
  }

  get isReadable(): boolean {
    return this.file.isOpen;
  }

  /** It has a descriptor, so that it can be read also when its last name goes. */
  get isHeld(): boolean {
    return this.file.isOpen && !this.file.isParked;
  }

  /** No name leads to it any more. */
  get isDeleted(): boolean {
    return this.deletedAtMs !== null;
  }

  /** A newer file took over, by rotation or by a new start of the container. */
  get isSuperseded(): boolean {
    return this.state === 'superseded' || this.state === 'rotated-away';
  }

  /** Bytes on the disk that only its descriptor keeps from being freed. */
  get pinnedBytes(): number {
    return this.file.pinnedBytes;
  }

  /** Since when, milliseconds of the monotonic clock; null where its name is there. */
  get pinnedSince(): number | null {
    return this.deletedAtMs;
  }

  get grewAt(): number {
    return this.grewAtMs;
  }

  stat(): ReturnType<LogFile['stat']> {
    return this.file.stat();
  }

  /** By what the file system says now: whether its content is another than what was read. */
  hasOtherContent({ size, touched }: { size: number; touched: boolean }): boolean {
    // Kept: the file system shows only once that something was written, and the file may have grown by the next look.
    this.isSuspect ||= size < this.file.size || (touched && size === this.file.size && this.file.isRewritten());
    return this.isSuspect;
  }

  /** When its last name went, milliseconds since 1970; null while it has one. */
  unlinkedMs(): number | null {
    return this.file.unlinkedMs();
  }

  /** The rotation in the name that it had last, whoever gave it that name. */
  get lastRotation(): string {
    return (this.isHeld && rotationOf(this.file.lastName)) || this.rotation;
  }

  /** It is so large now. @returns by how much it has grown */
  grow(size: number): number {
    const growth = this.file.grow(size);
    if (growth > 0) {
      this.grewAtMs = performance.now();
    }
    return growth;
  }

  rename({ path, rotated }: FoundFile): void {
    this.file.path = path;
    this.rotation = rotated;
    if (this.deletedAtMs !== null) {
      this.deletedAtMs = null; // it had a name that no log file has
      this.state = this.isSuperseded ? 'superseded' : 'current';
    }
  }

  supersede(): void {
    if (!this.isSuperseded) {
      this.supersededAtMs = performance.now();
      this.state = this.state === 'deleted' ? 'rotated-away' : 'superseded';
    }
  }

  /** No name leads to it any more. @param containerId of its container, as far as it is known */
  delete(containerId: string | null): void {
    if (this.deletedAtMs === null) {
      this.lastContainerId = containerId;
      this.rotation = this.lastRotation;
      this.deletedAtMs = performance.now();
      this.state = this.isSuperseded ? 'rotated-away' : 'deleted';
      this.file.loseName();
    }
  }

  /** What is not read of it is given up: nothing can be read again either. @returns its bytes */
  giveUp(reason: GivenUp): number {
    const bytes = this.file.unread;
    this.givenUp = reason;
    this.isSuspect = false;
    this.file.size = this.file.read.offset;
    this.file.close();
    return bytes;
  }

  /** Reading goes on in a compressed copy of it. */
  goOnIn(copy: LogFile): void {
    movePosition(copy.read, this.read);
    movePosition(copy.acked, this.acked);
    copy.size = this.file.size;
    this.file.close();
    this.file = copy;
    this.deletedAtMs = null;
    this.state = 'superseded';
  }

  /** Reading goes back to what is acknowledged. */
  rewind(): void {
    movePosition(this.read, this.acked);
  }

  /** What is not acknowledged is passed over unread. @returns its bytes */
  skip(): number {
    const { read, acked, size } = this;
    const bytes = Math.max(0, size - acked.offset);
    acked.offset = Math.max(acked.offset, size);
    acked.skip = 0;
    movePosition(read, acked);
    this.sent = null;
    return bytes;
  }

  /** Reading begins at a place that Loki has acknowledged. */
  resumeAt(position: Position, firstTime: string | null, sent: Sent | null): void {
    movePosition(this.read, position);
    movePosition(this.acked, position);
    Object.assign(this.counted, { bytes: position.offset, lines: position.lines });
    this.firstTime = firstTime;
    this.sent = sent;
  }

  /** Nothing of it is read yet: its lines are ordered behind those of the file before it, which may end at the same time. */
  follow({ read: before }: TailedFile): void {
    const { read, acked } = this;
    if (read.offset === 0 && read.skip === 0 && read.seconds === 0 && acked.seconds === 0) {
      for (const position of [read, acked]) {
        movePosition(position, { ...before, offset: 0, skip: 0, lines: 0 });
      }
    }
  }

  /** What has to be sent as it was sent before; null where reading is past it. */
  get again(): Sent | null {
    return this.sent && !reaches(this.read, this.sent) ? this.sent : null;
  }

  /** The container id for the lines that are next. */
  containerId(known: string | null): string | null {
    const { again } = this;
    return again ? again.containerId : (this.lastContainerId ?? known);
  }

  /** Whether the lines that are next have to go to streams of late lines, or must not; undefined: their age decides. */
  get late(): boolean | undefined {
    return this.again?.late;
  }

  /** Whether the unfinished or open line that is next is still waited for. */
  awaitsLineEnd(nowMs: number, unfinishedMs: number, openMs: number): boolean {
    if (this.heldAt?.offset !== this.read.offset) {
      this.heldAt = { offset: this.read.offset, sinceMs: nowMs };
    }
    return this.grewAtMs > nowMs - unfinishedMs && this.heldAt.sinceMs > nowMs - openMs;
  }

  /** A stretch of it goes out now. @returns what was noted before, to be put back where it surely did not arrive */
  noteSent(
    { to, containerId, arrivalSeconds }: { to: Position; containerId: string | null; arrivalSeconds: number },
    late: boolean
  ): Sent | null {
    const before = this.sent;
    if (before === null || !reaches(before, to)) {
      this.sent = { offset: to.offset, skip: to.skip, late, containerId, arrivalSeconds };
    }
    return before;
  }

  /** Loki takes what was sent only in streams of late lines. */
  markLate(): void {
    if (this.sent) {
      this.sent = { ...this.sent, late: true };
    }
  }

  /** Loki has it up to there, or it was passed over. */
  settle(to: Position): void {
    movePosition(this.acked, to);
    if (this.sent && reaches(to, this.sent)) {
      this.sent = null;
    }
  }

  /** Whether it can grow no more. @param isOver nothing writes to the container's log any more */
  isFinal(isOver: boolean): boolean {
    if (this.compressed || isOver || this.givenUp !== null) {
      return true;
    }
    // A deleted file that no rotation renamed is written to until the runtime goes on in its successor.
    const isSilent = performance.now() - Math.max(this.grewAtMs, this.supersededAtMs) > RUNS_MS;
    return this.state === 'superseded' || (this.state === 'rotated-away' && (this.rotation !== '' || isSilent));
  }

  /** Whether all of it is acknowledged and no line comes late to it. Looks at the file once more. */
  isDone(): boolean {
    if (!this.file.atGzipEnd || this.file.unacked > 0 || this.compressed || !this.file.isOpen) {
      return this.file.atGzipEnd && this.file.unacked === 0;
    }
    this.grow(this.file.stat().size);
    const isSettled = performance.now() - Math.max(this.grewAtMs, this.supersededAtMs) > STRAGGLER_MS;
    return this.file.unacked === 0 && (this.isDeleted || isSettled);
  }

  /** It is done with. */
  close(): void {
    this.file.close();
  }

  /** What is remembered of it once it is done with. */
  toClosed(): ClosedFile {
    const isSame = this.givenUp !== 'truncated'; // a truncated file lies there still, with other content
    return {
      ino: isSame ? this.ino : 0,
      birthMs: this.birthMs,
      rotated: isSame ? this.rotation : 'truncated',
      hash: this.file.identity(),
      lines: this.acked.lines,
      bytes: this.size,
      from: this.firstTime,
      to: lineTime(this.acked.seconds, this.acked.nanos),
      onNode: !this.isDeleted && this.givenUp === null,
    };
  }

  /** What is kept of it over a restart. @param isOver its container writes to it no more */
  toSaved(isOver: boolean): SavedFile {
    const { birthMs, size, rotation, firstTime, sent } = this;
    const isSame = this.givenUp !== 'truncated';
    return {
      hash: this.file.identity(),
      ino: isSame ? this.ino : 0,
      birthMs,
      rotated: rotation,
      size,
      firstTime,
      acked: { ...this.acked },
      ...(sent && { sent }),
      over: this.isSuperseded || this.givenUp !== null || isOver,
    };
  }
}

type Place = Pick<Position, 'offset' | 'skip'>;

function reaches(place: Place, goal: Place): boolean {
  return place.offset > goal.offset || (place.offset === goal.offset && place.skip >= goal.skip);
}
