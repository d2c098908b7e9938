import type { PushEncoder } from '../../loki/push/encoder';
import type { StreamIndex } from '../entries/cri';
import { Decoder, type Block } from '../entries/decoder';
import type { MetadataSource, Rules, Stop } from '../entries/entry-writer';
import type { OpenLine } from '../entries/open-lines';
import type { Position } from '../files/position';
import type { CompiledRules, MultilineRule } from './compiled-rules';
import { TreatingWriter } from './treating-writer';

const NEWLINE = Buffer.from('\n');
/** A block that took longer ends the turn: between two the event loop opens files that may be gone soon. */
const TURN_MS = 20;

/**
 * Decodes lines and does with them what the configuration says.
 *
 * Lines that are joined are an open line as `P … F` is: a block ends before it, so that a file's state is its position
 * still. It ends before a line that matches `firstLine`, before a whole line of the other output stream, where it is as
 * long as allowed, and where a line of parts would be cut: before a line that is seconds later, and after some time at the
 * end of the file.
 */
export class TreatingDecoder extends Decoder {
  private readonly multiline: MultilineRule | null;
  /** Of each output stream: lines in the open entry, and whether the last one goes on. */
  private readonly entryLines: [number, number] = [0, 0];
  private readonly goesOn: [boolean, boolean] = [false, false];

  constructor(encoder: PushEncoder, { drop, redact, multiline }: CompiledRules) {
    super(encoder, (open) => new TreatingWriter(encoder, open, drop, redact));
    this.multiline = multiline;
  }

  override decode(block: Block, position: Position, metadata: MetadataSource, rules: Rules): Stop {
    const begun = performance.now();
    const { offset } = position;
    const stop = super.decode(block, position, metadata, rules);
    const isLong = position.offset > offset && performance.now() - begun > TURN_MS;
    return stop === 'end' && isLong ? (this.writer.stop = 'full') : stop;
  }

  protected override line(block: Block, at: number, lineEnd: number, position: Position): boolean {
    const { multiline, open } = this;
    if (multiline === null) {
      return super.line(block, at, lineEnd, position);
    }
    const { memory } = block;
    const parser = this.format.parse(memory, at, lineEnd);
    if (parser === null) {
      const areClosed = this.endEntry(memory, 0, at, position) && this.endEntry(memory, 1, at, position);
      return areClosed && super.line(block, at, lineEnd, position);
    }
    if (!open.none && !this.closeBefore(memory, parser, at, position)) {
      return false;
    }
    const { stream, partial, seconds } = parser;
    const line = open.of(stream);
    const content = parser.decoded ?? memory.subarray(parser.from, parser.to);
    if (!(line.active && this.goesOn[stream])) {
      const isNew = line.active && this.isNew(line, stream, content, multiline);
      if (
        !this.endEntry(memory, stream === 0 ? 1 : 0, at, position) ||
        (isNew && !this.endEntry(memory, stream, at, position))
      ) {
        return false;
      }
      if (line.active) {
        line.decoded.push(NEWLINE);
        line.length++;
        this.entryLines[stream]++;
      }
    }
    if (!line.active) {
      if (open.none && !this.writer.admitsTime(seconds)) {
        return false;
      }
      this.begin(line, parser, at, position);
      this.entryLines[stream] = 1;
    }
    line.decoded.push(content);
    line.length += content.length;
    this.goesOn[stream] = partial;
    return true;
  }

  /** Joined lines are whole wherever they end; only a line that goes on continues. */
  protected override joined(memory: Buffer, open: OpenLine, marks: number): boolean {
    return super.joined(memory, open, this.multiline !== null && !this.goesOn[this.open.streamOf(open)] ? 0 : marks);
  }

  /** Whether the line begins another entry. */
  private isNew(line: OpenLine, stream: StreamIndex, content: Buffer, multiline: MultilineRule): boolean {
    return (
      this.entryLines[stream] >= multiline.maxLines ||
      line.length + 1 + content.length > multiline.maxBytes ||
      multiline.firstLine.test(content.toString('utf8'))
    );
  }

  /** Writes the open entry of an output stream, where its last line is whole. @returns false where the request is full */
  private endEntry(memory: Buffer, stream: StreamIndex, at: number, position: Position): boolean {
    const line = this.open.of(stream);
    if (!line.active || this.goesOn[stream]) {
      return true;
    }
    if (!this.joined(memory, line, 0)) {
      return false;
    }
    this.moveTo(at, position);
    return true;
  }
}
