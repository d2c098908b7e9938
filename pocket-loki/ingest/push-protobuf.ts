import protobuf from 'protobufjs';
import { parseLabelPairs } from '../labels';
import type { MetadataPairs, PushedEntry, PushedStream } from './push-request';

/**
 * `logproto.PushRequest` as far as clients fill it (https://github.com/grafana/loki/blob/v3.7.6/pkg/push/push.proto).
 * Lines and metadata are taken as bytes, which the wire form allows: a line is stored as it came, and metadata that
 * repeat from entry to entry need not be decoded again.
 */
const types = protobuf.Root.fromJSON({
  nested: {
    PushRequest: { fields: { streams: { id: 1, type: 'Stream', rule: 'repeated' } } },
    Stream: { fields: { labels: { id: 1, type: 'string' }, entries: { id: 2, type: 'Entry', rule: 'repeated' } } },
    Entry: {
      fields: {
        timestamp: { id: 1, type: 'Timestamp' },
        line: { id: 2, type: 'bytes' },
        structuredMetadata: { id: 3, type: 'bytes', rule: 'repeated' },
      },
    },
    Timestamp: { fields: { seconds: { id: 1, type: 'int64' }, nanos: { id: 2, type: 'int32' } } },
    LabelPair: { fields: { name: { id: 1, type: 'string' }, value: { id: 2, type: 'string' } } },
  },
});
const pushRequest = types.lookupType('PushRequest');
const labelPair = types.lookupType('LabelPair');

interface PushRequest {
  streams: Array<{ labels: string; entries: Entry[] }>;
}
interface Entry {
  timestamp: { seconds: protobuf.Long | number; nanos: number } | null;
  line: Buffer;
  structuredMetadata: Buffer[];
}

/** @throws Error where it is no such message, or a label set cannot be parsed */
export function decodeProtobuf(body: Buffer): PushedStream[] {
  // The types above are what the decoder builds its messages from, so its answer has their shape.
  const { streams } = pushRequest.decode(body) as protobuf.Message & PushRequest;
  const metadata = new MetadataDecoder();
  return streams.map(({ labels, entries }) => ({
    labels: labelPairs(labels),
    entries: entries.map((entry) => decodeEntry(entry, metadata)),
  }));
}

function labelPairs(text: string): Array<[string, string]> {
  try {
    return parseLabelPairs(text);
  } catch (error) {
    throw new Error(`couldn't parse labels: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function decodeEntry({ timestamp, line, structuredMetadata }: Entry, metadata: MetadataDecoder): PushedEntry {
  const seconds = BigInt(Number(timestamp?.seconds ?? 0));
  return {
    time: seconds * 1_000_000_000n + BigInt(timestamp?.nanos ?? 0),
    line,
    metadata: metadata.decode(structuredMetadata),
  };
}

/** Gives equal metadata of neighbours the same object. */
class MetadataDecoder {
  private lastRaw: readonly Buffer[] = [];
  private last: MetadataPairs = [];

  decode(raw: readonly Buffer[]): MetadataPairs {
    if (!sameBytes(raw, this.lastRaw)) {
      this.lastRaw = raw;
      this.last = raw.map((pair) => {
        const { name, value } = labelPair.decode(pair) as protobuf.Message & { name: string; value: string };
        return [name, value];
      });
    }
    return this.last;
  }
}

function sameBytes(a: readonly Buffer[], b: readonly Buffer[]): boolean {
  return a.length === b.length && a.every((bytes, i) => b[i]?.equals(bytes));
}
