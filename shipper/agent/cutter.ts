import { isUtf8 } from 'node:buffer';
import type { EncodedMetadata, Mark, PushEncoder } from '../loki/push-encoder';
import type { LineParser, StreamIndex } from './cri';
import { movePosition, startOfFile, type Position } from './position';

/** Why a cut ended: at the end of the block, because the request is full, or at a line outside the time window. */
export type Stop = 'end' | 'full' | 'older' | 'newer';

/** Marks on an entry that a reader needs: metadata `continues`, `replaced`, `format`. */
export const CONTINUES = 1;
export const REPLACED = 2;
export const UNPARSED = 4;

/** Gives the structured metadata of a container's entries, in wire form in the arena. */
export interface MetadataSource {
  /** @param marks sum of CONTINUES, REPLACED, UNPARSED */
  of(stream: StreamIndex, marks: number): EncodedMetadata;
}

export interface Block {
  memory: Buffer;
  start: number;
  /** The byte at `end` belongs to the cutter: it puts a newline there, so that every search ends. */
  end: number;
  /** Nothing more will come in this file: an unfinished last line is a line. */
  final: boolean;
  /** Unfinished lines are not waited for: every part of a line is an entry of its own, marked CONTINUES. */
  flush: boolean;
}

export interface Rules {
  /** Entries before this time (seconds since 1970) end the cut with `older`, … */
  from: number;
  /** … entries at or after this one with `newer`. */
  to: number;
  /** Loki's max_line_size. */
  maxLineBytes: number;
  /** Lines and metadata of one request. */
  maxPayload: number;
  /** Entries of one request; made small to find the entry that Loki refuses. */
  maxEntries: number;
  /** The time of lines that have none and none before them. */
  fallbackSeconds: number;
}

const NEWLINE = 0x0a;

/** A line whose end has not come yet. */
class OpenLine {
  active = false;
  readonly ranges: number[] = [];
  readonly decoded: Buffer[] = [];
  length = 0;
  seconds = 0;
  nanos = 0;
  lineStart = 0;
  readonly position: Position = startOfFile();
  mark: Mark = { at: 0, entries: 0, payload: 0 };
}

/**
 * Cuts a block of a log file into entries and writes them straight into the request, without an object per line.
 *
 * Nothing is remembered between blocks: a block ends before the first line that is still open (`P` without its `F`), and
 * the next one begins there. So a file's whole state is its position, and what is sent after a crash is what was sent
 * before it.
 */
export class Cutter {
  private readonly open = [new OpenLine(), new OpenLine()] as const;
  private stop: Stop = 'end';
  private valid = true;
  private base = 0;
  /** Lines of the last cut that were in no known format, and lines with bytes that are not UTF-8. */
  unparsed = 0;
  replaced = 0;
  /** Time of the last cut's first entry; 0 where it has none. */
  firstSeconds = 0;
  firstNanos = 0;
  /** Time of the line that ended the last cut with `older` or `newer`. */
  stopSeconds = 0;

  constructor(private readonly encoder: PushEncoder) {}

  /**
   * Cuts `block`, whose first byte stands at `position.offset` in the file, and moves `position` behind the last entry
   * that was written.
   */
  cut(block: Block, parser: LineParser, position: Position, metadata: MetadataSource, rules: Rules): Stop {
    const { memory, end } = block;
    const [stdout, stderr] = this.open;
    stdout.active = stderr.active = false;
    this.stop = 'end';
    this.unparsed = this.replaced = this.firstSeconds = this.firstNanos = 0;
    this.valid = isUtf8(memory.subarray(block.start, end));
    this.base = position.offset - block.start;
    memory[end] = NEWLINE;

    let at = block.start;
    while (at < end) {
      const lineEnd = memory.indexOf(NEWLINE, at);
      if (lineEnd === end && !block.final) {
        break;
      }
      const next = lineEnd === end ? end : lineEnd + 1;
      if (!this.line(block, at, lineEnd, parser, position, metadata, rules)) {
        break;
      }
      at = next;
      if (!stdout.active && !stderr.active) {
        position.offset = this.base + at;
      }
    }
    this.closeOpenLines(memory, at, block, position, metadata, rules);
    return this.stop;
  }

