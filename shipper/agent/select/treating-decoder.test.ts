import { lineRuleSettings } from '../../config/line-rules';
import { Arena, PushEncoder } from '../../loki/push/encoder';
import { decodePush } from '../../loki/testing/decode-push';
import type { Rules } from '../entries/entry-writer';
import { EntryMetadata, MetadataForms } from '../entries/entry-metadata';
import type { RuleCount } from '../entries/rule-count';
import { startOfFile } from '../files/position';
import { ContainerLines } from './line-treatment';

const BASE = 1_795_478_400; // 2026-11-24T00:00:00Z
const BLOCK = 64 * 1024;

const cri = (seconds: number, rest: string, nanos = 0) =>
  `${new Date((BASE + seconds) * 1000).toISOString().slice(0, 19)}.${String(nanos).padStart(9, '0')}Z ${rest}\n`;

interface Given {
  drop?: object[];
  redact?: object[];
  multiline?: object[];
}

const treatmentOf = ({ drop = [], redact = [], multiline = [] }: Given) =>
  new ContainerLines({
    drop: lineRuleSettings.drop.parse(drop),
    redact: lineRuleSettings.redact.parse(redact),
    multiline: lineRuleSettings.multiline.parse(multiline),
  });

/** Decodes a whole file in requests of at most so many entries: each from where the one before ended. */
function decodeAll(text: string | Buffer, given: Given, maxEntries = Infinity, over: Partial<Rules> = {}) {
  const bytes = Buffer.from(text);
  const arena = new Arena(BLOCK + 1 + 512 * 1024);
  const start = arena.reserve(BLOCK + 1).start;
  const request = arena.reserve(256 * 1024);
  const encoder = new PushEncoder(arena, request.start, request.end);
  const metadata = new EntryMetadata(arena);
  metadata.use(new MetadataForms([]));
  const decoder = treatmentOf(given).decoderOn(encoder);
  const position = startOfFile();
  const limits = { from: 0, to: Infinity, maxLineBytes: 1000, maxPayload: Infinity, fallbackSeconds: BASE - 1 };
  const times = { futureFrom: Infinity, arrivalSeconds: BASE + 100, keepsFuture: false, misdated: 'store' as const };
  const entries: string[] = [];
  const counts: RuleCount[] = [];
  for (;;) {
    encoder.begin('{}');
    bytes.copy(arena.memory, start, position.offset);
    const block = {
      memory: arena.memory,
      start,
      end: start + bytes.length - position.offset,
      final: true,
      flush: false,
    };
    const before = position.offset;
    const stop = decoder.decode(block, position, metadata, { ...limits, ...times, maxEntries, ...over });
    counts.push(...decoder.writer.ruleCounts(position.lines));
    for (const { time, line, metadata: pairs } of decodePush(encoder.request()).entries) {
      const marks = pairs.flatMap(([name, value]) =>
        name === 'stream' ? (value === 'stderr' ? ['err'] : []) : [name]
      );
      entries.push([`${(time[0] ?? 0) - BASE}.${time[1] ?? 0}`, ...marks, line].join(' '));
    }
    if (stop === 'end' || position.offset === before) {
      return { entries, counts, position };
    }
  }
}

describe('dropping', () => {
  const noise = { name: 'noise', match: '^DEBUG' };

  test('leaves lines out, counts them, and moves the position past them', () => {
    const text = cri(1, 'stdout F DEBUG a') + cri(2, 'stdout F INFO b') + cri(3, 'stderr F DEBUG ccc');
    const { entries, counts, position } = decodeAll(text, { drop: [noise] });
    expect(entries).toEqual(['2.0 INFO b']);
    expect(counts).toEqual([{ rule: 'noise', action: 'drop', lines: 2, bytes: 16 }]);
    expect(position).toMatchObject({ offset: text.length, lines: 3 });
  });

  test('takes lines of parts whole, and lines in no known format too', () => {
    const text = cri(1, 'stdout P DEB') + cri(1, 'stdout F UG') + 'DEBUG garbage\n' + cri(2, 'stdout F end');
    expect(decodeAll(text, { drop: [noise] }).entries).toEqual(['2.0 end']);
  });

  test('counts each line once, however requests are cut', () => {
    const text = Array.from({ length: 40 }, (_, i) =>
      cri(i, i % 3 === 0 ? `stdout F DEBUG ${i}` : i % 7 === 0 ? `stderr P a${i}` : `stdout F INFO ${i}`)
    ).join('');
    const whole = decodeAll(text, { drop: [noise] });
    const cut = decodeAll(text, { drop: [noise] }, 2);
    expect(cut.entries).toEqual(whole.entries);
    const lines = cut.counts.reduce((sum, count) => sum + count.lines, 0);
    expect(lines).toBe(whole.counts[0]?.lines);
  });
});

