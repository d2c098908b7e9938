import { StringDecoder } from 'node:string_decoder';

/** The other side sent more than anybody asked for. */
export class AnswerTooLong extends Error {
  constructor(readonly maxBytes: number) {
    super(`the answer is longer than ${Math.round(maxBytes / MIB)} MiB`);
    this.name = 'AnswerTooLong';
  }
}

const MIB = 1024 * 1024;
/** Parts of a body wait for so many others, and no more bytes than these, before they become text. */
const MAX_PARTS = 256;
const MAX_WAITING_BYTES = 256 * 1024;
/** A part counts as so many bytes at least: it costs as much time to take. */
const MIN_PART_BYTES = 256;

/**
 * The text of a body, gathered while it comes. A part costs more memory than a short text in it: a body in chunks of one
 * byte would take a hundred times its length if its parts were kept.
 */
export class BodyText {
  private readonly decoder = new StringDecoder('utf8');
  private texts: string[] = [];
  private parts: Buffer[] = [];
  private waitingBytes = 0;
  private bytes = 0;

  /** @param maxBytes a longer body is an error, as is one in more parts than make sense for that */
  constructor(private readonly maxBytes: number) {}

  /** @throws AnswerTooLong */
  add(part: Buffer): void {
    this.bytes += Math.max(part.length, MIN_PART_BYTES);
    if (this.bytes > this.maxBytes) {
      throw new AnswerTooLong(this.maxBytes);
    }
    this.parts.push(part);
    this.waitingBytes += part.length;
    if (this.parts.length >= MAX_PARTS || this.waitingBytes >= MAX_WAITING_BYTES) {
      this.decode();
    }
  }

  /** All of it; what is no UTF-8 becomes U+FFFD. */
  end(): string {
    this.decode();
    return this.texts.join('') + this.decoder.end();
  }

  private decode(): void {
    const [first] = this.parts;
    if (first !== undefined) {
      this.texts.push(this.decoder.write(this.parts.length === 1 ? first : Buffer.concat(this.parts)));
      this.parts = [];
      this.waitingBytes = 0;
    }
  }
}
