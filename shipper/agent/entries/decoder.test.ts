import { Arena, PushEncoder } from '../../loki/push/encoder';
import { decodePush } from '../../loki/testing/decode-push';
import { Decoder, type Block } from './decoder';
import type { Rules, Stop } from './entry-writer';
import { EntryMetadata, MetadataForms } from './entry-metadata';
import { startOfFile, type Position } from '../files/position';

const BASE = 1_795_478_400; // 2026-11-24T00:00:00Z
const BLOCK = 64 * 1024;

const rules = (over: Partial<Rules> = {}): Rules => ({
  from: 0,
  to: Infinity,
  maxLineBytes: 1000,
  maxPayload: Infinity,
  maxEntries: Infinity,
  fallbackSeconds: BASE - 1,
  futureFrom: Infinity,
  arrivalSeconds: BASE + 100,
  keepsFuture: false,
  misdated: 'store',
  ...over,
});

/** A decoder with what it works on, and the entries of its request as text. */
function buffer(requestBytes = 256 * 1024) {
  const arena = new Arena(BLOCK + 1 + requestBytes + 256 * 1024);
  const start = arena.reserve(BLOCK + 1).start;
  const request = arena.reserve(requestBytes);
  const encoder = new PushEncoder(arena, request.start, request.end);
  const metadata = new EntryMetadata(arena);
  metadata.use(new MetadataForms([]));
  const decoder = new Decoder(encoder);
  encoder.begin('{}');
  const decode = (bytes: Buffer, position: Position, given: Rules, how: Partial<Block> = {}): Stop => {
    bytes.copy(arena.memory, start);
    const block = { memory: arena.memory, start, end: start + bytes.length, final: false, flush: false, ...how };
    return decoder.decode(block, position, metadata, given);
  };
  /** `<seconds after BASE>.<nanos> <marks> <line>` of each entry; the mark of stdout is left out. */
  const take = () => {
    const texts = decodePush(encoder.request()).entries.map(({ time: [seconds = 0, nanos = 0], line, metadata }) => {
      const marks = metadata.flatMap(([name, value]) =>
        name === 'stream' ? (value === 'stderr' ? ['err'] : []) : [name]
      );
      return [`${seconds - BASE}.${nanos}`, ...marks, line].join(' ');
    });
    encoder.begin('{}');
    return texts;
  };
  return { decoder, encoder, decode, take };
}

/** A CRI line at so many seconds after BASE. */
const cri = (seconds: number, rest: string, nanos = 0) =>
  `${new Date((BASE + seconds) * 1000).toISOString().slice(0, 19)}.${String(nanos).padStart(9, '0')}Z ${rest}\n`;

/** Entries of one whole block, and where decoding ended. */
function decodeOnce(text: string | Buffer, over: Partial<Rules> = {}, how: Partial<Block> = {}) {
  const { decode, take, decoder } = buffer();
  const position = startOfFile();
  const stop = decode(Buffer.from(text), position, rules(over), how);
  return { stop, entries: take(), position, decoder };
}

describe('lines', () => {
  test('become entries of their time, stream and content', () => {
    const text = cri(1, 'stdout F one') + cri(2, 'stderr F two', 7) + cri(3, 'stdout F ');
    const { stop, entries, position } = decodeOnce(text);
    expect(entries).toEqual(['1.0 one', '2.7 err two', '3.0 ']);
    expect(stop).toBe('end');
    expect(position).toMatchObject({ offset: text.length, lines: 3, skip: 0, seconds: BASE + 3 });
  });

  test('of a runtime’s other format do too', () => {
    const json = (log: string, seconds: number) =>
      `${JSON.stringify({ log, stream: 'stderr', time: `2026-11-24T00:00:0${seconds}Z` })}\n`;
    const { entries } = decodeOnce(json('one\n', 1) + json('two, ', 2) + json('joined\n', 3));
    expect(entries).toEqual(['1.0 err one', '2.0 err two, joined']);
  });

  test('of no known format keep the time of the line before, marked', () => {
    const { entries, decoder } = decodeOnce(`garbage\n${cri(5, 'stdout F one', 3)}\nmore\n`);
    expect(entries).toEqual(['4.999999003 format garbage', '5.3 one', '5.4 format ', '5.5 format more']);
    expect(decoder.writer.unparsed).toBe(3);
  });

  test('that are not UTF-8 are mended and marked, the others are left alone', () => {
    const text = Buffer.concat([
      Buffer.from(`${cri(1, 'stdout F größer 😀')}${cri(2, 'stdout F a').trimEnd()}`),
      Buffer.from([0xff, 0xc3]),
      Buffer.from(`b\n${cri(3, 'stdout F c')}`),
    ]);
    const { entries, decoder, position } = decodeOnce(text);
    expect(entries).toEqual(['1.0 größer 😀', '2.0 replaced a\ufffd\ufffdb', '3.0 c']);
    expect(decoder.writer.replaced).toBe(1);
    expect(position.offset).toBe(text.length);
  });

  test('without an end wait for it, unless nothing more can come', () => {
    const text = cri(1, 'stdout F one') + cri(2, 'stdout F two').trimEnd();
    const waiting = decodeOnce(text);
    expect(waiting.entries).toEqual(['1.0 one']);
    expect(waiting.position.offset).toBe(cri(1, 'stdout F one').length);
    const final = decodeOnce(text, {}, { final: true });
    expect(final.entries).toEqual(['1.0 one', '2.0 two']);
    expect(final.position.offset).toBe(text.length);
  });
});