  /** Takes one line of the file; false ends the cut before it. */
  private line(
    { memory, flush }: Block,
    at: number,
    lineEnd: number,
    parser: LineParser,
    position: Position,
    metadata: MetadataSource,
    rules: Rules
  ): boolean {
    if (!parser.parse(memory, at, lineEnd)) {
      const seconds = position.seconds === 0 ? rules.fallbackSeconds : position.rawSeconds;
      if (
        !this.emit(
          memory,
          [at, lineEnd],
          null,
          lineEnd - at,
          seconds,
          position.rawNanos,
          0,
          UNPARSED,
          position,
          metadata,
          rules
        )
      ) {
        return false;
      }
      this.unparsed++;
      return true;
    }
    const open = this.open[parser.stream];
    if (!open.active) {
      if (!parser.partial) {
        return this.whole(memory, parser, position, metadata, rules);
      }
      if (flush) {
        const { from, to, decoded, seconds, nanos, stream } = parser;
        const length = decoded?.length ?? to - from;
        return this.emit(
          memory,
          [from, to],
          decoded,
          length,
          seconds,
          nanos,
          stream,
          CONTINUES,
          position,
          metadata,
          rules
        );
      }
      open.active = true;
      open.ranges.length = open.decoded.length = open.length = 0;
      open.seconds = parser.seconds;
      open.nanos = parser.nanos;
      open.lineStart = at;
      const other = this.open[parser.stream === 0 ? 1 : 0];
      if (other.active) {
        // Going back to this line alone would leave out the beginning of the other stream's.
        open.mark = other.mark;
        movePosition(open.position, other.position);
      } else {
        open.mark = this.encoder.mark();
        movePosition(open.position, position);
        open.position.offset = this.base + at;
      }
    }
    if (parser.decoded) {
      open.decoded.push(parser.decoded);
      open.length += parser.decoded.length;
    } else {
      open.ranges.push(parser.from, parser.to);
      open.length += parser.to - parser.from;
    }
    return parser.partial || this.joined(memory, parser.stream, 0, position, metadata, rules);
  }

  /** The common case, kept short: one line of the file is one entry. */
  private whole(
    memory: Buffer,
    parser: LineParser,
    position: Position,
    metadata: MetadataSource,
    rules: Rules
  ): boolean {
    const { from, to, seconds, nanos, stream, decoded } = parser;
    const length = to - from;
    if (decoded !== null || !this.valid || length > rules.maxLineBytes || position.skip > 0) {
      const size = decoded === null ? length : decoded.length;
      return this.emit(memory, [from, to], decoded, size, seconds, nanos, stream, 0, position, metadata, rules);
    }
    const meta = metadata.of(stream, 0);
    if (!this.admit(seconds, length, meta, position, rules)) {
      return false;
    }
    this.advance(position, seconds, nanos);
    const { encoder } = this;
    encoder.entry(position.seconds, position.nanos, length, meta);
    encoder.copy(from, to);
    encoder.finish(meta);
    position.lines++;
    return true;
  }

  private joined(
    memory: Buffer,
    stream: StreamIndex,
    marks: number,
    position: Position,
    metadata: MetadataSource,
    rules: Rules
  ): boolean {
    const open = this.open[stream];
    const decoded = open.decoded.length > 0 ? Buffer.concat(open.decoded) : null;
    if (
      !this.emit(
        memory,
        open.ranges,
        decoded,
        open.length,
        open.seconds,
        open.nanos,
        stream,
        marks,
        position,
        metadata,
        rules
      )
    ) {
      return false;
    }
    open.active = false;
    return true;
  }

  /** Writes a line of any length, from one or more ranges, whatever its bytes are. */
  private emit(
    memory: Buffer,
    ranges: readonly number[],
    decoded: Buffer | null,
    length: number,
    seconds: number,
    nanos: number,
    stream: StreamIndex,
    marks: number,
    position: Position,
    metadata: MetadataSource,
    rules: Rules
  ): boolean {
    let content = decoded ?? gather(memory, ranges, length);
    if (!isUtf8(content)) {
      content = Buffer.from(content.toString('utf8'));
      marks |= REPLACED;
    }
    while (content.length - position.skip > rules.maxLineBytes) {
      const to = characterStart(content, position.skip + rules.maxLineBytes);
      if (
        !this.piece(
          content.subarray(position.skip, to),
          seconds,
          nanos,
          metadata.of(stream, marks | CONTINUES),
          position,
          rules
        )
      ) {
        return false;
      }
      position.skip = to;
    }
    if (!this.piece(content.subarray(position.skip), seconds, nanos, metadata.of(stream, marks), position, rules)) {
      return false;
    }
    if (marks & REPLACED) {
      this.replaced++;
    }
    position.skip = 0;
    position.lines++;
    return true;
  }

