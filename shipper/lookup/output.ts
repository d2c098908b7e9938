import type { Writable } from 'node:stream';
import { types } from 'node:util';

/** Writes to a stream as fast as its reader takes it, and notes when the reader has gone (`| head`). */
export class Output {
  /** Nobody reads any more. */
  closed = false;
  private failure: unknown;
  private goOn: () => void = () => undefined;

  constructor(private readonly stream: Writable) {
    stream.on('drain', () => this.goOn());
    stream.on('close', () => this.end());
    stream.on('error', (error) => {
      this.failure = types.isNativeError(error) && 'code' in error && error.code === 'EPIPE' ? undefined : error;
      this.end();
    });
  }

  /** @throws what the stream failed with, unless its reader has just gone */
  async write(text: string): Promise<void> {
    if (!this.closed && text !== '' && !this.stream.write(text)) {
      await new Promise<void>((resolve) => (this.goOn = resolve));
    }
    if (this.failure !== undefined) {
      throw this.failure;
    }
  }

  private end(): void {
    this.closed = true;
    this.goOn();
  }
}
