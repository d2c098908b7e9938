import { lineTime } from '../files/line-time';
import type { Rules, Stop } from '../entries/entry-writer';
import type { LogFile } from '../files/log-file';
import { movePosition, startOfFile, type Position } from '../files/position';
import type { Route, Window } from '../entries/route';
import type { Cutter } from '../entries/decoder';
import { BLOCK_BYTES, MAX_BLOCK_BYTES, type EncodeBuffer } from '../entries/encode-buffer';

const NEWLINE = 0x0a;
const NEVER: Window = { from: Infinity, to: Infinity };
/** An unfinished line that has not grown for so long is sent as far as it is there, … */
const UNFINISHED_MS = 5_000;
/** … and an open one (`P` without its `F`) after so long, whatever else is written to the file. */
const OPEN_MS = 2_000;
/** A hole of NULs is passed over so far in one turn. */
const MAX_HOLE_BYTES = 64 * 1024 * 1024;

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

/** A stretch of a log file inside a request, or passed over. */
export interface Stretch {
  file: OpenFile;
  to: Position;
  /** Earliest and latest time of its entries; null where nothing was sent. */
  from: string | null;
  last: string | null;
  lines: number;
  bytes: number;
  unparsed: number;
  replaced: number;
  nulBytes: number;
  /** Lines whose own time cannot be theirs, and those of them that were left out. */
  misdated: number;
  leftOut: number;
  arrivalSeconds: number;
  /** The container id that its entries carry. */
  containerId: string | null;
}

/** What a request still takes. */
export interface RequestRules extends Omit<Rules, 'from' | 'to' | 'fallbackSeconds' | 'futureFrom' | 'arrivalSeconds'> {
  route: Route;
  /** By Loki's clock, seconds since 1970. */
  nowSeconds: number;
  /** Lines that are dated so much later than now are misdated. */
  futureSeconds: number;
}

/** Why reading stopped: besides the cut's reasons, compressed data is not there yet, or another stream is due. */
export type ReadStop = Stop | 'unprepared' | 'fresh';

/** A log file of a container that is read and waits for acknowledgements. */
export class OpenFile {
  firstTime: string | null = null;
  sent: Sent | null = null;
  /** Known not to be a file that was seen under another name; a compressed one is known only when decompressed. */
  identified: boolean;
  /** Read at least once, as far as here; for the metrics, which do not count what is read again. */
  readonly counted = { bytes: 0, lines: 0 };
  /** When it was first seen to be deleted, milliseconds of the monotonic clock, and how far it was acknowledged then. */
  pinned: { since: number; acked: number } | null = null;
  /** Why its rest was given up, where it was. */
  givenUp: 'truncated' | 'shed' | 'gone-unread' | null = null;
  /** Reading came no further than this offset, for an open line; since when, milliseconds of the monotonic clock. */
  private heldAt: { offset: number; sinceMs: number } | null = null;

  constructor(
    public log: LogFile,
    /** The rotation's time in its name; empty for the current file. */
    public rotated: string
  ) {
    this.identified = !log.compressed;
  }

  /** Bytes that are not read yet; a compressed file that is not known to its end counts as one. */
  get unread(): number {
    return this.log.atGzipEnd ? this.log.unread : 1;
  }

  get unacked(): number {
    return this.log.atGzipEnd ? this.log.unacked : Math.max(1, this.log.unacked);
  }

  /** Nothing of it is read yet: its lines are ordered behind those of the file before it, which may end at the same time. */
  follow({ log: { read: before } }: OpenFile): void {
    const { read, acked } = this.log;
    if (read.offset === 0 && read.skip === 0 && read.seconds === 0 && acked.seconds === 0) {
      for (const position of [read, acked]) {
        movePosition(position, { ...before, offset: 0, skip: 0, lines: 0 });
      }
    }
  }

  /** What has to be sent as it was sent before; null where reading is past it. */
  private get again(): Sent | null {
    return this.sent && !reaches(this.log.read, this.sent) ? this.sent : null;
  }

  /** The container id for the lines that are next. */
  containerId(known: string | null): string | null {
    const { again } = this;
    return again ? again.containerId : known;
  }

  /** Whether the lines that are next have to go to streams of late lines, or must not; undefined: their age decides. */
  get late(): boolean | undefined {
    return this.again?.late;
  }

  /** Whether what is next was sent before and has to go to the other kind of stream than this one. */
  private elsewhere(route: Route): boolean {
    return this.again !== null && this.again.late !== route.late;
  }

