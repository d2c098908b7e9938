import type { Writable } from 'node:stream';
import { types } from 'node:util';

/** Writes to a stream as fast as its reader takes it, and notes when the reader has gone (`| head`). */
export class Output {
  /** Nobody reads any more. */
  closed = false;
  private failure: unknown;
  private goOn: () => void = () => undefined;

  /** @param bytesLeft more bytes than these are not written; the rest is cut off, as `kubectl logs --limit-bytes` does */
  constructor(
    private readonly stream: Writable,
    private bytesLeft = Infinity
  ) {
    stream.on('drain', () => this.goOn());
    stream.on('close', () => this.end());
    stream.on('error', (error) => {
      this.failure = types.isNativeError(error) && 'code' in error && error.code === 'EPIPE' ? undefined : error;
      this.end();
    });
  }

  /** @throws what the stream failed with, unless its reader has just gone */
  async write(text: string): Promise<void> {
    if (!this.closed && text !== '' && !this.stream.write(this.within(text))) {
      await new Promise<void>((resolve) => (this.goOn = resolve));
    }
    if (this.failure !== undefined) {
      throw this.failure;
    }
  }

  /** As much of a text as may be written. */
  private within(text: string): string | Buffer {
    if (this.bytesLeft === Infinity) {
      return text;
    }
    const bytes = Buffer.from(text).subarray(0, this.bytesLeft);
    this.bytesLeft -= bytes.length;
    this.closed = this.bytesLeft === 0;
    return bytes;
  }

  private end(): void {
    this.closed = true;
    this.goOn();
  }
}
