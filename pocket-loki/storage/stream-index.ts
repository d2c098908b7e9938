import { type Labels, labelsText } from '../common/labels';

/** A stream and the time span of its entries. Empty streams have `newest < oldest`. */
export interface Stream {
  readonly id: number;
  readonly labels: Labels;
  /** The labels in their text form: the stream's identity. */
  readonly text: string;
  oldest: bigint;
  newest: bigint;
}

/** All streams, in memory: what is selected by labels is found here, without touching the disk. */
export class StreamIndex {
  private readonly byText = new Map<string, Stream>();
  private nextId = 1;

  get size(): number {
    return this.byText.size;
  }

  find(labels: Labels): Stream | undefined {
    return this.byText.get(labelsText(labels));
  }

  add(labels: Labels, id = this.nextId): Stream {
    const stream: Stream = { id, labels, text: labelsText(labels), oldest: 1n, newest: 0n };
    this.byText.set(stream.text, stream);
    this.nextId = Math.max(this.nextId, id + 1);
    return stream;
  }

  remove(stream: Stream): void {
    this.byText.delete(stream.text);
  }

  /** Streams with an entry that may lie in [from, until), sorted by their labels. */
  within(from: bigint, until: bigint): Stream[] {
    return streamsWithin(this.byText.values(), from, until);
  }

  all(): Stream[] {
    return [...this.byText.values()].sort((a, b) => (a.text < b.text ? -1 : 1));
  }
}

/** Those of the streams with an entry that may lie in [from, until), sorted by their labels. */
export function streamsWithin(streams: Iterable<Stream>, from: bigint, until: bigint): Stream[] {
  return [...streams]
    .filter((stream) => holdsEntries(stream) && stream.newest >= from && stream.oldest < until)
    .sort((a, b) => (a.text < b.text ? -1 : 1));
}

export function holdsEntries(stream: Stream): boolean {
  return stream.newest >= stream.oldest;
}

export function clearSpan(stream: Stream): void {
  stream.oldest = 1n;
  stream.newest = 0n;
}

export function extendSpan(stream: Stream, time: bigint): void {
  if (!holdsEntries(stream)) {
    stream.oldest = time;
    stream.newest = time;
  } else if (time > stream.newest) {
    stream.newest = time;
  } else if (time < stream.oldest) {
    stream.oldest = time;
  }
}
