/**
 * Reads the wire form of protocol buffers (https://protobuf.dev/programming-guides/encoding) in place: positions in one
 * buffer instead of an object for each message. That is what keeps up with a node's logs; a general decoder took twice
 * the time of everything else that a push costs.
 */
export class WireReader {
  at: number;

  constructor(
    readonly bytes: Buffer,
    from = 0,
    public end = bytes.length
  ) {
    this.at = from;
  }

  get more(): boolean {
    return this.at < this.end;
  }

  /** The number of the next field; its wire type is kept for `skip`. */
  field(): number {
    const tag = this.varint();
    this.wireType = tag & 7;
    return Math.floor(tag / 8);
  }

  /** An int64 as a number; beyond 2^53 it is not exact, which no field that is read here comes near. */
  varint(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 10; i++) {
      const byte = this.bytes[this.at];
      if (byte === undefined || this.at >= this.end) {
        break;
      }
      this.at++;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        return value < 2 ** 63 ? value : value - 2 ** 64;
      }
      scale *= 0x80;
    }
    throw new Error('proto: the message ends inside a number');
  }

  /** The end of a message, text or byte string that starts here. */
  lengthEnd(): number {
    if (this.wireType !== 2) {
      throw new Error(`proto: wire type ${this.wireType} where a length is expected`);
    }
    const length = this.varint();
    const end = this.at + length;
    if (length < 0 || end > this.end) {
      throw new Error('proto: unexpected end of the message');
    }
    return end;
  }

  text(): string {
    const end = this.lengthEnd();
    const text = this.bytes.toString('utf8', this.at, end);
    this.at = end;
    return text;
  }

  /** Reads what lies before `end` as a message of its own. */
  message(read: (field: number) => void): void {
    const outer = this.end;
    this.end = this.lengthEnd();
    while (this.more) {
      read(this.field());
    }
    this.end = outer;
  }

  /** Passes over the value of a field that is not wanted. */
  skip(): void {
    switch (this.wireType) {
      case 0:
        this.varint();
        break;
      case 1:
        this.at += 8;
        break;
      case 2:
        this.at = this.lengthEnd();
        break;
      case 5:
        this.at += 4;
        break;
      default:
        throw new Error(`proto: illegal wire type ${this.wireType}`);
    }
    if (this.at > this.end) {
      throw new Error('proto: unexpected end of the message');
    }
  }

  private wireType = 0;
}