describe('NULs', () => {
  const nuls = (count: number) => Buffer.alloc(count);
  const [one, two] = [cri(1, 'stdout F one'), cri(2, 'stdout F two')];
  const join = (...parts: Array<string | Buffer>) => Buffer.concat(parts.map((part) => Buffer.from(part)));

  test.each<[string, Buffer, string[], number]>([
    ['before the first line', join(nuls(4096), one, two), ['1.0 one', '2.0 two'], 4096],
    ['between lines', join(one, nuls(3), two), ['1.0 one', '2.0 two'], 3],
    ['on lines of their own', join(nuls(1), '\n', one, nuls(30_000), '\n', two), ['1.0 one', '2.0 two'], 30_001],
    ['behind a torn line', join(one.slice(0, -2), nuls(100), two), ['1.0 on', '2.0 two'], 100],
    [
      'behind a torn time',
      join(one, '2026-11-24T0', nuls(9), two),
      ['1.0 one', '1.1 format 2026-11-24T0', '2.0 two'],
      9,
    ],
    [
      'behind a torn line, as long as a hole',
      join(one.slice(0, -1), nuls(600), 'rest\n'),
      ['1.0 one', '1.1 format rest'],
      600,
    ],
    ['at the end', join(one, nuls(5_000)), ['1.0 one'], 5_000],
    ['behind a torn line at the end', join(one.slice(0, -1), nuls(20)), ['1.0 one'], 20],
    ['in what a program printed', join(cri(1, 'stdout F a\0b\0\0c\0')), ['1.0 a\0b\0\0c\0'], 0],
  ])('%s', (_where, text, entries, nulBytes) => {
    const result = decodeOnce(text, {}, { final: true });
    expect(result.entries).toEqual(entries);
    expect(result.decoder.nulBytes).toBe(nulBytes);
    expect(result.position.offset).toBe(text.length);
  });
});

describe('formats', () => {
  const json = (log: string, seconds: number) => `${JSON.stringify({ time: `2026-11-24T00:00:0${seconds}Z`, log })}\n`;

  test.each([
    ['a json-file log that begins with an empty line', `\n${json('one\n', 1)}`, ['0.999999000 format ', '1.0 one']],
    ['both formats in one file', cri(1, 'stdout F one') + json('two\n', 2), ['1.0 one', '2.0 two']],
    ['a byte order mark', `\ufeff${cri(1, 'stdout F one')}`, ['1.0 one']],
    ['escapes', json('\u0000\u2028é\t\r\n', 1), ['1.0 \u0000\u2028é\t\r']],
  ])('%s', (_what, text, entries) => {
    expect(decodeOnce(text).entries).toEqual(entries);
  });
});

