import { CriParser, type LineParser } from './cri';
import { DockerJsonParser } from './docker-json';

const OPEN_BRACE = 0x7b;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** Tells line by line which format a line is in: a file may begin with anything. */
export class LineFormat {
  private readonly cri = new CriParser();
  private readonly docker = new DockerJsonParser();

  /** @returns the parser that has read the line in `memory[at, lineEnd)`; null where it is in no known format */
  parse(memory: Buffer, at: number, lineEnd: number): LineParser | null {
    const parser = memory[at] === OPEN_BRACE ? this.docker : this.cri;
    if (parser.parse(memory, at, lineEnd)) {
      return parser;
    }
    const from = at + BYTE_ORDER_MARK.length;
    return from < lineEnd && memory[at] === BYTE_ORDER_MARK[0] && BYTE_ORDER_MARK.equals(memory.subarray(at, from))
      ? this.parse(memory, from, lineEnd)
      : null;
  }
}
