import { crc32 } from 'node:zlib';
import { compressSync, uncompressSync } from 'snappy';
import type { Labels } from '../common/labels';
import { decodeMetadata, encodeValue, type Entry, splitValue } from './entry';
import { DamagedError } from './storage-error';

/**
 * Entries of one stream in the order of time, as they lie on the disk: a header of format (u8), compression (u8) and
 * CRC-32 (u32) of what follows, then, compressed, four numbers (u32: entries, metadata, and the bytes of the next two
 * parts), the time of the first entry (u64), the table of entries, the metadata, and the lines one behind the other. The
 * table has four columns of varints: nanoseconds since the entry before, number of the metadata, length of the line;
 * and for each of the metadata its length. Columns of like numbers compress to a fraction.
 */
const format = 1;
const compression = { none: 0, snappy: 1 } as const;
const headerSize = 6;
const fixedSize = 24;

/** Bytes of lines and metadata in a block, unless a single entry has more. */
const blockBytes = 128 << 10;
/** Offsets inside a block are numbers: those that are exact, 104 days of nanoseconds. */
const longestSpan = BigInt(Number.MAX_SAFE_INTEGER);

/** Cuts entries, sorted by time, into the groups that blocks are made of. */
export function* blocksOf(entries: readonly Entry[]): Generator<Entry[]> {
  let group: Entry[] = [];
  let bytes = 0;
  for (const entry of entries) {
    const first = group[0];
    if (first && (bytes + entry.value.length > blockBytes || entry.time - first.time > longestSpan)) {
      yield group;
      group = [];
      bytes = 0;
    }
    group.push(entry);
    bytes += entry.value.length;
  }
  if (group.length > 0) {
    yield group;
  }
}

/** Compresses where it is for the disk; what only goes to another process need not be. */
export function encodeBlock(entries: readonly Entry[], compress = true): Buffer {
  const plain = encodePlain(entries);
  const body = compress ? compressSync(plain) : plain;
  const header = Buffer.allocUnsafe(headerSize);
  header[0] = format;
  header[1] = compress ? compression.snappy : compression.none;
  header.writeUInt32LE(crc32(body), 2);
  return Buffer.concat([header, body]);
}

function encodePlain(entries: readonly Entry[]): Buffer {
  const numbers = new Map<string, number>();
  const metadata: Buffer[] = [];
  const lines: Buffer[] = [];
  const times = new VarintColumn();
  const kinds = new VarintColumn();
  const lengths = new VarintColumn();
  const base = entries[0]?.time ?? 0n;
  let last = base;
  for (const { time, value } of entries) {
    const parts = splitValue(value);
    const key = parts.metadata.toString('latin1');
    let number = numbers.get(key);
    if (number === undefined) {
      number = metadata.length;
      numbers.set(key, number);
      metadata.push(parts.metadata);
    }
    times.add(Number(time - last));
    kinds.add(number);
    lengths.add(parts.line.length);
    lines.push(parts.line);
    last = time;
  }
  const sizes = new VarintColumn();
  metadata.forEach(({ length }) => sizes.add(length));
  const table = Buffer.concat([times.bytes(), kinds.bytes(), lengths.bytes(), sizes.bytes()]);
  const fixed = Buffer.allocUnsafe(fixedSize);
  fixed.writeUInt32LE(entries.length, 0);
  fixed.writeUInt32LE(metadata.length, 4);
  fixed.writeUInt32LE(table.length, 8);
  fixed.writeUInt32LE(
    metadata.reduce((sum, { length }) => sum + length, 0),
    12
  );
  fixed.writeBigUInt64LE(base, 16);
  return Buffer.concat([fixed, table, ...metadata, ...lines]);
}

class VarintColumn {
  private buffer = Buffer.allocUnsafe(1024);
  private length = 0;

  add(value: number): void {
    if (this.length + 8 > this.buffer.length) {
      this.buffer = Buffer.concat([this.buffer], this.buffer.length * 2);
    }
    while (value >= 0x80) {
      this.buffer[this.length++] = (value % 0x80) | 0x80;
      value = Math.floor(value / 0x80);
    }
    this.buffer[this.length++] = value;
  }

  bytes(): Buffer {
    return this.buffer.subarray(0, this.length);
  }
}

/** @throws DamagedError where the bytes are not those that `encodeBlock` wrote */
export function decodeBlock(bytes: Buffer): Block {
  if (bytes[0] !== format || bytes.length < headerSize) {
    throw new DamagedError('a block has no valid header');
  }
  const body = bytes.subarray(headerSize);
  if (crc32(body) !== bytes.readUInt32LE(2)) {
    throw new DamagedError('the checksum of a block is wrong');
  }
  if (bytes[1] === compression.none) {
    return new Block(body);
  }
  const plain = uncompressSync(body, { asBuffer: true });
  return new Block(Buffer.isBuffer(plain) ? plain : Buffer.from(plain));
}

