import { Arena, encodeMetadata, labelString, PushEncoder, type EncodedMetadata } from './encoder';
import { decodePush } from '../testing/decode-push';

function encoderOf(size: number) {
  const arena = new Arena(size + 4096);
  const slot = arena.reserve(4096);
  const { start, end } = arena.reserve(size);
  const encoder = new PushEncoder(arena, start, end);
  const metadata = (pairs: Array<[string, string]>): EncodedMetadata => {
    const { bytes, payload } = encodeMetadata(pairs);
    arena.memory.set(bytes, slot.start);
    return { start: slot.start, length: bytes.length, payload };
  };
  const add = (line: string, seconds: number, nanos: number, meta: EncodedMetadata) => {
    const content = Buffer.from(line);
    encoder.entry(seconds, nanos, content.length, meta);
    encoder.write(content);
    encoder.finish(meta);
  };
  return { arena, encoder, metadata, add };
}

test('a request holds labels, times, lines and metadata as they were given', () => {
  const { encoder, metadata, add } = encoderOf(4096);
  const meta = metadata([
    ['pod', 'hello-xk2vd'],
    ['job', ''],
    ['stream', 'stdout'],
  ]);
  encoder.begin('{app="a"}');
  add('first', 1_795_478_400, 123_456_789, meta);
  add('', 1, 0, meta);
  add('größer 😀', 2_147_483_647, 999_999_999, meta);
  const pairs = [
    ['pod', 'hello-xk2vd'],
    ['stream', 'stdout'],
  ];
  expect(decodePush(encoder.request())).toEqual({
    labels: '{app="a"}',
    entries: [
      { time: [1_795_478_400, 123_456_789], line: 'first', metadata: pairs },
      { time: [1, 0], line: '', metadata: pairs },
      { time: [2_147_483_647, 999_999_999], line: 'größer 😀', metadata: pairs },
    ],
  });
  expect(encoder.entries).toBe(3);
  expect(encoder.payload).toBe(Buffer.byteLength('firstgrößer 😀') + 3 * 'podhello-xk2vdstreamstdout'.length);
});

test.each([0, 1, 100, 127, 128, 129, 16_383, 16_384, 2_097_151, 2_097_152])('a line of %i bytes', (length) => {
  const { encoder, metadata, add } = encoderOf(length + 4096);
  encoder.begin('{a="b"}');
  add('x'.repeat(length), 1, 1, metadata([['n', 'v'.repeat(length % 300)]]));
  const [entry] = decodePush(encoder.request()).entries;
  expect(entry?.line.length).toBe(length);
});

test('a line can be put together from parts of the arena and bytes from elsewhere', () => {
  const { arena, encoder, metadata } = encoderOf(4096);
  const none = metadata([]);
  arena.memory.write('left right', 3000);
  encoder.begin('{}');
  encoder.entry(1, 1, 11, none);
  encoder.copy(3000, 3005);
  encoder.copy(3005, 3010);
  encoder.write(Buffer.from('!'));
  encoder.finish(none);
  expect(decodePush(encoder.request()).entries).toEqual([{ time: [1, 1], line: 'left right!', metadata: [] }]);
});

test('going back to a mark takes later entries back', () => {
  const { encoder, metadata, add } = encoderOf(4096);
  const meta = metadata([['a', 'b']]);
  encoder.begin('{a="b"}');
  add('stays', 1, 1, meta);
  const mark = encoder.mark();
  const before = Buffer.from(encoder.request());
  add('goes', 2, 2, meta);
  encoder.back(mark);
  expect(encoder.request()).toEqual(before);
  expect({ ...encoder.mark() }).toEqual(mark);
  add('comes', 3, 3, meta);
  expect(decodePush(encoder.request()).entries.map(({ line }) => line)).toEqual(['stays', 'comes']);
});

test('a new request knows nothing of the one before', () => {
  const { encoder, metadata, add } = encoderOf(4096);
  encoder.begin('{a="a long label that the next one does not have"}');
  add('old', 1, 1, metadata([]));
  encoder.begin('{}');
  expect([encoder.entries, encoder.payload, encoder.size]).toEqual([0, 0, 0]);
  add('new', 2, 2, metadata([]));
  expect(decodePush(encoder.request())).toEqual({
    labels: '{}',
    entries: [{ time: [2, 2], line: 'new', metadata: [] }],
  });
});

test('what fits can be written, until nothing fits', () => {
  const size = 2000;
  const { arena, encoder, metadata, add } = encoderOf(size);
  const meta = metadata([['pod', 'hello']]);
  encoder.begin('{a="b"}');
  while (encoder.fits(50, meta.length)) {
    add('x'.repeat(50), 2_000_000_000, 999_999_999, meta);
  }
  expect(encoder.entries).toBeGreaterThan(15);
  expect(encoder.mark().at).toBeLessThanOrEqual(arena.memory.length);
  expect(decodePush(encoder.request()).entries).toHaveLength(encoder.entries);
});

test('an arena gives away no more than it has', () => {
  const arena = new Arena(10);
  expect([arena.reserve(4), arena.reserve(6)]).toEqual([
    { start: 0, end: 4 },
    { start: 4, end: 10 },
  ]);
  expect(() => arena.reserve(1)).toThrow('arena of 10 bytes is full');
});

test.each([
  [{}, '{}'],
  [{ b: '2', a: '1' }, '{a="1", b="2"}'],
  [{ a: '1', job: '' }, '{a="1"}'],
  [{ a: 'say "hi"\\\n\t' }, '{a="say \\"hi\\"\\\\\\n\\t"}'],
  [{ a: 'größer 😀' }, '{a="größer 😀"}'],
])('labels %j are written as %s', (labels, text) => {
  expect(labelString(labels)).toBe(text);
});
