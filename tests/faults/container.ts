import { parseNs } from '../../model/time';
import { SimulatedContainer } from '../testkit/simulated-node';

/** What a line of the log weighs in an account. */
export interface WrittenLine {
  /** Bytes in the file, with time, stream, tag and newline. */
  bytes: number;
  /** Nanoseconds since 1970. */
  ns: bigint;
}

const cri = /^(\S+) std(?:out|err) F (.*)$/;

/** A container of which each line's bytes and time are known: what is missing can be held against its container record. */
export class AccountedContainer extends SimulatedContainer {
  /** By content; whole CRI lines only. */
  readonly lines = new Map<string, WrittenLine>();

  override append(bytes: string | Buffer, file = this.current): this {
    for (const line of bytes.toString().split('\n')) {
      const [, time = '', content = ''] = cri.exec(line) ?? [];
      const ns = parseNs(time);
      if (ns !== undefined) {
        this.lines.set(content, { bytes: Buffer.byteLength(line) + 1, ns });
      }
    }
    return super.append(bytes, file);
  }
}
