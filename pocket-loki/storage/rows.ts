import { crc32 } from 'node:zlib';
import { type BlockPlace, indexKey, placeOf } from './keys';
import { DamagedError } from './storage-error';
import type { Stream } from './stream-index';

/** The rows of the database about blocks and streams, each with a checksum. */

/** What the index knows of a block. */
export interface IndexRow {
  place: BlockPlace;
  first: bigint;
  entries: number;
  bytes: number;
}

/** What is kept of a stream. */
export interface StreamRow {
  labels: Array<[string, string]>;
  /** How many blocks it has, and the entries in them. */
  blocks: number;
  entries: number;
  /** Entries before `time` in blocks with a number below `block` are deleted. */
  clamp: { time: bigint; block: number };
}

export function encodeIndexRow(place: BlockPlace, first: bigint, entries: number, bytes: number): Buffer {
  const value = Buffer.allocUnsafe(20);
  value.writeBigUInt64BE(first, 0);
  value.writeUInt32BE(entries, 8);
  value.writeUInt32BE(bytes, 12);
  value.writeUInt32BE(crc32(value.subarray(0, 16), crc32(indexKey(place))), 16);
  return value;
}

/** @throws DamagedError where the row is not as it was written */
export function readIndexRow(key: Buffer, value: Buffer, stream: Stream | undefined): IndexRow {
  if (key.length !== 17 || value.length !== 20 || crc32(value.subarray(0, 16), crc32(key)) !== value.readUInt32BE(16)) {
    throw new DamagedError(`the index of the blocks${stream ? ` of ${stream.text}` : ''} is damaged`);
  }
  return {
    place: placeOf(key),
    first: value.readBigUInt64BE(0),
    entries: value.readUInt32BE(8),
    bytes: value.readUInt32BE(12),
  };
}

export function encodeStreamRow({ labels }: Stream, { blocks, entries, clamp }: Omit<StreamRow, 'labels'>): Buffer {
  const row = { labels: [...labels], blocks, entries, clamp: { time: `${clamp.time}`, block: clamp.block } };
  const text = Buffer.from(JSON.stringify(row));
  const checksum = Buffer.allocUnsafe(4);
  checksum.writeUInt32BE(crc32(text));
  return Buffer.concat([checksum, text]);
}

/** undefined where the row is damaged. */
export function decodeStreamRow(value: Buffer): StreamRow | undefined {
  if (value.length < 4 || crc32(value.subarray(4)) !== value.readUInt32BE(0)) {
    return undefined;
  }
  // Its checksum is right, so encodeStreamRow above wrote it.
  const row = JSON.parse(value.toString('utf8', 4)) as Omit<StreamRow, 'clamp'> & {
    clamp: { time: string; block: number };
  };
  return { ...row, clamp: { time: BigInt(row.clamp.time), block: row.clamp.block } };
}