  /**
   * Reads on from where reading stands and writes entries into the request on the buffer.
   * @param final nothing more will be written to the file
   */
  fill(
    buffer: EncodeBuffer,
    rules: RequestRules,
    how: { final: boolean; nowMs: number; containerId: string | null },
    stretches: Stretch[]
  ): ReadStop {
    const { log } = this;
    const { memory, blockStart, cutter } = buffer;
    const before = startOfFile();
    let wanted = BLOCK_BYTES;
    let flush = false;
    let passed = 0;
    for (;;) {
      const { again } = this;
      if (again && !again.late && this.elsewhere(rules.route)) {
        return 'fresh';
      }
      // A stretch that was sent before ends where it ended then.
      const rest = again && again.skip === 0 ? again.offset - log.read.offset : Infinity;
      const length = Math.min(wanted, rest);
      const n = log.readAt(memory, blockStart, length, log.read.offset);
      if (n === null) {
        return 'unprepared';
      }
      if (n === 0) {
        return 'end';
      }
      log.grow(log.read.offset + n);
      const atEnd = n < length || length === rest;
      const torn = length === rest && memory[blockStart + n - 1] !== NEWLINE;
      movePosition(before, log.read);
      const final =
        torn ||
        (atEnd && how.final && log.read.offset + n >= log.size) ||
        (length === MAX_BLOCK_BYTES && !atEnd && flush); // a line without end: it goes out in parts of a block each
      const block = { memory, start: blockStart, end: blockStart + n, final, flush: flush || length === rest };
      const given = this.cutRules(rules);
      const stop = cutter.cut(block, log.read, buffer.metadata, given);
      const progress = log.read.offset !== before.offset || log.read.skip !== before.skip;
      if (progress) {
        stretches.push(this.stretch(before, cutter, how.containerId, given.arrivalSeconds));
        passed += cutter.nulBytes;
        wanted = cutter.nulBytes > n / 2 ? MAX_BLOCK_BYTES : BLOCK_BYTES;
        flush = false;
      }
      if (stop === 'older' || stop === 'newer' || (stop === 'full' && (progress || buffer.encoder.entries > 0))) {
        return stop;
      }
      if ((again && !this.again) || passed >= MAX_HOLE_BYTES) {
        return 'full'; // what follows may go elsewhere, with other metadata; or others have waited long enough
      }
      if (progress) {
        continue; // what is left is an unfinished line, or nothing
      } else if (atEnd) {
        if (flush && again) {
          this.sent = null; // cannot be cut as it was
        } else if (flush || (!again && this.isHeld(how.nowMs))) {
          return 'end';
        }
        flush = true;
      } else if (wanted < MAX_BLOCK_BYTES && stop !== 'full') {
        wanted *= 4;
      } else if (!flush) {
        flush = true;
      } else {
        return 'full';
      }
    }
  }

  /** Whether the unfinished or open line that is next is still waited for. */
  private isHeld(nowMs: number): boolean {
    const { read, grewAt } = this.log;
    if (this.heldAt?.offset !== read.offset) {
      this.heldAt = { offset: read.offset, sinceMs: nowMs };
    }
    return grewAt > nowMs - UNFINISHED_MS && this.heldAt.sinceMs > nowMs - OPEN_MS;
  }

  private cutRules({ route, nowSeconds, futureSeconds, ...rules }: RequestRules): Rules {
    // Late lines that were sent as such: the cut stops at the first and tells its time, which names the stream.
    const window = this.again === null ? route : this.elsewhere(route) ? NEVER : route.again;
    const fallbackSeconds = Math.floor(this.log.birthMs / 1000);
    const arrivalSeconds = this.again?.arrivalSeconds ?? nowSeconds;
    const futureFrom = arrivalSeconds + futureSeconds;
    return { ...rules, from: window.from, to: window.to, fallbackSeconds, futureFrom, arrivalSeconds };
  }

  private stretch(
    before: Position,
    { writer, nulBytes }: Cutter,
    containerId: string | null,
    arrivalSeconds: number
  ): Stretch {
    const { read } = this.log;
    const { unparsed, replaced, misdated, leftOut, last } = writer;
    return {
      file: this,
      to: { ...read },
      from: lineTime(writer.firstSeconds, writer.firstNanos),
      last: lineTime(last.seconds, last.nanos),
      lines: read.lines - before.lines,
      bytes: read.offset - before.offset,
      unparsed,
      replaced,
      nulBytes,
      misdated,
      leftOut,
      arrivalSeconds,
      containerId,
    };
  }

  /** The stretch goes out now. @returns what was noted before, to be put back where it surely did not arrive */
  noteSent({ to, containerId, arrivalSeconds }: Stretch, late: boolean): Sent | null {
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
    movePosition(this.log.acked, to);
    if (this.sent && reaches(to, this.sent)) {
      this.sent = null;
    }
  }
}

type Place = Pick<Position, 'offset' | 'skip'>;

function reaches(place: Place, goal: Place): boolean {
  return place.offset > goal.offset || (place.offset === goal.offset && place.skip >= goal.skip);
}