describe('partial lines', () => {
  const P1 = cri(1, 'stdout P one, ');
  const P2 = cri(2, 'stdout P two, ');
  const F3 = cri(3, 'stdout F three');

  test('are joined at the time of the first', () => {
    const { entries, position } = decodeOnce(P1 + P2 + F3);
    expect(entries).toEqual(['1.0 one, two, three']);
    expect(position).toMatchObject({ offset: (P1 + P2 + F3).length, lines: 1 });
  });

  test('are joined by stream', () => {
    const E2 = cri(2, 'stderr P err-one, ');
    const E4 = cri(4, 'stderr F err-two');
    expect(decodeOnce(P1 + E2 + F3 + E4).entries).toEqual(['1.0 one, three', '2.0 err err-one, err-two']);
    expect(decodeOnce(P1 + E4 + F3).entries).toEqual(['4.0 err err-two', '1.0 order one, three']);
  });

  test.each([
    ['one is open', P1],
    ['it follows a whole line of the other stream', P1 + cri(2, 'stderr F err')],
    ['both streams are open', P1 + cri(2, 'stderr P err')],
    ['the other stream’s was opened in it and is still open', P1 + cri(2, 'stderr P err') + F3],
  ])('end the block before them: %s', (_what, text) => {
    const before = cri(0, 'stderr F before');
    const { stop, entries, position } = decodeOnce(before + text);
    expect({ stop, entries }).toEqual({ stop: 'end', entries: ['0.0 err before'] });
    expect(position).toMatchObject({ offset: before.length, lines: 1, seconds: BASE, rawSeconds: BASE });
  });

  test('go out as they are at the end of a log, and say that they go on', () => {
    const text = P1 + cri(2, 'stderr P err') + P2;
    const { entries, position } = decodeOnce(text, {}, { final: true });
    expect(entries).toEqual(['1.0 continues one, two, ', '2.0 err continues err']);
    expect(position).toMatchObject({ offset: text.length, lines: 2 });
  });

  test('go out as far as they are there when nobody waits for their end any more', () => {
    const { entries, position } = decodeOnce(P1 + P2, {}, { flush: true });
    expect(entries).toEqual(['1.0 continues one, two, ']);
    expect(position.offset).toBe((P1 + P2).length);
  });
});

describe('an open line', () => {
  const open = cri(1, 'stdout P prompt> ');

  test('goes out before a line that is five seconds later, of either stream, and holds back none after it', () => {
    const text = open + cri(3, 'stderr F soon') + cri(6, 'stderr F late') + cri(7, 'stdout F answer');
    const { entries, position } = decodeOnce(text);
    expect(entries).toEqual(['3.0 err soon', '1.0 continues order prompt> ', '6.0 err late', '7.0 answer']);
    expect(position.offset).toBe(text.length);
    expect(decodeOnce(open + cri(9, 'stdout P more')).entries).toEqual(['1.0 continues prompt> ']);
  });

  test('does not drag a line out of the time window: decoding ends before that line', () => {
    const before = open + cri(2, 'stderr F in');
    const { stop, entries, position } = decodeOnce(before + cri(4, 'stderr F out'), { to: BASE + 4 });
    expect({ stop, entries }).toEqual({ stop: 'newer', entries: ['2.0 err in', '1.0 continues order prompt> '] });
    expect(position).toMatchObject({ offset: before.length, lines: 2 });
  });
});

describe('long lines', () => {
  test('go out in parts that end at characters', () => {
    const { entries } = decodeOnce(cri(1, 'stdout F aé😀bcdefg'), { maxLineBytes: 6 });
    expect(entries).toEqual(['1.0 continues aé', '1.1 continues 😀bc', '1.2 defg']);
  });

  test('of exactly the limit are whole', () => {
    expect(decodeOnce(cri(1, 'stdout F 123456'), { maxLineBytes: 6 }).entries).toEqual(['1.0 123456']);
  });

  test('go on in the next request where this one is full', () => {
    const text = Buffer.from(cri(1, 'stdout P abcd') + cri(1, 'stdout F efghij') + cri(2, 'stdout F next'));
    const { decode, take } = buffer();
    const position = startOfFile();
    const given = rules({ maxLineBytes: 4, maxEntries: 2 });
    expect(decode(text, position, given)).toBe('full');
    expect(position).toMatchObject({ offset: 0, skip: 8, lines: 0 });
    expect(take()).toEqual(['1.0 continues abcd', '1.1 continues efgh']);
    expect(decode(text, position, given)).toBe('end');
    expect(take()).toEqual(['1.2 ij', '2.0 next']);
    expect(position).toMatchObject({ offset: text.length, skip: 0, lines: 2 });
  });

  test('do not send a line of the other stream again that stands in them', () => {
    const text = Buffer.from(cri(1, 'stdout P abcd') + cri(2, 'stderr F err') + cri(3, 'stdout F efgh'));
    expect(drain(text, rules({ maxLineBytes: 4, maxEntries: 2 }), text.length)).toEqual(
      drain(text, rules({ maxLineBytes: 4 }), text.length)
    );
  });
});

