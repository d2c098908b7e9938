import { isUtf8 } from 'node:buffer';
import type { PushEncoder } from '../../loki/push/encoder';
import type { LineParser } from './cri';
import { CONTINUES, EntryWriter, type MetadataSource, type Rules, type Stop } from './entry-writer';
import { LineFormat } from './line-format';
import { endOfNuls, HOLE_BYTES } from './nuls';
import { OpenLines, type OpenLine } from './open-lines';
import { movePosition, type Position } from '../files/position';

export interface Block {
  memory: Buffer;
  start: number;
  /** The byte at `end` belongs to the decoder: it puts a newline there, so that every search ends. */
  end: number;
  /** Nothing more will come in this file: an unfinished last line is a line. */
  final: boolean;
  /** Lines that are open at the block's end are not waited for: they go out as far as they are there, marked CONTINUES. */
  flush: boolean;
}

const NEWLINE = 0x0a;
/** A line's rest is written at once: an open line is closed by the first line that is so much later, whichever stream it is of. */
const OPEN_SECONDS = 5;
/** So many lines are looked through for a time that lines before the first one with a time can have. */
const LOOK_AHEAD_LINES = 100;

/**
 * Decodes a block of a log file into entries and writes them straight into the request, without an object per line. What a
 * line is in, CRI or Docker's json-file, is told line by line: a file may begin with anything.
 *
 * Nothing is remembered between blocks: a block ends before the first line that is still open (`P` without its `F`), and
 * the next one begins there. So a file's whole state is its position, and what is sent after a crash is what was sent
 * before it. An open line holds back what comes after it for a few seconds of the log at most, and never beyond the
 * request's time window.
 */
export class Decoder {
  protected readonly open = new OpenLines();
  protected readonly format = new LineFormat();
  /** What the last decoding wrote, and why it ended. */
  readonly writer: EntryWriter;
  /** NUL bytes that the last decoding passed over. */
  nulBytes = 0;
  private base = 0;
  /** The first NUL at or after where decoding stands; the block's end where there is none. */
  private nextNul = 0;

  constructor(
    private readonly encoder: PushEncoder,
    makeWriter = (open: OpenLines) => new EntryWriter(encoder, open)
  ) {
    this.writer = makeWriter(this.open);
  }

  /**
   * Decodes `block`, whose first byte stands at `position.offset` in the file, and moves `position` behind the last entry
   * that was written.
   */
  decode(block: Block, position: Position, metadata: MetadataSource, rules: Rules): Stop {
    const { memory, start, end } = block;
    const { open } = this;
    open.clear();
    this.writer.begin(position, metadata, rules, isUtf8(memory.subarray(start, end)));
    this.base = position.offset - start;
    this.nulBytes = 0;
    this.nextNul = nulFrom(memory, start, end);
    memory[end] = NEWLINE;

    let at = start;
    while (at < end) {
      if (at === this.nextNul) {
        at = this.passNuls(memory, at, end);
        if (open.none) {
          position.offset = this.base + at;
        }
        continue;
      }
      const newline = memory.indexOf(NEWLINE, at);
      const lineEnd = newline > this.nextNul ? this.endAtNuls(block, newline) : newline;
      if (lineEnd === end && !block.final) {
        break;
      }
      const next = lineEnd === newline && newline < end ? newline + 1 : lineEnd;
      if (!this.line(block, at, lineEnd, position)) {
        break;
      }
      at = next;
      if (open.none) {
        position.offset = this.base + at;
      }
    }
    this.closeOpenLines(at, block, position);
    return this.writer.stop;
  }

  /** Passes over NULs at the start of a line, and over the newline behind them where there is nothing else. */
  private passNuls(memory: Buffer, at: number, end: number): number {
    let to = endOfNuls(memory, at, end);
    this.nulBytes += to - at;
    if (to < end && memory[to] === NEWLINE) {
      to++;
    }
    this.nextNul = nulFrom(memory, to, end);
    return to;
  }

  /** Where a line with NULs in it ends: before those that are a hole, or have a line of their own or nothing behind them. */
  private endAtNuls({ memory, end, final }: Block, newline: number): number {
    for (let nul = this.nextNul; nul < newline;) {
      const to = endOfNuls(memory, nul, newline);
      const isLast = to === end && final;
      if (to - nul >= HOLE_BYTES || isLast || this.format.parse(memory, to, newline) !== null) {
        this.nextNul = nul;
        return nul;
      }
      nul = nulFrom(memory, to, newline);
    }
    this.nextNul = nulFrom(memory, newline, end);
    return newline;
  }

