/**
 * The keys of the database: one per entry, so that the database's own order is the order of the log.
 *
 *   m                                          what wrote this directory
 *   s id:u32                                   a stream's labels
 *   e id:u32 time:u64 sequence:u32             an entry; numbers big endian, time in nanoseconds since 1970
 *   u id:u32 minute:u32                        how much a stream got in a minute (minutes since 1970)
 *
 * The sequence tells entries of one nanosecond apart, in the order they came.
 */
const streamTag = 0x73;
const entryTag = 0x65;
const usageTag = 0x75;

export const formatKey = Buffer.from('m');

export const streamsFrom = Buffer.from([streamTag]);
export const streamsUntil = Buffer.from([streamTag + 1]);

export const earliest = 0n;
export const latest = (1n << 64n) - 1n;

export function streamKey(id: number): Buffer {
  const key = Buffer.allocUnsafe(5);
  key[0] = streamTag;
  key.writeUInt32BE(id, 1);
  return key;
}

export function streamIdOf(key: Buffer): number {
  return key.readUInt32BE(1);
}

export function entryKey(id: number, time: bigint, sequence: number): Buffer {
  const key = Buffer.allocUnsafe(17);
  key[0] = entryTag;
  key.writeUInt32BE(id, 1);
  key.writeBigUInt64BE(time, 5);
  key.writeUInt32BE(sequence, 13);
  return key;
}

export function usageKey(id: number, minute: number): Buffer {
  const key = Buffer.allocUnsafe(9);
  key[0] = usageTag;
  key.writeUInt32BE(id, 1);
  key.writeUInt32BE(minute, 5);
  return key;
}

export function timeOf(key: Buffer): bigint {
  return key.readBigUInt64BE(5);
}

export function sequenceOf(key: Buffer): number {
  return key.readUInt32BE(13);
}

/** A time within what a key can hold. */
export function clampTime(time: bigint): bigint {
  return time < earliest ? earliest : time > latest ? latest : time;
}
