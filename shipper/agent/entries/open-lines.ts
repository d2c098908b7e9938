import type { Mark } from '../../loki/push/encoder';
import type { LineParser, StreamIndex } from './cri';
import { movePosition, startOfFile, type Position } from '../files/position';

/** A line whose end has not come yet: `P … P` without its `F`. */
export class OpenLine {
  active = false;
  readonly ranges: number[] = [];
  readonly decoded: Buffer[] = [];
  length = 0;
  seconds = 0;
  nanos = 0;
  lineStart = 0;
  /** Where position and request stood before it. */
  readonly position: Position = startOfFile();
  mark: Mark = { at: 0, entries: 0, payload: 0 };
  unparsed = 0;
  replaced = 0;

  begin(at: number, parser: LineParser): void {
    this.active = true;
    this.ranges.length = this.decoded.length = this.length = 0;
    this.seconds = parser.seconds;
    this.nanos = parser.nanos;
    this.lineStart = at;
  }

  add(parser: LineParser): void {
    if (parser.decoded) {
      this.decoded.push(parser.decoded);
      this.length += parser.decoded.length;
    } else {
      this.ranges.push(parser.from, parser.to);
      this.length += parser.to - parser.from;
    }
  }

  /** Its content so far, in one piece. */
  content(memory: Buffer): Buffer {
    if (this.decoded.length > 0) {
      return Buffer.concat(this.decoded);
    }
    const { ranges } = this;
    if (ranges.length === 2) {
      return memory.subarray(ranges[0], ranges[1]);
    }
    const whole = Buffer.allocUnsafe(this.length);
    let at = 0;
    for (let i = 0; i < ranges.length; i += 2) {
      at += memory.copy(whole, at, ranges[i], ranges[i + 1]);
    }
    return whole;
  }
}

/** The open lines of a block: at most one of each output stream. */
export class OpenLines {
  private readonly lines = [new OpenLine(), new OpenLine()] as const;

  get none(): boolean {
    return !this.lines[0].active && !this.lines[1].active;
  }

  of(stream: StreamIndex): OpenLine {
    return this.lines[stream];
  }

  other(stream: StreamIndex): OpenLine {
    return this.lines[stream === 0 ? 1 : 0];
  }

  clear(): void {
    this.lines[0].active = this.lines[1].active = false;
  }

  /** The open ones, the one that began first first. */
  inOrder(): OpenLine[] {
    const [stdout, stderr] = this.lines;
    const order = stdout.lineStart <= stderr.lineStart ? [stdout, stderr] : [stderr, stdout];
    return order.filter(({ active }) => active);
  }

  streamOf(line: OpenLine): StreamIndex {
    return line === this.lines[0] ? 0 : 1;
  }

  /**
   * Whether the request can end at `position`. Lines of both streams that lie in one another go out together or not at
   * all: where a request begins with them, their number and times have to be borne, or they would never go.
   */
  canEnd(position: Position): boolean {
    const open = this.lines[0].active ? this.lines[0] : this.lines[1];
    return !open.active || open.mark.entries > 0 || position.lines === open.position.lines;
  }

  /** Keeps in a line that begins where all stood before it; going back to it must take back the other open one, too. */
  remember(line: OpenLine, other: OpenLine, now: { mark: Mark; position: Position; offset: number; marks: LineMarks }) {
    if (other.active) {
      line.mark = other.mark;
      movePosition(line.position, other.position);
      line.unparsed = other.unparsed;
      line.replaced = other.replaced;
    } else {
      line.mark = now.mark;
      movePosition(line.position, now.position);
      line.position.offset = now.offset;
      line.unparsed = now.marks.unparsed;
      line.replaced = now.marks.replaced;
    }
  }
}

/** Lines that a reader finds marked. */
export interface LineMarks {
  /** Lines in no known format. */
  unparsed: number;
  /** Lines with bytes that are not UTF-8. */
  replaced: number;
}