  /** Takes one line of the file; false ends the decoding before it. */
  protected line({ memory, end }: Block, at: number, lineEnd: number, position: Position): boolean {
    const { writer } = this;
    const parser = this.format.parse(memory, at, lineEnd);
    if (parser === null) {
      const next = position.seconds === 0 ? this.timeAfter(memory, lineEnd, end) : null;
      return writer.unknown(memory.subarray(at, lineEnd), next);
    }
    if (!this.open.none && !this.closeBefore(memory, parser, at, position)) {
      return false;
    }
    const open = this.open.of(parser.stream);
    if (!open.active) {
      if (!parser.partial) {
        return writer.whole(memory, parser);
      }
      if (this.open.none && !writer.admitsTime(parser.seconds)) {
        return false;
      }
      this.begin(open, parser, at, position);
    }
    open.add(parser);
    return parser.partial || this.joined(memory, open, 0);
  }

  /** A line begins whose end is not known yet: decoding can go back to before it. */
  protected begin(open: OpenLine, parser: LineParser, at: number, position: Position): void {
    open.begin(at, parser);
    this.open.remember(open, this.open.other(parser.stream), {
      mark: this.encoder.mark(),
      position,
      offset: this.base + at,
      marks: this.writer,
    });
  }

  /** All before this place of the block is written, unless a line is open. */
  protected moveTo(at: number, position: Position): void {
    if (this.open.none) {
      position.offset = this.base + at;
    }
  }

  /** The time of the first line with a time after this place; null where none is near. */
  private timeAfter(memory: Buffer, lineEnd: number, end: number): [number, number] | null {
    let at = lineEnd + 1;
    for (let lines = 0; lines < LOOK_AHEAD_LINES && at < end; lines++) {
      const from = memory[at] === 0 ? endOfNuls(memory, at, end) : at;
      const newline = memory.indexOf(NEWLINE, from);
      const parser = this.format.parse(memory, from, newline);
      if (parser !== null) {
        return [parser.seconds, parser.nanos];
      }
      at = newline + 1;
    }
    return null;
  }

  /**
   * Open lines that are seconds older than the next line, or that would drag it out of the request's time window, go out
   * before it as far as they are there.
   */
  protected closeBefore(memory: Buffer, next: LineParser, at: number, position: Position): boolean {
    const { seconds } = next;
    const isOutside = !this.writer.admitsTime(seconds);
    const { stop, stopSeconds } = this.writer;
    this.writer.stop = 'end';
    for (const open of this.open.inOrder()) {
      const isOld = Math.abs(seconds - open.seconds) >= OPEN_SECONDS;
      if ((isOld || isOutside) && !this.joined(memory, open, CONTINUES)) {
        return false;
      }
    }
    this.moveTo(at, position);
    if (isOutside) {
      this.writer.stop = stop;
      this.writer.stopSeconds = stopSeconds;
    }
    return !isOutside;
  }

  protected joined(memory: Buffer, open: OpenLine, marks: number): boolean {
    const stream = this.open.streamOf(open);
    if (!this.writer.line(open.content(memory), open.seconds, open.nanos, stream, marks)) {
      return false;
    }
    open.active = false;
    return true;
  }

  /** Ends the block: lines still open go out if they must, else the block ends before the first of them. */
  private closeOpenLines(at: number, block: Block, position: Position): void {
    const { writer } = this;
    const atEnd = writer.stop === 'end';
    for (const open of this.open.inOrder()) {
      // A last line without newline is told from a whole one: the reader prints none either.
      if (atEnd && (block.final || block.flush) && this.joined(block.memory, open, CONTINUES)) {
        continue;
      }
      if (position.skip > open.position.skip && position.lines === open.position.lines) {
        position.offset = open.position.offset; // a line longer than a request: what went out of it stays
      } else {
        this.encoder.back(open.mark);
        movePosition(position, open.position);
        writer.unparsed = open.unparsed;
        writer.replaced = open.replaced;
      }
      return;
    }
    if (this.open.none && atEnd) {
      position.offset = this.base + at;
    }
  }
}

/** The first NUL from `start` on; `end` where there is none. */
function nulFrom(memory: Buffer, start: number, end: number): number {
  const at = memory.subarray(start, end).indexOf(0);
  return at < 0 ? end : start + at;
}
