import { parse } from 'protobufjs';
import * as z from 'zod';

// The fields of grafana/loki pkg/push/push.proto that a push has.
const { root } = parse(`
  syntax = "proto3";
  message PushRequest { repeated Stream streams = 1; }
  message Stream { string labels = 1; repeated Entry entries = 2; }
  message Entry { Timestamp timestamp = 1; string line = 2; repeated Pair structuredMetadata = 3; }
  message Timestamp { int64 seconds = 1; int32 nanos = 2; }
  message Pair { string name = 1; string value = 2; }
`);
const requestSchema = z.object({
  streams: z.tuple([
    z.object({
      labels: z.string(),
      entries: z.array(
        z.object({
          timestamp: z.object({ seconds: z.number(), nanos: z.number() }),
          line: z.string(),
          structuredMetadata: z.array(z.object({ name: z.string(), value: z.string() })),
        })
      ),
    }),
  ]),
});

const type = root.lookupType('PushRequest');

/** A push of one stream, uncompressed, as tests look at it; bytes that are no protobuf of this form throw. */
export function decodePush(request: Buffer) {
  const { streams } = requestSchema.parse(
    type.toObject(type.decode(request), { longs: Number, defaults: true, arrays: true })
  );
  const [{ labels, entries }] = streams;
  return {
    labels,
    entries: entries.map(({ timestamp, line, structuredMetadata }) => ({
      time: [timestamp.seconds, timestamp.nanos],
      line,
      metadata: structuredMetadata.map(({ name, value }) => [name, value]),
    })),
  };
}
