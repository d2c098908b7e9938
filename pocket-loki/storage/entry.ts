import { type Labels, noLabels } from '../common/labels';

/** An entry of a stream. `value` as `encodeValue` gives it. */
export interface Entry {
  /** Nanoseconds since 1970. */
  time: bigint;
  value: Buffer;
}

export function encodeMetadata(metadata: Labels): Buffer {
  return Buffer.from(metadata.size === 0 ? '' : JSON.stringify([...metadata]));
}

/** The metadata that `encodeMetadata` wrote. */
export function decodeMetadata(bytes: Buffer): Labels {
  // Its checksum was right, so nothing else wrote it.
  return bytes.length === 0 ? noLabels : new Map(JSON.parse(bytes.toString()) as Array<[string, string]>);
}

/**
 * What identifies an entry beside its stream and its time: the length of the metadata (u32, little endian), the metadata
 * as JSON text of [name, value] pairs sorted by name (empty where there is none), and the bytes of the line.
 */
export function encodeValue(metadata: Buffer, line: Buffer): Buffer {
  const value = Buffer.allocUnsafe(4 + metadata.length + line.length);
  value.writeUInt32LE(metadata.length, 0);
  metadata.copy(value, 4);
  line.copy(value, 4 + metadata.length);
  return value;
}

/** The two parts of a value. */
export function splitValue(value: Buffer): { metadata: Buffer; line: Buffer } {
  const lineStart = 4 + value.readUInt32LE(0);
  return { metadata: value.subarray(4, lineStart), line: value.subarray(lineStart) };
}
