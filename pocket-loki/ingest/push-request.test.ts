import { deflateRawSync, gzipSync } from 'node:zlib';
import protobuf from 'protobufjs';
import { compressSync } from 'snappy';
import { defaultLimits } from '../common/limits';
import { readPush } from './push-request';

// Loki's message as its clients write it: the general encoder checks the decoder that is made for speed.
const types = protobuf.parse(`
  syntax = "proto3";
  message PushRequest { repeated Stream streams = 1; string format = 2; }
  message Stream { string labels = 1; repeated Entry entries = 2; uint64 hash = 3; }
  message Entry { Timestamp timestamp = 1; string line = 2; repeated Pair structuredMetadata = 3; repeated Pair parsed = 4; }
  message Timestamp { int64 seconds = 1; int32 nanos = 2; }
  message Pair { string name = 1; string value = 2; }
`).root;
const pushRequest = types.lookupType('PushRequest');

const protobufType = 'application/x-protobuf';
const message = {
  streams: [
    {
      labels: '{app="x", b="y"}',
      hash: 12345678901,
      entries: [
        {
          timestamp: { seconds: 1795481078, nanos: 5 },
          line: 'one',
          structuredMetadata: [
            { name: 'pod', value: 'p' },
            { name: 'e', value: '' },
          ],
        },
        {
          timestamp: { seconds: 1795481079, nanos: 0 },
          line: '',
          structuredMetadata: [
            { name: 'pod', value: 'p' },
            { name: 'e', value: '' },
          ],
          parsed: [{ name: 'z', value: 'z' }],
        },
        { timestamp: { seconds: 1795481079, nanos: 999999999 }, line: 'é'.repeat(300) },
      ],
    },
    { labels: '{c="d"}', entries: [] },
  ],
  format: 'loki',
};
const body = Buffer.from(pushRequest.encode(message).finish());
const read = (bytes: Buffer, type: string | undefined = protobufType, encoding?: string) =>
  readPush(type, encoding, bytes, defaultLimits);

describe('a push of protobuf', () => {
  const expected = [
    {
      labels: [
        ['app', 'x'],
        ['b', 'y'],
      ],
      entries: [
        {
          time: 1795481078000000005n,
          line: Buffer.from('one'),
          metadata: [
            ['pod', 'p'],
            ['e', ''],
          ],
        },
        {
          time: 1795481079000000000n,
          line: Buffer.from(''),
          metadata: [
            ['pod', 'p'],
            ['e', ''],
          ],
        },
        { time: 1795481079999999999n, line: Buffer.from('é'.repeat(300)), metadata: [] },
      ],
    },
    { labels: [['c', 'd']], entries: [] },
  ];

  it('is read from a snappy block, under gzip and deflate too', async () => {
    const snappy = compressSync(body);
    expect(await read(snappy)).toEqual(expected);
    expect(await read(snappy, protobufType, 'snappy')).toEqual(expected);
    expect(await read(gzipSync(snappy), protobufType, 'gzip')).toEqual(expected);
    expect(await read(deflateRawSync(snappy), protobufType, 'deflate')).toEqual(expected);
  });

  it('shares the metadata of neighbours that are equal', async () => {
    const [stream] = await read(compressSync(body));
    expect(stream?.entries[1]?.metadata).toBe(stream?.entries[0]?.metadata);
  });

  it('gathers metadata that do not stand together', async () => {
    const pair = (name: string) =>
      Buffer.concat([Buffer.from([0x1a, 6, 0x0a, 1]), Buffer.from(name), Buffer.from([0x12, 1, 0x76])]);
    const entry = Buffer.concat([pair('a'), Buffer.from([0x12, 1, 0x78]), pair('b')]);
    const stream = Buffer.concat([Buffer.from([0x12, entry.length]), entry]);
    const [read1] = await read(compressSync(Buffer.concat([Buffer.from([0x0a, stream.length]), stream])));
    expect(read1?.entries).toEqual([
      {
        time: 0n,
        line: Buffer.from('x'),
        metadata: [
          ['a', 'v'],
          ['b', 'v'],
        ],
      },
    ]);
  });

  it('is refused wherever it is cut off', async () => {
    for (let end = 1; end < 120; end++) {
      const cut = read(compressSync(body.subarray(0, end)));
      await expect(cut).rejects.toThrow(expect.objectContaining({ status: 400 }));
    }
  });

  it('is refused as a whole for one label set that cannot be read', async () => {
    const bad = pushRequest.encode({ streams: [...message.streams, { labels: '{a-b="c"}' }] }).finish();
    await expect(read(compressSync(Buffer.from(bad)))).rejects.toThrow("couldn't parse labels");
  });

  it.each([
    ['not snappy', Buffer.from('aaa')],
    ['larger than allowed', Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f, 0])],
    ['empty', Buffer.alloc(0)],
  ])('is refused where it is %s', async (_, bytes) => {
    await expect(read(bytes)).rejects.toThrow(expect.objectContaining({ status: 400 }));
  });
});

describe('a push of JSON', () => {
  const json = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
  const entry = (...value: unknown[]) => json({ streams: [{ stream: { a: 'b' }, values: [value] }] });

  it('is read, with gaps where Loki allows them', async () => {
    const streams = [
      { stream: { a: 'b' }, values: [['1', 'x'], null, ['2', 'y', { pod: 'p' }], ['3', 'z', null]] },
      { stream: { c: 'd' }, values: null },
    ];
    expect(await read(gzipSync(json({ streams })), 'application/json; charset=utf-8', 'gzip')).toEqual([
      {
        labels: [['a', 'b']],
        entries: [
          { time: 1n, line: Buffer.from('x'), metadata: [] },
          { time: 2n, line: Buffer.from('y'), metadata: [['pod', 'p']] },
          { time: 3n, line: Buffer.from('z'), metadata: [] },
        ],
      },
      { labels: [['c', 'd']], entries: [] },
    ]);
  });

  it.each([
    ['a time that is a number', entry(1, 'x'), 'streams[0].values[0][0]: the time must be a string'],
    ['a time with a fraction', entry('1.5', 'x'), 'streams[0].values[0][0]'],
    ['a line that is no string', entry('1', 2), 'streams[0].values[0][1]: the line must be a string'],
    ['no line', entry('1'), 'streams[0].values[0][1]'],
    ['metadata that are no strings', entry('1', 'x', { a: 1 }), 'streams[0].values[0][2].a: a string is expected'],
    ['metadata that are a list', entry('1', 'x', ['a']), 'streams[0].values[0][2]: an object'],
    ['an invalid label name', json({ streams: [{ stream: { 'a-b': 'c' }, values: [] }] }), '"a-b" is no label name'],
    ['streams that are no list', json({ streams: {} }), 'streams: a list is expected'],
    ['a list', json([]), 'an object with the key "streams"'],
    ['no JSON', json('{'), 'JSON'],
  ])('is refused with %s', async (_, bytes, message) => {
    await expect(read(bytes, 'application/json')).rejects.toThrow(message);
    await expect(read(bytes, 'application/json')).rejects.toThrow(expect.objectContaining({ status: 400 }));
  });
});

describe('a push', () => {
  it('needs a content type, and an encoding that is known', async () => {
    await expect(readPush(undefined, undefined, body, defaultLimits)).rejects.toThrow('mime: no media type');
    await expect(read(body, 'application/json', 'zstd')).rejects.toThrow('Content-Encoding "zstd" not supported');
  });
});
