import { lineTime } from '../container/record-state';
import { CriParser, type LineParser } from '../entries/cri';
import type { Rules, Stop } from '../entries/entry-writer';
import { DockerJsonParser } from '../entries/docker-json';
import type { LogFile } from './log-file';
import { movePosition, startOfFile, type Position } from './position';
import type { Route, Window } from '../push/route';
import { BLOCK_BYTES, MAX_BLOCK_BYTES, type EncodeBuffer } from '../entries/encode-buffer';

const DOCKER_HEAD = '{"log":';
const NEWLINE = 0x0a;
const NEVER: Window = { from: Infinity, to: Infinity };
/** An unfinished line that has not grown for so long is sent as far as it is there. */
const UNFINISHED_MS = 5_000;

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
}

/** A stretch of a log file inside a request, or passed over. */
export interface Stretch {
  file: OpenFile;
  to: Position;
  /** Time of its first line; null where nothing was sent. */
  from: string | null;
  lines: number;
  bytes: number;
  unparsed: number;
  replaced: number;
  /** The container id that its entries carry. */
  containerId: string | null;
}

/** What a request still takes. */
export interface RequestRules extends Omit<Rules, 'from' | 'to' | 'fallbackSeconds'> {
  route: Route;
}

/** Why reading stopped: besides the cut's reasons, compressed data is not there yet, or another stream is due. */
export type ReadStop = Stop | 'unprepared' | 'fresh';

/** A log file of a container that is read and waits for acknowledgements. */
export class OpenFile {
  parser: LineParser | null = null;
  firstTime: string | null = null;
  sent: Sent | null = null;
  /** Known not to be a file that was seen under another name; a compressed one is known only when decompressed. */
  identified: boolean;
  /** Read at least once, as far as here; for the metrics, which do not count what is read again. */
  readonly counted = { bytes: 0, lines: 0 };
  /** When it was first seen to be deleted, milliseconds of the monotonic clock, and how far it was acknowledged then. */
  pinned: { since: number; acked: number } | null = null;
  /** Why its rest was given up, where it was. */
  givenUp: 'truncated' | 'shed' | null = null;

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
      this.parser ??= isDockerJson(memory, blockStart, n) ? new DockerJsonParser() : new CriParser();
      movePosition(before, log.read);
      const final =
        torn ||
        (atEnd && how.final && log.read.offset + n >= log.size) ||
        (length === MAX_BLOCK_BYTES && !atEnd && flush); // a line without end: it goes out in parts of a block each
      const block = { memory, start: blockStart, end: blockStart + n, final, flush };
      const stop = cutter.cut(block, this.parser, log.read, buffer.metadata, this.cutRules(rules));
      const progress = log.read.offset !== before.offset || log.read.skip !== before.skip;
      if (progress) {
        stretches.push(this.stretch(before, cutter.writer, how.containerId));
        wanted = BLOCK_BYTES;
        flush = false;
      }
      if (stop === 'older' || stop === 'newer' || (stop === 'full' && (progress || buffer.encoder.entries > 0))) {
        return stop;
      }
      if (again && !this.again) {
        return 'full'; // what follows may go elsewhere, with other metadata
      }
      if (progress) {
        continue; // what is left is an unfinished line, or nothing
      } else if (atEnd) {
        if (flush && again) {
          this.sent = null; // cannot be cut as it was
        } else if (flush || (!again && log.grewAt > how.nowMs - UNFINISHED_MS)) {
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

  private cutRules({ route, ...rules }: RequestRules): Rules {
    // Late lines that were sent as such: the cut stops at the first and tells its time, which names the stream.
    const window = this.again === null ? route : this.elsewhere(route) ? NEVER : route.again;
    const fallbackSeconds = Math.floor(this.log.birthMs / 1000);
    return { ...rules, from: window.from, to: window.to, fallbackSeconds };
  }

  private stretch(
    before: Position,
    wrote: { firstSeconds: number; firstNanos: number; unparsed: number; replaced: number },
    containerId: string | null
  ): Stretch {
    const { read } = this.log;
    return {
      file: this,
      to: { ...read },
      from: lineTime(wrote.firstSeconds, wrote.firstNanos),
      lines: read.lines - before.lines,
      bytes: read.offset - before.offset,
      unparsed: wrote.unparsed,
      replaced: wrote.replaced,
      containerId,
    };
  }

  /** The stretch goes out now. @returns what was noted before, to be put back where it surely did not arrive */
  noteSent({ to, containerId }: Stretch, late: boolean): Sent | null {
    const before = this.sent;
    if (before === null || !reaches(before, to)) {
      this.sent = { offset: to.offset, skip: to.skip, late, containerId };
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

function isDockerJson(memory: Buffer, start: number, length: number): boolean {
  return memory.toString('latin1', start, start + Math.min(length, DOCKER_HEAD.length)) === DOCKER_HEAD;
}
