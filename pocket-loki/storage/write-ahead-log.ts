import { type FileHandle, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { UnwritableError } from './storage-error';

/**
 * What was acknowledged and is not in blocks yet, in files `wal-<number>`. A record is a header (magic, length of the
 * payload, number of entries, CRC-32 of the payload, CRC-32 of the header so far; u32 each) and the payload. A record is on
 * the disk, not only with the operating system, before its push is acknowledged.
 */
const magic = 0x314c5741;
const headerSize = 20;

export class WriteAheadLog {
  private length = 0;
  private isTorn = false;

  private constructor(
    private readonly file: FileHandle,
    readonly number: number
  ) {}

  /** Begins a new file. @throws UnwritableError */
  static async create(dir: string, number: number): Promise<WriteAheadLog> {
    try {
      return new WriteAheadLog(await open(walPath(dir, number), 'wx', 0o600), number);
    } catch (error) {
      throw new UnwritableError(error);
    }
  }

  get bytes(): number {
    return this.length;
  }

  /** @throws UnwritableError where the record could not be written: then nothing of it is left in the file */
  async append(payload: Buffer, entries: number): Promise<void> {
    const header = Buffer.allocUnsafe(headerSize);
    [magic, payload.length, entries, crc32(payload)].forEach((n, i) => header.writeUInt32LE(n, i * 4));
    header.writeUInt32LE(crc32(header.subarray(0, 16)), 16);
    try {
      if (this.isTorn) {
        await this.cutBack();
      }
      this.isTorn = true;
      await this.write(Buffer.concat([header, payload]));
      await this.file.datasync();
      this.isTorn = false;
      this.length += headerSize + payload.length;
    } catch (error) {
      // What follows a torn record could not be told from it: the file is cut back, now or before the next record.
      await this.cutBack().catch(() => undefined);
      throw new UnwritableError(error);
    }
  }

  async close(): Promise<void> {
    await this.file.close();
  }

  private async write(bytes: Buffer): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await this.file.write(bytes, done, bytes.length - done, this.length + done);
      if (bytesWritten === 0) {
        throw new Error('no byte could be written');
      }
      done += bytesWritten;
    }
  }

  private async cutBack(): Promise<void> {
    await this.file.truncate(this.length);
    this.isTorn = false;
  }
}

/** What became of a file's records. */
export interface WalContent {
  payloads: Buffer[];
  /** Of records whose checksum is wrong; of such a header it is not known how many entries its record had. */
  droppedEntries: number;
  droppedBytes: number;
  /** Bytes of a last record that was not written to its end, which is one that was never acknowledged. */
  unfinishedBytes: number;
}

/** Reads a file's records; what is damaged is left out, and counted. */
export async function readWal(dir: string, number: number): Promise<WalContent> {
  const file = await readFile(walPath(dir, number));
  const content: WalContent = { payloads: [], droppedEntries: 0, droppedBytes: 0, unfinishedBytes: 0 };
  let at = 0;
  while (at < file.length) {
    const header = headerAt(file, at);
    const end = header ? at + headerSize + header.length : nextHeader(file, at + 1);
    if (header && end > file.length) {
      content.unfinishedBytes += file.length - at;
    } else if (!header && file.length - at < headerSize) {
      content.unfinishedBytes += file.length - at;
    } else if (header && crc32(file.subarray(at + headerSize, end)) === header.checksum) {
      content.payloads.push(file.subarray(at + headerSize, end));
    } else {
      content.droppedEntries += header?.entries ?? 0;
      content.droppedBytes += end - at;
    }
    at = end;
  }
  return content;
}

function headerAt(file: Buffer, at: number): { length: number; entries: number; checksum: number } | undefined {
  const isHeader =
    at + headerSize <= file.length &&
    file.readUInt32LE(at) === magic &&
    crc32(file.subarray(at, at + 16)) === file.readUInt32LE(at + 16);
  return isHeader
    ? { length: file.readUInt32LE(at + 4), entries: file.readUInt32LE(at + 8), checksum: file.readUInt32LE(at + 12) }
    : undefined;
}

function nextHeader(file: Buffer, from: number): number {
  const start = Buffer.alloc(4);
  start.writeUInt32LE(magic);
  let at = file.indexOf(start, from);
  while (at >= 0 && !headerAt(file, at)) {
    at = file.indexOf(start, at + 1);
  }
  return at < 0 ? file.length : at;
}

/** The numbers of the files that there are, ascending. */
export async function walNumbers(dir: string): Promise<number[]> {
  const names = await readdir(dir);
  return names
    .flatMap((name) => /^wal-(\d{10})$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
}

export async function removeWal(dir: string, number: number): Promise<void> {
  await rm(walPath(dir, number), { force: true });
}

/** Keeps a damaged file out of the way, for whoever wants to look at it. @returns its new path */
export async function setAsideWal(dir: string, number: number): Promise<string> {
  const path = join(dir, `damaged-wal-${name(number)}`);
  await rename(walPath(dir, number), path);
  return path;
}

function walPath(dir: string, number: number): string {
  return join(dir, `wal-${name(number)}`);
}

function name(number: number): string {
  return String(number).padStart(10, '0');
}
