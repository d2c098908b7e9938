import { isUtf8 } from 'node:buffer';
import type { PushEncoder } from '../../loki/push/encoder';
import type { LineParser } from './cri';
import { CONTINUES, EntryWriter, type MetadataSource, type Rules, type Stop } from './entry-writer';
import { OpenLines, type OpenLine } from './open-lines';
import { movePosition, type Position } from '../files/position';

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

const NEWLINE = 0x0a;

/**
 * Cuts a block of a log file into entries and writes them straight into the request, without an object per line.
 *
 * Nothing is remembered between blocks: a block ends before the first line that is still open (`P` without its `F`), and
 * the next one begins there. So a file's whole state is its position, and what is sent after a crash is what was sent
 * before it.
 */
export class Cutter {
  private readonly open = new OpenLines();
  /** What the last cut wrote, and why it ended. */
  readonly writer: EntryWriter;
  private base = 0;

  constructor(private readonly encoder: PushEncoder) {
    this.writer = new EntryWriter(encoder, this.open);
  }

  /**
   * Cuts `block`, whose first byte stands at `position.offset` in the file, and moves `position` behind the last entry
   * that was written.
   */
  cut(block: Block, parser: LineParser, position: Position, metadata: MetadataSource, rules: Rules): Stop {
    const { memory, end } = block;
    const { open } = this;
    open.clear();
    this.writer.begin(position, metadata, rules, isUtf8(memory.subarray(block.start, end)));
    this.base = position.offset - block.start;
    memory[end] = NEWLINE;

    let at = block.start;
    while (at < end) {
      const lineEnd = memory.indexOf(NEWLINE, at);
      if (lineEnd === end && !block.final) {
        break;
      }
      const next = lineEnd === end ? end : lineEnd + 1;
      if (!this.line(block, at, lineEnd, parser, position)) {
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

  /** Takes one line of the file; false ends the cut before it. */
  private line({ memory, flush }: Block, at: number, lineEnd: number, parser: LineParser, position: Position): boolean {
    const { writer } = this;
    if (!parser.parse(memory, at, lineEnd)) {
      return writer.unknown(memory.subarray(at, lineEnd));
    }
    const open = this.open.of(parser.stream);
    if (!open.active) {
      if (!parser.partial) {
        return writer.whole(memory, parser);
      }
      if (flush) {
        const { from, to, decoded, seconds, nanos, stream } = parser;
        return writer.line(decoded ?? memory.subarray(from, to), seconds, nanos, stream, CONTINUES);
      }
      open.begin(at, parser);
      this.open.remember(open, this.open.other(parser.stream), {
        mark: this.encoder.mark(),
        position,
        offset: this.base + at,
        marks: writer,
      });
    }
    open.add(parser);
    return parser.partial || this.joined(memory, open, 0);
  }

  private joined(memory: Buffer, open: OpenLine, marks: number): boolean {
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
      if (atEnd && block.final && this.joined(block.memory, open, CONTINUES)) {
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
