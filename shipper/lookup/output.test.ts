import { Writable } from 'node:stream';
import { Output } from './output';

/** A reader that takes one text after the other, when told to. */
class SlowReader extends Writable {
  taken: string[] = [];
  private waiting: Array<() => void> = [];
  constructor() {
    super({ highWaterMark: 4 });
  }
  override _write(chunk: Buffer, _: string, done: () => void): void {
    this.taken.push(chunk.toString());
    this.waiting.push(done);
  }
  take(): void {
    this.waiting.shift()?.();
  }
}

const failing = (code: string) =>
  new Writable({ write: (_chunk, _encoding, done) => done(Object.assign(new Error(`write ${code}`), { code })) });

describe('output', () => {
  it('waits for a slow reader', async () => {
    const reader = new SlowReader();
    const output = new Output(reader);
    await output.write('ab');
    let isTaken = false;
    const write = output.write('more than fits').then(() => (isTaken = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(isTaken).toBe(false);
    reader.take();
    reader.take();
    await write;
    expect(reader.taken).toEqual(['ab', 'more than fits']);
  });

  it('ends quietly when the reader has gone', async () => {
    const output = new Output(failing('EPIPE'));
    await output.write('x'.repeat(100_000));
    expect(output.closed).toBe(true);
    await output.write('y');
  });

  it('fails with any other error', async () => {
    const output = new Output(failing('ENOSPC'));
    await expect(output.write('x'.repeat(100_000))).rejects.toThrow('write ENOSPC');
  });
});
