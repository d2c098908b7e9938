import { type Labels, labelsOf } from '../common/labels';
import type { Entry } from './entry';
import type { Stream } from './stream-index';

/** An entry with what counts as its volume: the bytes of the line and the metadata as they were sent. */
export interface LoggedEntry extends Entry {
  size: number;
}

/** What one record of the write-ahead log has of one stream. */
export interface LoggedAppend {
  id: number;
  labels: Labels;
  entries: LoggedEntry[];
}

/**
 * A record's payload: for each stream id, length of the labels, number of entries (u32 each), the labels as JSON; for each
 * entry time (u64), size and length of the value (u32 each), value. It stands for itself: the stream may be on no disk yet.
 */
export function encodeAppends(appends: ReadonlyArray<{ stream: Stream; entries: readonly LoggedEntry[] }>): Buffer {
  const parts: Buffer[] = [];
  for (const { stream, entries } of appends) {
    const labels = Buffer.from(JSON.stringify([...stream.labels]));
    const head = Buffer.allocUnsafe(12);
    [stream.id, labels.length, entries.length].forEach((n, i) => head.writeUInt32LE(n, i * 4));
    parts.push(head, labels);
    for (const { time, size, value } of entries) {
      const fields = Buffer.allocUnsafe(16);
      fields.writeBigUInt64LE(time, 0);
      fields.writeUInt32LE(size, 8);
      fields.writeUInt32LE(value.length, 12);
      parts.push(fields, value);
    }
  }
  return Buffer.concat(parts);
}

export function decodeAppends(payload: Buffer): LoggedAppend[] {
  const appends: LoggedAppend[] = [];
  let at = 0;
  const number = () => {
    at += 4;
    return payload.readUInt32LE(at - 4);
  };
  const bytes = (length: number) => {
    at += length;
    return payload.subarray(at - length, at);
  };
  while (at < payload.length) {
    const id = number();
    const labelsLength = number();
    const count = number();
    // Its checksum was right, so nothing else wrote it.
    const labels = labelsOf(JSON.parse(bytes(labelsLength).toString()) as Array<[string, string]>);
    const entries: LoggedEntry[] = [];
    for (let i = 0; i < count; i++) {
      const time = bytes(8).readBigUInt64LE();
      const size = number();
      entries.push({ time, size, value: bytes(number()) });
    }
    appends.push({ id, labels, entries });
  }
  return appends;
}