describe('times', () => {
  test('that are the same get a nanosecond more each', () => {
    const text = cri(1, 'stdout F a', 5) + cri(1, 'stdout F a', 5) + cri(1, 'stderr F a', 6) + cri(1, 'stdout F b', 9);
    expect(decodeOnce(text).entries).toEqual(['1.5 a', '1.6 a', '1.7 err a', '1.9 b']);
  });

  test('carry over into the next second', () => {
    const line = cri(1, 'stdout F a', 999_999_999);
    expect(decodeOnce(line + line + cri(2, 'stdout F b')).entries).toEqual(['1.999999999 a', '2.0 a', '2.1 b']);
  });

  test('that go back are kept', () => {
    expect(decodeOnce(cri(9, 'stdout F a') + cri(3, 'stdout F b') + cri(4, 'stdout F c')).entries).toEqual([
      '9.0 a',
      '3.0 order b',
      '4.0 order c',
    ]);
  });

  test('that go back tell the entries from all others, and so does the end of a run of equal lines behind them', () => {
    const equal = cri(5, 'stdout F x', 7);
    const { entries, decoder } = decodeOnce(
      equal + equal + cri(4, 'stdout F x') + cri(4, 'stdout F x') + equal + equal
    );
    expect(entries).toEqual(['5.7 x', '5.8 x', '4.0 order x', '4.1 order x', '5.9 x', '5.10 x']);
    expect(decoder.writer).toMatchObject({ firstSeconds: BASE + 4, last: { seconds: BASE + 5, nanos: 10 } });
  });

  test('that are in the future, or before there were containers, are stored when they arrive, with their own beside', () => {
    const text =
      cri(1, 'stdout F one') +
      cri(86_400, 'stdout F tomorrow') +
      `0001-01-01T00:00:00Z stdout F never\n1970-01-01T00:00:07.5Z stderr P boot\n` +
      cri(2, 'stdout F two');
    expect(decodeOnce(text, { futureFrom: BASE + 600 }).entries).toEqual([
      '1.0 one',
      '100.1 order line_time tomorrow',
      '100.2 order line_time never',
      '100.3 err continues order line_time boot',
      '2.0 two',
    ]);
    const sameSecond = decodeOnce(cri(100, 'stdout F one', 7_000) + text + cri(100, 'stdout F two', 9_000), {
      futureFrom: BASE + 600,
    });
    expect(sameSecond.entries.slice(0, 1)).toEqual(['100.7000 one']);
    expect(sameSecond.entries.filter((entry) => entry.includes('line_time'))).toEqual([
      '100.7002 order line_time tomorrow',
      '100.7003 order line_time never',
      '100.7004 err continues order line_time boot',
    ]);
    expect(sameSecond.entries.at(-1)).toBe('100.9000 two');
    const counted = decodeOnce(text, { futureFrom: BASE + 600, misdated: 'count' });
    expect(counted.entries).toEqual(['1.0 one', '2.0 two']);
    expect(counted.decoder.writer).toMatchObject({ misdated: 3, leftOut: 3 });
    expect(counted.position).toMatchObject({ lines: 5, offset: text.length });
  });

  test('where lines from the future keep their time, those that no clock can have do not', () => {
    const far = ['2105-12-31', '2107-01-01', '2262-04-12', '9999-12-31'];
    const text = far.map((day) => `${day}T00:00:00Z stdout F of ${day}\n`).join('') + cri(2, 'stdout F now');
    const rule = { futureFrom: BASE + 600, keepsFuture: true };
    expect(decodeOnce(text, rule).entries).toEqual([
      '2496182400.0 order of 2105-12-31',
      '100.2 order line_time of 2107-01-01',
      '100.3 order line_time of 2262-04-12',
      '100.4 order line_time of 9999-12-31',
      '2.0 now',
    ]);
    const counted = decodeOnce(text, { ...rule, misdated: 'count' });
    expect(counted.entries).toEqual(['2496182400.0 order of 2105-12-31', '2.0 now']);
    expect(counted.decoder.writer).toMatchObject({ misdated: 3, leftOut: 3 });
  });
});

