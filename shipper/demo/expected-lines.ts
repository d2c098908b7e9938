import { createReadStream } from 'node:fs';
import { join } from 'node:path';

const NEWLINE = 0x0a;
const SPACE = 0x20;
const FULL = 'F'.charCodeAt(0);

/**
 * How many lines the containers of the recording wrote, by log path (`<pod directory>/<container>/<restart>.log`).
 * It is counted from the recorded bytes and without the agent's parser, so that the demo checks the agent by it:
 * a CRI line tagged F ends a line of its stream, and so does the end of a log whose last piece is tagged P.
 * @param sizes the files under `source`, by path
 */
export async function expectedLines(source: string, sizes: ReadonlyMap<string, number>): Promise<Map<string, number>> {
  const logs = new Map<string, LineCounter>();
  for (const path of oldestFirst([...sizes.keys()])) {
    const log = path.replace(/(\.log)\.[\d-]+$/, '$1');
    const counter = logs.get(log) ?? new LineCounter();
    logs.set(log, counter);
    for await (const chunk of createReadStream(join(source, path), { highWaterMark: 1 << 20 })) {
      counter.add(chunk as Buffer);
    }
  }
  return new Map([...logs].map(([log, counter]) => [log, counter.lines]));
}

/** Rotated logs (`0.log.20261123-232307`) by their time, before the current one (`0.log`). */
function oldestFirst(paths: string[]): string[] {
  const key = (path: string) => (path.endsWith('.log') ? `${path}.~` : path);
  return paths.sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

class LineCounter {
  private full = 0;
  /** By stream: its last piece was not the end of a line. */
  private readonly open = new Map<string, boolean>();
  private rest = Buffer.alloc(0);

  get lines(): number {
    return this.full + [...this.open.values()].filter(Boolean).length;
  }

  add(chunk: Buffer): void {
    const block = Buffer.concat([this.rest, chunk]);
    let start = 0;
    for (let end = block.indexOf(NEWLINE); end >= 0; end = block.indexOf(NEWLINE, start)) {
      const stream = block.indexOf(SPACE, start) + 1;
      const tag = block.indexOf(SPACE, stream) + 1;
      const full = block[tag] === FULL;
      this.full += full ? 1 : 0;
      this.open.set(block.toString('latin1', stream, tag - 1), !full);
      start = end + 1;
    }
    this.rest = Buffer.from(block.subarray(start));
  }
}
