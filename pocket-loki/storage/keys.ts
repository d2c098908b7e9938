/**
 * The keys of the database; numbers are big endian, so that its order is that of the log.
 *
 *   m                                        what wrote this directory
 *   f                                        the last write-ahead log whose entries are all in blocks (u32)
 *   s id:u32                                 a stream: labels, and what is known of it
 *   i id:u32 last:u64 block:u32              a block: what is in it; `last` is the time of its last entry
 *   b id:u32 last:u64 block:u32              its entries
 *   u id:u32 minute:u32                      how much a stream got in a minute (minutes since 1970)
 */
const tags = { stream: 0x73, index: 0x69, block: 0x62, usage: 0x75 } as const;

export const formatKey = Buffer.from('m');
export const flushedKey = Buffer.from('f');

export const streamsFrom = Buffer.from([tags.stream]);
export const streamsUntil = Buffer.from([tags.stream + 1]);
export const indexFrom = Buffer.from([tags.index]);
export const indexUntil = Buffer.from([tags.index + 1]);
export const blocksFrom = Buffer.from([tags.block]);
export const blocksUntil = Buffer.from([tags.block + 1]);

export const earliest = 0n;
export const latest = (1n << 64n) - 1n;

export function streamKey(id: number): Buffer {
  const key = Buffer.allocUnsafe(5);
  key[0] = tags.stream;
  key.writeUInt32BE(id, 1);
  return key;
}

export function streamIdOf(key: Buffer): number {
  return key.readUInt32BE(1);
}

/** A block's place: in both of its keys. */
export interface BlockPlace {
  stream: number;
  /** Time of its last entry, nanoseconds since 1970. */
  last: bigint;
  /** Blocks are numbered in the order in which they were written. */
  number: number;
}

export function indexKey(place: BlockPlace): Buffer {
  return placeKey(tags.index, place);
}

export function blockKey(place: BlockPlace): Buffer {
  return placeKey(tags.block, place);
}

function placeKey(tag: number, { stream, last, number }: BlockPlace): Buffer {
  const key = Buffer.allocUnsafe(17);
  key[0] = tag;
  key.writeUInt32BE(stream, 1);
  key.writeBigUInt64BE(last, 5);
  key.writeUInt32BE(number, 13);
  return key;
}

export function placeOf(key: Buffer): BlockPlace {
  return { stream: key.readUInt32BE(1), last: key.readBigUInt64BE(5), number: key.readUInt32BE(13) };
}

export function usageKey(id: number, minute: number): Buffer {
  const key = Buffer.allocUnsafe(9);
  key[0] = tags.usage;
  key.writeUInt32BE(id, 1);
  key.writeUInt32BE(minute, 5);
  return key;
}

/** A time within what a key can hold. */
export function clampTime(time: bigint): bigint {
  return time < earliest ? earliest : time > latest ? latest : time;
}