describe('decoding ends exactly before', () => {
  const lines = [cri(1, 'stdout F one'), cri(2, 'stdout F two'), cri(3, 'stdout F three')];
  const offset = lines[0]?.length;

  test.each<[string, Partial<Rules>, string, Stop]>([
    ['the line that is too much in number', { maxEntries: 1 }, lines.join(''), 'full'],
    ['the line that is too much in bytes', { maxPayload: 16 }, lines.join(''), 'full'],
    ['a line that is too new', { to: BASE + 2 }, lines.join(''), 'newer'],
    ['a line that is too old', { from: BASE }, (lines[0] ?? '') + cri(-1, 'stdout F old'), 'older'],
    [
      'a partial line that is too old',
      { from: BASE },
      `${lines[0]}${cri(-1, 'stdout P o')}${cri(2, 'stdout F ld')}`,
      'older',
    ],
  ])('%s', (_what, over, text, stop) => {
    const result = decodeOnce(text, over);
    expect(result).toMatchObject({ stop, entries: ['1.0 one'] });
    expect(result.position).toMatchObject({ offset, lines: 1, skip: 0, seconds: BASE + 1 });
  });

  test('a first line that is larger than the payload is sent all the same', () => {
    expect(decodeOnce(lines.join(''), { maxPayload: 1 })).toMatchObject({ stop: 'full', entries: ['1.0 one'] });
  });

  test('a line that the buffer has no room for', () => {
    const { decode, take } = buffer(110);
    const position = startOfFile();
    expect(decode(Buffer.from(lines.join('')), position, rules())).toBe('full');
    expect(take()).toEqual(['1.0 one', '2.0 two']);
    expect(position).toMatchObject({ offset: lines.slice(0, 2).join('').length, lines: 2 });
  });

  test('a partial line outside the time, though a line inside it lies in it', () => {
    const text = cri(1, 'stdout P one, ') + cri(2, 'stderr F err') + cri(3, 'stdout F three');
    const { stop, entries, position } = decodeOnce(text, { from: BASE + 2 });
    expect({ stop, entries, offset: position.offset }).toEqual({ stop: 'older', entries: [], offset: 0 });
  });

  test('says the time of the line', () => {
    expect(decodeOnce(lines.join(''), { to: BASE + 3 }).decoder.writer).toMatchObject({
      stopSeconds: BASE + 3,
      firstSeconds: BASE + 1,
    });
  });
});

/** Decodes a whole file block by block, from the position alone each time, as after a restart; all entries in order. */
function drain(file: Buffer, given: Rules, blockBytes: number): string[] {
  const { decode, take } = buffer();
  const position = startOfFile();
  const entries: string[] = [];
  let length = blockBytes;
  for (let round = 0; round < 20_000; round++) {
    const end = Math.min(file.length, position.offset + length);
    const before = { ...position };
    decode(file.subarray(position.offset, end), position, given, { final: end === file.length });
    entries.push(...take());
    if (position.offset === file.length) {
      return entries;
    }
    const progress = position.offset !== before.offset || position.skip !== before.skip;
    length = progress ? blockBytes : length * 2;
  }
  throw new Error(`no end: at ${position.offset} of ${file.length}`);
}

/** Numbers from 0 up to `below`, always the same for a seed (mulberry32). */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

/** A log of whole, partial, long, empty, repeated, mangled and unreadable lines of both streams. */
function logOf(seed: number): Buffer {
  const next = random(seed);
  const parts: Buffer[] = [];
  for (let i = 0, time = 0; i < 150; i++) {
    time += next(3) === 0 ? 1 : 0;
    const stream = next(3) === 0 ? 'stderr' : 'stdout';
    const tag = next(3) === 0 ? 'P' : 'F';
    const content = 'é😀ab'.repeat(next(next(8) === 0 ? 12 : 3));
    parts.push(Buffer.from(next(20) === 0 ? 'garbage\n' : cri(time, `${stream} ${tag} ${content}`)));
    if (next(15) === 0) {
      parts.push(Buffer.from(cri(time, 'stdout F x').trimEnd()), Buffer.from([0xe2, 0x82, 0x0a]));
    }
  }
  return Buffer.concat(parts);
}

