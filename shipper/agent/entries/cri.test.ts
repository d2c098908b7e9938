import { CriParser } from './cri';

const BASE = 1_795_478_400; // 2026-11-24T00:00:00Z

/** Parses one line that lies amid other bytes of a block. */
function parse(text: string, parser = new CriParser()) {
  const line = Buffer.from(text);
  const memory = Buffer.concat([Buffer.from('before\n'), line, Buffer.from('\nbehind F x')]);
  const start = 7;
  if (!parser.parse(memory, start, start + line.length)) {
    return null;
  }
  const { seconds, nanos, stream, partial, from, to } = parser;
  return { time: [seconds - BASE, nanos], stream, partial, content: memory.toString('utf8', from, to) };
}

test.each([
  ['2026-11-24T00:00:00Z', 0, 0],
  ['2026-11-24T00:00:01.5Z', 1, 500_000_000],
  ['2026-11-24T00:00:01.05Z', 1, 50_000_000],
  ['2026-11-24T00:00:01.123Z', 1, 123_000_000],
  ['2026-11-24T00:00:01.1234Z', 1, 123_400_000],
  ['2026-11-24T00:00:01.12345Z', 1, 123_450_000],
  ['2026-11-24T00:00:01.123456Z', 1, 123_456_000],
  ['2026-11-24T00:00:01.1234567Z', 1, 123_456_700],
  ['2026-11-24T00:00:01.12345678Z', 1, 123_456_780],
  ['2026-11-24T00:00:59.123456789Z', 59, 123_456_789],
  ['2026-11-24T00:00:01.123456789987Z', 1, 123_456_789],
  ['2026-11-24T00:00:60Z', 60, 0],
  ['2026-11-24T01:30:00.000000001+01:30', 0, 1],
  ['2026-11-24T12:34:00+12:34', 0, 0],
  ['2026-11-23T23:45:00-00:15', 0, 0],
  ['2026-11-23T19:00:00.25-05:00', 0, 250_000_000],
])('the time %s', (time, seconds, nanos) => {
  expect(parse(`${time} stdout F text`)?.time).toEqual([seconds, nanos]);
});

const T = '2026-11-24T00:00:00.000000000Z';

test.each([
  [`${T} stdout F text`, 0, false, 'text'],
  [`${T} stderr F text`, 1, false, 'text'],
  [`${T} stdout P text`, 0, true, 'text'],
  [`${T} stdout P:more:tags text`, 0, true, 'text'],
  [`${T} stderr F:x text`, 1, false, 'text'],
  [`${T} stdout F `, 0, false, ''],
  [`${T} stdout F`, 0, false, ''],
  [`${T} stdout F:x`, 0, false, ''],
  [`${T} stdout F  two  spaces `, 0, false, ' two  spaces '],
  [`${T} stdout F größer 😀`, 0, false, 'größer 😀'],
  [`${T} stdout F ${T} stderr P nested`, 0, false, `${T} stderr P nested`],
])('the line %p', (line, stream, partial, content) => {
  expect(parse(line)).toMatchObject({ stream, partial, content });
});

test.each([
  [''],
  ['text'],
  ['a line that is long enough, and is not written by a runtime'],
  [`${T} stdin F text`],
  [`${T} stdouts F text`],
  [`${T} stdout X text`],
  [`${T} stdout Full text`],
  [`${T} stdout  F text`],
  [`${T}  stdout F text`],
  ['2026-11-24T00:00:00.000000000 stdout F text'],
  ['2026-11-24T00:00:00.000000000+0100 stdout F text'],
  ['2026-11-24T00:00:0x.000000000Z stdout F text'],
  ['2026-13-24T00:00:00.000000000Z stdout F text'],
  ['2026-11-24 00:00:00.000000000Z stdout F text'],
  ['2026-11-24T00:00:61.000000000Z stdout F text'],
  ['2026-11-24T00:00:70.000000000Z stdout F text'],
  ['{"log":"text\\n","stream":"stdout","time":"2026-11-24T00:00:00Z"}'],
])('is no CRI line: %p', (line) => {
  expect(parse(line)).toBeNull();
});

test('a line is not read past its end', () => {
  expect(parse('2026-11-24T00:00:00Z stdout')).toBeNull();
});

test('minutes may change and come back, with garbage between', () => {
  const parser = new CriParser();
  const at = (time: string) => parse(`2026-11-24T${time}Z stdout F x`, parser)?.time[0];
  expect(['00:00:59', '00:01:00', '00:00:58', '99:99:00', '00:00:57', '01:00:00'].map(at)).toEqual([
    59,
    60,
    58,
    undefined,
    57,
    3600,
  ]);
});

describe.each([
  ['2026-11-24T00:00:05Z stdout F x'],
  ['2026-11-24T00:00:05.123456789Z stderr P x'],
  ['2026-11-24T00:00:05.123456789+01:30 stdout F x'],
])('one wrong byte before the content of %p', (line) => {
  const places = Array.from({ length: line.length - 1 }, (_, i) => i);

  test.each(['q', '/', ':', '\0'])('makes it no CRI line: %p', (byte) => {
    const wrong = places.filter((i) => line[i] !== byte).map((i) => line.slice(0, i) + byte + line.slice(i + 1));
    // A tag may have others behind it, after a colon.
    const lines = wrong.filter((text) => parse(text) !== null);
    expect(lines).toEqual(byte === ':' ? [wrong.at(-1)] : []);
  });

  test('does so too behind a line of the same minute', () => {
    const wrong = places.map((i) => `${line.slice(0, i)}q${line.slice(i + 1)}`);
    const parsers = wrong.map((text) => {
      const parser = new CriParser();
      parse(line, parser);
      return parse(text, parser);
    });
    expect(parsers.filter((parsed) => parsed !== null)).toEqual([]);
  });
});
