import { type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isNativeError } from 'node:util/types';
import * as z from 'zod';
import type { Logger } from '../../common/log';
import { MAX_LINE } from './envelope';
import { parseKlog } from './klog';
import type { LineSource, NewestLine, SourceLine } from './line-source';

const TAIL = 64 * 1024;
const CHUNK = 256 * 1024;
/** A rotation leaves no file for a moment; one that is missing for longer is reported. */
const MISSING_MS = 5000;

const positionSchema = z.object({ inode: z.number(), offset: z.number() });
type Position = z.infer<typeof positionSchema>;

interface OpenFile {
  handle: FileHandle;
  inode: number;
  /** How far it was read, and how far of that was given out as whole lines. */
  read: number;
  done: number;
}

/**
 * Follows the kubelet's log file through rotation by renaming and by truncating. The old file is read to its end before
 * the new one; after a restart a file that was rotated meanwhile is found again by its inode among its siblings.
 */
export class FileSource implements LineSource {
  state: string;
  problem: string | null = null;
  private missingSince: number | undefined;
  private current: OpenFile | undefined;
  private rest: Buffer = Buffer.alloc(0);
  private skipping = false;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    private readonly path: string,
    private readonly logger: Logger,
    private readonly pollMs = 1000
  ) {
    this.state = `waiting for ${path}`;
  }

  async newest(): Promise<NewestLine | undefined> {
    const file = await this.openAt(this.path);
    if (!file) {
      return undefined;
    }
    try {
      const { size, mtimeMs } = await file.handle.stat();
      const buffer = Buffer.alloc(Math.min(size, TAIL));
      await file.handle.read(buffer, 0, buffer.length, size - buffer.length);
      const whole = buffer.toString('utf8', 0, buffer.lastIndexOf(0x0a) + 1).trimEnd();
      // Continuation lines of a long message have no header.
      const lines = whole.split('\n').reverse();
      const understood = lines.find((line) => parseKlog(line) !== undefined);
      const text = understood ?? lines.find((line) => line.trim() !== '');
      return text === undefined ? undefined : { text, writtenMs: mtimeMs, understood: understood !== undefined };
    } finally {
      await file.handle.close();
    }
  }

  async start(position: string | null, onLine: (line: SourceLine) => void): Promise<void> {
    await this.resume(parsePosition(position));
    const poll = (): void => {
      this.running = this.poll(onLine).finally(() => {
        if (!this.stopped) {
          this.timer = setTimeout(poll, this.pollMs);
        }
      });
    };
    poll();
    await this.running;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
    await this.current?.handle.close();
    this.current = undefined;
  }

  /** Opens the file that was being read before the restart, if it is still there under any name. */
  private async resume(position: Position | undefined): Promise<void> {
    if (!position) {
      return;
    }
    const directory = dirname(this.path);
    const name = basename(this.path);
    const siblings = await readdir(directory).catch(() => []);
    for (const sibling of [name, ...siblings.filter((other) => other !== name && other.startsWith(name))]) {
      const file = await this.openAt(join(directory, sibling), position.inode).catch(() => undefined);
      if (file) {
        const { size } = await file.handle.stat();
        // Shorter than it was read: it was truncated, and what it holds now is new.
        file.read = file.done = position.offset <= size ? position.offset : 0;
        this.current = file;
        return;
      }
    }
  }

  /** @returns undefined where there is no such file @throws where it may not be opened */
  private async openAt(path: string, inode?: number): Promise<OpenFile | undefined> {
    const handle = await ifThere(open(path, 'r'));
    if (!handle) {
      return undefined;
    }
    const { ino } = await handle.stat();
    if (inode !== undefined && ino !== inode) {
      await handle.close();
      return undefined;
    }
    return { handle, inode: ino, read: 0, done: 0 };
  }

  private async poll(onLine: (line: SourceLine) => void): Promise<void> {
    try {
      if (this.current) {
        await this.readOn(this.current, onLine);
      }
      const named = await ifThere(stat(this.path));
      if (named && named.ino !== this.current?.inode) {
        await this.rotate(onLine);
      }
      this.notice(named !== undefined);
    } catch (error) {
      this.fail(isNativeError(error) ? error.message : String(error), `cannot read ${this.path}`);
    }
  }

  /** A file that is not there at the start is reported at once, later after the time that a rotation may take. */
  private notice(isThere: boolean): void {
    const now = performance.now();
    this.missingSince = isThere ? undefined : (this.missingSince ?? (this.current ? now : -MISSING_MS));
    if (this.missingSince !== undefined && now - this.missingSince >= MISSING_MS) {
      this.fail('no such file', `waiting for ${this.path}`);
      return;
    }
    if (this.problem !== null) {
      this.logger.info('the kubelet log can be read again', { path: this.path });
    }
    this.problem = null;
    this.state = this.current ? `reading ${this.path}` : `waiting for ${this.path}`;
  }

  private fail(reason: string, state: string): void {
    this.state = state === `waiting for ${this.path}` ? state : `${state}: ${reason}`;
    const problem = `${this.path}: ${reason}`;
    if (this.problem !== problem) {
      this.problem = problem;
      this.logger.warn('cannot read the kubelet log', { path: this.path, reason });
    }
  }

  private async rotate(onLine: (line: SourceLine) => void): Promise<void> {
    const next = await this.openAt(this.path);
    if (!next) {
      return;
    }
    // Between the last look and the rename something may have been written.
    if (this.current) {
      await this.readOn(this.current, onLine);
      await this.current.handle.close();
    }
    this.rest = Buffer.alloc(0);
    this.skipping = false;
    this.current = next;
    await this.readOn(next, onLine);
  }

  private async readOn(file: OpenFile, onLine: (line: SourceLine) => void): Promise<void> {
    const { size, mtimeMs } = await file.handle.stat();
    if (size < file.read) {
      file.read = file.done = 0;
      this.rest = Buffer.alloc(0);
      this.skipping = false;
    }
    const buffer = Buffer.alloc(Math.min(CHUNK, Math.max(0, size - file.read)));
    while (!this.stopped && file.read < size) {
      const { bytesRead } = await file.handle.read(buffer, 0, buffer.length, file.read);
      if (bytesRead === 0) {
        return;
      }
      file.read += bytesRead;
      this.split(buffer.subarray(0, bytesRead), file, file.read >= size ? mtimeMs : undefined, onLine);
    }
  }

  /** Gives out the whole lines of a chunk; the last of them was written at `mtimeMs`, where the chunk ends the file. */
  private split(chunk: Buffer, file: OpenFile, mtimeMs: number | undefined, onLine: (line: SourceLine) => void): void {
    const data = this.rest.length > 0 ? Buffer.concat([this.rest, chunk]) : chunk;
    const last = data.lastIndexOf(0x0a);
    let from = 0;
    for (let end = data.indexOf(0x0a); end >= 0; end = data.indexOf(0x0a, from)) {
      const text = data.toString('utf8', from, end);
      file.done += end + 1 - from;
      from = end + 1;
      if (this.skipping) {
        this.skipping = false;
        continue;
      }
      const position = JSON.stringify({ inode: file.inode, offset: file.done } satisfies Position);
      onLine({ text, writtenMs: end === last ? mtimeMs : undefined, position });
    }
    this.rest = Buffer.from(data.subarray(from));
    if (this.rest.length > MAX_LINE) {
      file.done += this.rest.length;
      this.rest = Buffer.alloc(0);
      this.skipping = true;
    }
  }
}

function parsePosition(text: string | null): Position | undefined {
  if (text === null) {
    return undefined;
  }
  try {
    return positionSchema.parse(JSON.parse(text));
  } catch {
    return undefined; // of another source, or broken: the file is read from its beginning
  }
}

/** undefined where nothing has that name; every other error is one to be told. */
async function ifThere<T>(file: Promise<T>): Promise<T | undefined> {
  try {
    return await file;
  } catch (error) {
    if (isNativeError(error) && 'code' in error && error.code === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
}