describe.each([1, 2, 3, 4, 5, 6, 7, 8])('the same file (seed %i)', (seed) => {
  const file = logOf(seed);
  const given = rules({ maxLineBytes: 40 });
  const whole = drain(file, given, file.length);

  test.each([64, 101, 500, 4096])('gives the same entries in blocks of %i bytes', (blockBytes) => {
    expect(drain(file, given, blockBytes)).toEqual(whole);
  });

  test.each([1, 2, 7])('gives the same entries in requests of %i', (maxEntries) => {
    expect(drain(file, { ...given, maxEntries }, file.length)).toEqual(whole);
  });
});

describe('the limits of what a line’s time may be', () => {
  const at = (time: string) => `${time} stdout F x\n`;

  test.each<[string, string, number]>([
    ['2010 and later', at('2010-01-01T00:00:00Z'), 0],
    ['before 2010', at('2009-12-31T23:59:59.999Z'), 1],
    ['the last second that is not too late', cri(49, 'stdout F x', 999_999_999), 0],
    ['the first that is', cri(50, 'stdout F x'), 1],
  ])('%s', (_, line, misdated) => {
    const { entries, decoder } = decodeOnce(line, { futureFrom: BASE + 50, arrivalSeconds: BASE + 7 });
    expect(decoder.writer.misdated).toBe(misdated);
    expect(entries[0]?.startsWith('7.')).toBe(misdated === 1);
  });

  test.each([
    ['so that lines without a time have room', 5_000, '5.4000 format garbage'],
    ['down to the second', 1_000, '5.0 format garbage'],
    ['in the second before', 999, '4.999999999 format garbage'],
  ])('the first line’s time, %s', (_, nanos, entry) => {
    expect(decodeOnce(`garbage\n${cri(5, 'stdout F one', nanos)}`).entries[0]).toBe(entry);
  });
});

describe('the earliest and the latest time of a request', () => {
  const span = (text: string, over: Partial<Rules> = {}) => {
    const { writer } = decodeOnce(text, over).decoder;
    const { firstSeconds, firstNanos, last } = writer;
    return [firstSeconds, last.seconds]
      .map((seconds) => (seconds === 0 ? null : seconds - BASE))
      .concat(firstNanos, last.nanos);
  };
  const lines = (...seconds: number[]) => seconds.map((second) => cri(second, 'stdout F x', second)).join('');

  test.each<[string, string, Array<number | null>]>([
    ['of nothing', '', [null, null, 0, 0]],
    ['of one line', lines(3), [3, 3, 3, 3]],
    ['of lines in order', lines(3, 4, 5), [3, 5, 3, 5]],
    ['where the first is the latest', lines(5, 3, 4), [3, 5, 3, 5]],
    ['where the last is the earliest', lines(4, 5, 3), [3, 5, 3, 5]],
    ['where the latest comes after one out of order', lines(4, 3, 6), [3, 6, 3, 6]],
    ['where lines in order follow, which are not the latest', lines(5, 2, 3), [2, 5, 2, 5]],
    ['of lines of one time, which are a nanosecond apart', lines(3, 3, 3), [3, 3, 3, 5]],
  ])('%s', (_, text, expected) => {
    expect(span(text)).toEqual(expected);
  });

  test('has the time at which a misdated line is stored', () => {
    expect(span(lines(3, 60), { futureFrom: BASE + 50, arrivalSeconds: BASE + 7 })).toEqual([3, 7, 3, 1]);
  });
});

describe('a line of the length that Loki takes', () => {
  test.each([
    [10, ['1.0 xxxxxxxxxx']],
    [9, ['1.0 continues xxxxxxxxx', '1.1 x']],
  ])('%d bytes', (maxLineBytes, entries) => {
    expect(decodeOnce(cri(1, `stdout F ${'x'.repeat(10)}`), { maxLineBytes }).entries).toEqual(entries);
  });
});

describe('a byte order mark', () => {
  const mark = '\ufeff';

  test.each([
    ['before a line is passed over', mark + cri(1, 'stdout F one'), '1.0 one'],
    ['before one of the other format, too', `${mark}{"log":"one\\n","time":"2026-11-24T00:00:01Z"}\n`, '1.0 one'],
    ['before anything else is a part of it', `${mark}garbage\n`, `-1.0 format ${mark}garbage`],
    ['alone is a line', `${mark}\n`, `-1.0 format ${mark}`],
  ])('%s', (_, text, entry) => {
    expect(decodeOnce(text).entries).toEqual([entry]);
  });
});
