import { labelsOf, labelsText } from '../common/labels';
import type { StoredEntry } from '../storage/block';
import type { LogReader } from '../storage/log-reader';
import { scanBlocks, type Span } from '../storage/scan';
import { type Stream, streamsWithin } from '../storage/stream-index';
import type { Usage } from '../storage/usage';
import type { Call, CallResults, StreamsMessage } from './protocol';

/** Asks the store. */
export type Ask = <K extends Call['kind']>(call: Extract<Call, { kind: K }>) => Promise<CallResults[K]>;

/** The log as a query process sees it: streams as the store told them, blocks as it hands them out. */
export class RemoteLog implements LogReader {
  private readonly byId = new Map<number, Stream>();

  constructor(private readonly ask: Ask) {}

  readonly streams = {
    within: (from: bigint, until: bigint): Stream[] => streamsWithin(this.byId.values(), from, until),
  };

  /** Takes over what streams there are now. */
  update({ spans, added }: StreamsMessage): void {
    for (const [id, pairs] of added) {
      const labels = labelsOf(pairs);
      this.byId.set(id, { id, labels, text: labelsText(labels), oldest: 1n, newest: 0n });
    }
    const present = new Set<number>();
    for (const { id, oldest, newest } of readSpans(spans)) {
      const stream = this.byId.get(id);
      if (stream) {
        stream.oldest = oldest;
        stream.newest = newest;
      }
      present.add(id);
    }
    for (const id of this.byId.keys()) {
      if (!present.has(id)) {
        this.byId.delete(id);
      }
    }
  }

  async *scan(stream: Stream, span: Span, reverse = false): AsyncGenerator<StoredEntry[]> {
    const blocks = await this.ask({ kind: 'blocks', stream: stream.id, span });
    const load = async (some: typeof blocks) => {
      const loaded = await this.ask({ kind: 'load', handles: some.map(({ handle }) => handle) });
      return loaded.map((bytes) => bytes && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    };
    yield* scanBlocks(blocks, (some) => load([...some]), span, reverse);
  }

  usageOf(stream: Stream, span: Span): Promise<Usage> {
    return this.ask({ kind: 'usage', stream: stream.id, span });
  }
}

const spanSize = 20;

/** @param streams those that have entries */
export function encodeSpans(streams: readonly Stream[]): Uint8Array {
  const spans = Buffer.allocUnsafeSlow(streams.length * spanSize);
  streams.forEach(({ id, oldest, newest }, i) => {
    spans.writeUInt32LE(id, i * spanSize);
    spans.writeBigUInt64LE(oldest, i * spanSize + 4);
    spans.writeBigUInt64LE(newest, i * spanSize + 12);
  });
  return spans;
}

function* readSpans(bytes: Uint8Array): Generator<{ id: number; oldest: bigint; newest: bigint }> {
  const spans = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < spans.length; at += spanSize) {
    yield {
      id: spans.readUInt32LE(at),
      oldest: spans.readBigUInt64LE(at + 4),
      newest: spans.readBigUInt64LE(at + 12),
    };
  }
}