/** The entries of a block. */
export class Block {
  /** Time of the first entry, nanoseconds since 1970. */
  readonly base: bigint;
  readonly count: number;
  /** Nanoseconds since `base`, ascending. */
  readonly offsets: Float64Array;
  private readonly metadataNumbers: Uint32Array;
  /** Where each line ends. */
  private readonly lineEnds: Uint32Array;
  private readonly linesStart: number;
  private readonly metadataBytes: Buffer[] = [];
  private readonly decoded: Labels[] = [];
  private readonly keys: string[] = [];

  constructor(private readonly plain: Buffer) {
    this.count = plain.readUInt32LE(0);
    this.base = plain.readBigUInt64LE(16);
    this.offsets = new Float64Array(this.count);
    this.metadataNumbers = new Uint32Array(this.count);
    this.lineEnds = new Uint32Array(this.count);
    let at = fixedSize;
    const varint = () => {
      let value = 0;
      let scale = 1;
      for (;;) {
        const byte = plain[at++] ?? 0;
        if (byte < 0x80) {
          return value + byte * scale;
        }
        value += (byte & 0x7f) * scale;
        scale *= 0x80;
      }
    };
    for (let i = 0, offset = 0; i < this.count; i++) {
      offset += varint();
      this.offsets[i] = offset;
    }
    for (let i = 0; i < this.count; i++) {
      this.metadataNumbers[i] = varint();
    }
    const metadataStart = fixedSize + plain.readUInt32LE(8);
    this.linesStart = metadataStart + plain.readUInt32LE(12);
    for (let i = 0, end = this.linesStart; i < this.count; i++) {
      end += varint();
      this.lineEnds[i] = end;
    }
    const metadataCount = plain.readUInt32LE(4);
    for (let i = 0, start = metadataStart; i < metadataCount; i++) {
      const end = start + varint();
      this.metadataBytes.push(plain.subarray(start, end));
      start = end;
    }
  }

  time(i: number): bigint {
    return this.base + BigInt(this.offsets[i] ?? 0);
  }

  lineStart(i: number): number {
    return i === 0 ? this.linesStart : (this.lineEnds[i - 1] ?? 0);
  }

  lineEnd(i: number): number {
    return this.lineEnds[i] ?? 0;
  }

  line(i: number): string {
    return this.plain.toString('utf8', this.lineStart(i), this.lineEnd(i));
  }

  lineBytes(i: number): Buffer {
    return this.plain.subarray(this.lineStart(i), this.lineEnd(i));
  }

  /** Where the bytes come next at or after `from`, in one line or over the border of two; Infinity where nowhere. */
  indexOf(bytes: Buffer, from: number): number {
    const at = this.plain.indexOf(bytes, from);
    return at < 0 ? Infinity : at;
  }

  metadataSize(i: number): number {
    return this.metadataBytes[this.metadataNumbers[i] ?? 0]?.length ?? 0;
  }

  /** The metadata's bytes as text, one character a byte: equal exactly where the metadata are equal. */
  metadataKey(i: number): string {
    const number = this.metadataNumbers[i] ?? 0;
    return (this.keys[number] ??= this.metadataBytes[number]?.toString('latin1') ?? '');
  }

  metadata(i: number): Labels {
    const number = this.metadataNumbers[i] ?? 0;
    return (this.decoded[number] ??= decodeMetadata(this.metadataBytes[number] ?? Buffer.alloc(0)));
  }

  value(i: number): Buffer {
    const metadata = this.metadataBytes[this.metadataNumbers[i] ?? 0] ?? Buffer.alloc(0);
    return encodeValue(metadata, this.lineBytes(i));
  }

  /** The first entry that is not before `time`; `count` where all are. */
  firstFrom(time: bigint): number {
    if (time <= this.base) {
      return 0;
    }
    // Beyond what is exact every offset of the block is smaller anyway.
    const offset = Number(time - this.base);
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.offsets[middle] ?? 0) < offset) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}

/** An entry in its block, which is decoded no further than it is asked for. */
export class StoredEntry {
  constructor(
    readonly block: Block,
    readonly index: number
  ) {}

  /** Nanoseconds since 1970. */
  get time(): bigint {
    return this.block.time(this.index);
  }

  /** Nanoseconds since the block's first entry. */
  get offset(): number {
    return this.block.offsets[this.index] ?? 0;
  }

  get line(): string {
    return this.block.line(this.index);
  }

  get lineSize(): number {
    return this.block.lineEnd(this.index) - this.block.lineStart(this.index);
  }

  get metadataSize(): number {
    return this.block.metadataSize(this.index);
  }

  /** Equal exactly where the metadata are equal. */
  get metadataKey(): string {
    return this.block.metadataKey(this.index);
  }

  get metadata(): Labels {
    return this.block.metadata(this.index);
  }
}

/** Entries, sorted by time, as if they had been read. */
export function storedEntries(entries: readonly Entry[]): StoredEntry[] {
  return [...blocksOf(entries)].flatMap((group) => {
    const block = decodeBlock(encodeBlock(group, false));
    return group.map((_, i) => new StoredEntry(block, i));
  });
}