describe('redacting', () => {
  test('replaces all that matches, with groups, and counts lines and bytes', () => {
    const rule = { name: 'card', match: '(?P<first>\\d{4})-\\d{4}-(\\d{4})', with: '${first}-****-$2 $$' };
    const text = cri(1, 'stdout F pay 1234-5678-9012 and 1111-2222-3333') + cri(2, 'stdout F none');
    const { entries, counts } = decodeAll(text, { redact: [rule] });
    expect(entries).toEqual(['1.0 pay 1234-****-9012 $ and 1111-****-3333 $', '2.0 none']);
    expect(counts).toEqual([{ rule: 'card', action: 'redact', lines: 1, bytes: 28 }]);
  });

  test('leaves the mark of mended bytes', () => {
    const text = Buffer.concat([
      Buffer.from(cri(1, 'stdout F key=secret ').trimEnd()),
      Buffer.from([0x20, 0xff, 0x0a]),
    ]);
    const { entries } = decodeAll(text, { redact: [{ name: 'key', match: 'key=\\w+' }] });
    expect(entries).toEqual(['1.0 replaced [redacted] �']);
  });

  test('works on the whole of a line that is split for Loki', () => {
    const text = cri(1, `stdout F ${'x'.repeat(998)}secret`);
    const { entries } = decodeAll(text, { redact: [{ name: 'key', match: 'secret', with: '*' }] });
    expect(entries).toEqual([`1.0 ${'x'.repeat(998)}*`]);
  });
});

describe('joining lines', () => {
  const multiline = [{ 'first-line': '^\\S' }];
  const trace = (second: number) =>
    cri(second, 'stderr F Error: x') + cri(second, 'stderr F   at a', 1) + cri(second, 'stderr F   at b', 2);

  test('begins an entry at each first line', () => {
    const { entries, position } = decodeAll(trace(1) + trace(2), { multiline });
    expect(entries).toEqual(['1.0 err Error: x\n  at a\n  at b', '2.0 err Error: x\n  at a\n  at b']);
    expect(position.lines).toBe(2);
  });

  test('ends an entry before a line of the other stream, and after some seconds', () => {
    const text =
      cri(1, 'stderr F Error: x') +
      cri(1, 'stdout F hello') +
      cri(1, 'stderr F   at a') +
      cri(1, 'stderr F   at b') +
      cri(9, 'stderr F   late');
    expect(decodeAll(text, { multiline }).entries).toEqual([
      '1.0 err Error: x',
      '1.1 hello',
      '1.2 err   at a\n  at b',
      '9.0 err   late',
    ]);
  });

  test('ends it where it is as long as allowed', () => {
    const lines = Array.from({ length: 5 }, (_, i) => cri(1, `stdout F  ${i}`, i)).join('');
    expect(decodeAll(lines, { multiline: [{ 'first-line': '^x', 'max-lines': 2 }] }).entries).toEqual([
      '1.0  0\n 1',
      '1.2  2\n 3',
      '1.4  4',
    ]);
    expect(decodeAll(lines, { multiline: [{ 'first-line': '^x', 'max-size': 8 }] }).entries).toEqual([
      '1.0  0\n 1\n 2',
      '1.3  3\n 4',
    ]);
  });

  test('joins lines of parts as lines', () => {
    const text =
      cri(1, 'stdout P Er') + cri(1, 'stderr F other') + cri(1, 'stdout F ror') + cri(1, 'stdout F  at') + 'garbage\n';
    expect(decodeAll(text, { multiline }).entries).toEqual(['1.0 err other', '1.1 Error\n at', '1.2 format garbage']);
  });

  test('is dropped and redacted as one', () => {
    const { entries, counts } = decodeAll(trace(1) + cri(2, 'stdout F ok'), {
      multiline,
      drop: [{ name: 'traces', match: 'at b' }],
    });
    expect(entries).toEqual(['2.0 ok']);
    expect(counts[0]).toMatchObject({ lines: 1 });
  });

  test('gives the same entries however requests are cut', () => {
    const text = Array.from({ length: 60 }, (_, i) => {
      const stream = i % 11 === 5 ? 'stderr' : 'stdout';
      return cri(Math.floor(i / 9), `${stream} ${i % 13 === 4 ? 'P' : 'F'} ${i % 4 === 0 ? 'x' : ' y'}${i}`, i);
    }).join('');
    const whole = decodeAll(text, { multiline }).entries;
    expect(whole.length).toBeGreaterThan(15);
    for (const maxEntries of [1, 2, 3, 5]) {
      expect(decodeAll(text, { multiline }, maxEntries).entries).toEqual(whole);
    }
  });
});

test.each([
  ['drop', [{ name: 'a', match: '(' }], 'invalid RE2 regular expression "("'],
  ['drop', [{ name: 'a', match: '(?=x)' }], 'invalid RE2'],
  ['drop', ['justtext'], 'expected name and match (in a flag: NAME=REGEX)'],
  ['drop', ['a=x', 'a=y'], 'two rules have the same name'],
  ['redact', [{ name: 'a b', match: 'x' }], 'must be letters'],
] as const)('%s %j is refused', (key, value, message) => {
  expect(lineRuleSettings[key].safeParse(value).error?.issues[0]?.message).toContain(message);
});
