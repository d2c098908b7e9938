/**
 * Writes one stream's entries in the form of Loki's push API: protobuf `logproto.PushRequest`, field by field into one
 * buffer, without an object per line. Field numbers: grafana/loki `pkg/push/push.proto`.
 *
 * The source blocks and the request share one memory (`Arena`), because copying inside one typed array is the
 * cheapest copy there is in JavaScript: no view object per line.
 */
export class Arena {
  readonly memory: Buffer;
  private end = 0;

  constructor(size: number) {
    this.memory = Buffer.allocUnsafeSlow(size);
  }

  /** Sets `size` bytes of the arena aside. */
  reserve(size: number): { start: number; end: number } {
    const start = this.end;
    if (start + size > this.memory.length) {
      throw new RangeError(`arena of ${this.memory.length} bytes is full`);
    }
    this.end += size;
    return { start, end: this.end };
  }
}

const KEY_STREAMS = 0x0a; // PushRequest.streams = 1
const KEY_LABELS = 0x0a; // StreamAdapter.labels = 1
const KEY_ENTRIES = 0x12; // StreamAdapter.entries = 2
const KEY_TIMESTAMP = 0x0a; // EntryAdapter.timestamp = 1
const KEY_LINE = 0x12; // EntryAdapter.line = 2
const KEY_METADATA = 0x1a; // EntryAdapter.structuredMetadata = 3
const KEY_SECONDS = 0x08; // Timestamp.seconds = 1
const KEY_NANOS = 0x10; // Timestamp.nanos = 2
const KEY_NAME = 0x0a; // LabelPairAdapter.name = 1
const KEY_VALUE = 0x12; // LabelPairAdapter.value = 2

/** Room for the key and the length of the one stream, which are known only at the end. */
const HEAD = 6;
/** What an entry takes at most besides its line and its metadata. */
const ENTRY_OVERHEAD = 32;

function varintSize(value: number): number {
  return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x200000 ? 3 : value < 0x10000000 ? 4 : 5;
}

function writeVarint(memory: Uint8Array, at: number, value: number): number {
  while (value >= 0x80) {
    memory[at++] = (value & 0x7f) | 0x80;
    value >>>= 7;
  }
  memory[at++] = value;
  return at;
}

/** Where an encoder stood, to go back to: entries after it are taken back. */
export interface Mark {
  at: number;
  entries: number;
  payload: number;
}

export class PushEncoder {
  private readonly memory: Buffer;
  private at: number;
  private labelsEnd: number;
  /** Entries written since `begin`. */
  entries = 0;
  /** The length of the last entry's line. */
  lastLineBytes = 0;
  /** Bytes that Loki's limits count: lines and structured metadata (names and values). */
  payload = 0;

  /** @param start,end the part of the arena that the request may take */
  constructor(
    arena: Arena,
    private readonly start: number,
    private readonly end: number
  ) {
    this.memory = arena.memory;
    this.at = start + HEAD;
    this.labelsEnd = this.at;
  }

  /** Starts a request for the stream with these labels (`{a="b", …}`). */
  begin(labels: string): void {
    let at = this.start + HEAD;
    const length = Buffer.byteLength(labels);
    this.memory[at++] = KEY_LABELS;
    at = writeVarint(this.memory, at, length);
    at += this.memory.write(labels, at, 'utf8');
    this.at = this.labelsEnd = at;
    this.entries = 0;
    this.payload = 0;
  }

  /** Whether an entry with so many bytes of line and metadata still has room in the buffer. */
  fits(lineBytes: number, metadataBytes: number): boolean {
    return this.at + lineBytes + metadataBytes + ENTRY_OVERHEAD <= this.end;
  }

  /**
   * Starts an entry: its time, the length of its line and all before the line. The line's bytes follow by `copy`, then
   * `finish`.
   * @param seconds,nanos time since 1970, both below 2^32
   */
  entry(seconds: number, nanos: number, lineLength: number, metadata: EncodedMetadata): void {
    const { memory } = this;
    const timeLength = 2 + varintSize(seconds) + varintSize(nanos);
    const length = 2 + timeLength + 1 + varintSize(lineLength) + lineLength + metadata.length;
    let at = this.at;
    memory[at++] = KEY_ENTRIES;
    at = writeVarint(memory, at, length);
    memory[at++] = KEY_TIMESTAMP;
    memory[at++] = timeLength;
    memory[at++] = KEY_SECONDS;
    at = writeVarint(memory, at, seconds);
    memory[at++] = KEY_NANOS;
    at = writeVarint(memory, at, nanos);
    memory[at++] = KEY_LINE;
    this.at = writeVarint(memory, at, lineLength);
    this.entries++;
    this.lastLineBytes = lineLength;
    this.payload += lineLength + metadata.payload;
  }

  /** Appends bytes of the arena to the line that `entry` began. */
  copy(from: number, to: number): void {
    this.memory.copyWithin(this.at, from, to);
    this.at += to - from;
  }

  /** Appends bytes from elsewhere to the line that `entry` began. */
  write(bytes: Uint8Array): void {
    this.memory.set(bytes, this.at);
    this.at += bytes.length;
  }

  /** Ends the entry that `entry` began: appends its structured metadata. */
  finish(metadata: EncodedMetadata): void {
    this.memory.copyWithin(this.at, metadata.start, metadata.start + metadata.length);
    this.at += metadata.length;
  }

  mark(): Mark {
    return { at: this.at, entries: this.entries, payload: this.payload };
  }

  back(mark: Mark): void {
    this.at = mark.at;
    this.entries = mark.entries;
    this.payload = mark.payload;
  }

  /** The whole PushRequest, as a view on the arena: to be compressed before anything else is written. */
  request(): Buffer {
    const body = this.start + HEAD;
    const length = this.at - body;
    const first = body - varintSize(length) - 1;
    this.memory[first] = KEY_STREAMS;
    writeVarint(this.memory, first + 1, length);
    return this.memory.subarray(first, this.at);
  }

  /** Bytes of the request so far, uncompressed. */
  get size(): number {
    return this.at - this.labelsEnd;
  }
}

/** Structured metadata in wire form, lying in the arena. */
export interface EncodedMetadata {
  start: number;
  length: number;
  /** Bytes of names and values, as Loki's limits count them. */
  payload: number;
}

/** The wire form of structured metadata; empty values are left out, as Loki would. */
export function encodeMetadata(pairs: Iterable<readonly [string, string]>): { bytes: Buffer; payload: number } {
  const parts: Buffer[] = [];
  let payload = 0;
  for (const [name, value] of pairs) {
    if (value === '') {
      continue;
    }
    const n = Buffer.from(name);
    const v = Buffer.from(value);
    payload += n.length + v.length;
    const length = 2 + varintSize(n.length) + varintSize(v.length) + n.length + v.length;
    const head = Buffer.alloc(12);
    head[0] = KEY_METADATA;
    let at = writeVarint(head, 1, length);
    head[at++] = KEY_NAME;
    at = writeVarint(head, at, n.length);
    const mid = Buffer.alloc(6);
    mid[0] = KEY_VALUE;
    const midEnd = writeVarint(mid, 1, v.length);
    parts.push(head.subarray(0, at), n, mid.subarray(0, midEnd), v);
  }
  return { bytes: Buffer.concat(parts), payload };
}

/** Stream labels in Prometheus text form, sorted by name; values quoted as Go does (JSON quoting is a subset of it). */
export function labelString(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.keys(labels)
    .sort()
    .filter((name) => labels[name] !== '')
    .map((name) => `${name}=${JSON.stringify(labels[name])}`);
  return `{${pairs.join(', ')}}`;
}
