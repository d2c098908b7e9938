import { type Labels, noLabels } from '../common/labels';
import { timeOf } from './keys';

/**
 * An entry as it lies in the database. Its value is the length of the metadata (u32, little endian), the metadata as
 * JSON text of [name, value] pairs sorted by name (empty where there is none), and the bytes of the line.
 */
export class StoredEntry {
  constructor(
    private readonly key: Buffer,
    private readonly value: Buffer
  ) {}

  /** Nanoseconds since 1970. */
  get time(): bigint {
    return timeOf(this.key);
  }

  get line(): string {
    return this.value.toString('utf8', this.lineStart);
  }

  get lineSize(): number {
    return this.value.length - this.lineStart;
  }

  get metadataSize(): number {
    return this.lineStart - 4;
  }

  /** Whether the line contains the bytes; what a line filter asks before anything is decoded. */
  lineIncludes(bytes: Buffer): boolean {
    return this.value.includes(bytes, this.lineStart);
  }

  /** The metadata's bytes as text, one character a byte: equal exactly where the metadata are equal. */
  get metadataKey(): string {
    return this.value.toString('latin1', 4, this.lineStart);
  }

  get metadata(): Labels {
    return this.lineStart === 4 ? noLabels : new Map(parsePairs(this.value.toString('utf8', 4, this.lineStart)));
  }

  private get lineStart(): number {
    return 4 + this.value.readUInt32LE(0);
  }
}

function parsePairs(json: string): Array<[string, string]> {
  // Written by encodeMetadata below, and nothing else.
  return JSON.parse(json) as Array<[string, string]>;
}

export function encodeMetadata(metadata: Labels): Buffer {
  return Buffer.from(metadata.size === 0 ? '' : JSON.stringify([...metadata]));
}

/** The value of an entry; `metadata` as `encodeMetadata` gives it. */
export function encodeValue(metadata: Buffer, line: Buffer): Buffer {
  const value = Buffer.allocUnsafe(4 + metadata.length + line.length);
  value.writeUInt32LE(metadata.length, 0);
  metadata.copy(value, 4);
  line.copy(value, 4 + metadata.length);
  return value;
}