  private piece(
    content: Buffer,
    seconds: number,
    nanos: number,
    meta: EncodedMetadata,
    position: Position,
    rules: Rules
  ): boolean {
    if (!this.admit(seconds, content.length, meta, position, rules)) {
      return false;
    }
    this.advance(position, seconds, nanos);
    this.encoder.entry(position.seconds, position.nanos, content.length, meta);
    this.encoder.write(content);
    this.encoder.finish(meta);
    return true;
  }

  /** Whether an entry may go into this request. */
  private admit(seconds: number, length: number, meta: EncodedMetadata, position: Position, rules: Rules): boolean {
    const { encoder } = this;
    if (!encoder.fits(length, meta.length)) {
      this.stop = 'full';
      return false;
    }
    const stop =
      seconds < rules.from
        ? 'older'
        : seconds >= rules.to
          ? 'newer'
          : encoder.entries > 0 &&
              (encoder.entries >= rules.maxEntries || encoder.payload + length + meta.payload > rules.maxPayload)
            ? 'full'
            : null;
    if (stop === null || !this.canEnd(position)) {
      return true;
    }
    this.stop = stop;
    this.stopSeconds = seconds;
    return false;
  }

  /**
   * Whether the request can end before this entry. Lines of both streams that lie in one another go out together or not
   * at all: where a request begins with them, their number and times have to be borne, or they would never go.
   */
  private canEnd(position: Position): boolean {
    const open = this.open[0].active ? this.open[0] : this.open[1];
    return !open.active || open.mark.entries > 0 || position.lines === open.position.lines;
  }

  /** Sets the times in `position` for a line of this time: never the same as the line before it. */
  private advance(position: Position, seconds: number, nanos: number): void {
    const afterSent = seconds > position.seconds || (seconds === position.seconds && nanos > position.nanos);
    const beforeRaw = seconds < position.rawSeconds || (seconds === position.rawSeconds && nanos < position.rawNanos);
    position.rawSeconds = seconds;
    position.rawNanos = nanos;
    if (afterSent || beforeRaw) {
      position.seconds = seconds;
      position.nanos = nanos;
    } else if (++position.nanos === 1_000_000_000) {
      position.seconds++;
      position.nanos = 0;
    }
    if (this.firstSeconds === 0) {
      this.firstSeconds = position.seconds;
      this.firstNanos = position.nanos;
    }
  }

  /** Ends the block: lines still open go out if they must, else the block ends before the first of them. */
  private closeOpenLines(
    memory: Buffer,
    at: number,
    block: Block,
    position: Position,
    metadata: MetadataSource,
    rules: Rules
  ): void {
    const order: StreamIndex[] = this.open[0].lineStart <= this.open[1].lineStart ? [0, 1] : [1, 0];
    const atEnd = this.stop === 'end';
    for (const stream of order) {
      const open = this.open[stream];
      if (!open.active) {
        continue;
      }
      // A last line without newline is told from a whole one: the reader prints none either.
      if (atEnd && block.final && this.joined(memory, stream, CONTINUES, position, metadata, rules)) {
        continue;
      }
      if (position.skip > open.position.skip && position.lines === open.position.lines) {
        position.offset = open.position.offset; // a line longer than a request: what went out of it stays
      } else {
        this.encoder.back(open.mark);
        movePosition(position, open.position);
      }
      return;
    }
    if (!this.open[0].active && !this.open[1].active && atEnd) {
      position.offset = this.base + at;
    }
  }
}

function gather(memory: Buffer, ranges: readonly number[], length: number): Buffer {
  if (ranges.length === 2) {
    return memory.subarray(ranges[0], ranges[1]);
  }
  const whole = Buffer.allocUnsafe(length);
  let at = 0;
  for (let i = 0; i < ranges.length; i += 2) {
    at += memory.copy(whole, at, ranges[i], ranges[i + 1]);
  }
  return whole;
}

/** The last place at or before `at` where a UTF-8 character begins. */
function characterStart(content: Buffer, at: number): number {
  let start = at;
  while (start > 0 && ((content[start] ?? 0) & 0xc0) === 0x80) {
    start--;
  }
  return start;
}
