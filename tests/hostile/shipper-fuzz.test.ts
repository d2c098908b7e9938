import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import winston from 'winston';
import { KINDS, parseRecord } from '../../model/evidence';
import { parseQuestion } from '../../model/lookup';
import { Checkpoint } from '../../shipper/agent/checkpoint/checkpoint';
import { emptyRecordState } from '../../shipper/agent/container/record-state';
import { Decoder } from '../../shipper/agent/entries/decoder';
import { EntryMetadata, MetadataForms } from '../../shipper/agent/entries/entry-metadata';
import { startOfFile } from '../../shipper/agent/files/position';
import { UserError } from '../../shipper/common/user-error';
import { agentConfig, agentGroup } from '../../shipper/config/agent-config';
import { lokiGroup } from '../../shipper/config/loki-settings';
import { runWith } from '../../shipper/config/testing/run-with';
import { Arena, PushEncoder } from '../../shipper/loki/push/encoder';
import { parseMatrix, parseStreams, parseTexts, StrangeAnswer } from '../../shipper/loki/query-answer';
import { decodePush } from '../../shipper/loki/testing/decode-push';
import { fc, fuzzRuns } from '../testkit/fuzz';

// Readers of bytes from outside: they take what they are given, or refuse it with their own error.
const dir = mkdtempSync(join(tmpdir(), 'afterlog-fuzz-'));
afterAll(() => rmSync(dir, { recursive: true }));

/** A text of pieces, which come near to what the reader expects, and of anything. */
const textOf = (...pieces: string[]) =>
  fc
    .array(fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...pieces) }, fc.string(), fc.string({ unit: 'binary' })), {
      maxLength: 40,
    })
    .map((parts) => parts.join(''));

/** A good text with some bytes changed, and cut somewhere. */
const damaged = (text: string) =>
  fc
    .tuple(
      fc.array(fc.tuple(fc.nat(text.length - 1), fc.integer({ min: 0, max: 255 })), { maxLength: 6 }),
      fc.oneof(fc.constant(text.length), fc.nat(text.length))
    )
    .map(([changes, length]) => {
      const bytes = Buffer.from(text);
      changes.forEach(([at, byte]) => (bytes[at] = byte));
      return bytes.subarray(0, length);
    });

describe('log files', () => {
  const BLOCK = 16 * 1024;
  const REQUEST = 256 * 1024;
  const MAX_LINE = 200;
  const lines = textOf(
    ...[
      '2026-11-24T00:00:01.000000000Z stdout F ',
      '2026-11-24T00:00:02Z stderr P ',
      '9999-12-31T23:59:59Z stdout F x',
      '\n',
      '\n\n',
    ],
    ...[
      '{"log":"a\\n","stream":"stdout","time":"2026-11-24T00:00:01Z"}',
      '{"log":"',
      '","time":',
      '\\u',
      '\\ud800',
      '"',
    ],
    ...[
      '\0',
      '\0'.repeat(600),
      'x'.repeat(300),
      ' ',
      'T',
      'Z',
      'F',
      'P',
      '\r',
      '2026-13-45T99:99:99Z stdout F ',
      '0000-00-00T00:00:00Z',
    ]
  );

  test('of CRI and json-file may hold anything: all of it is read, no entry is longer than Loki takes', () => {
    fc.assert(
      fc.property(lines, fc.nat(100), (text, split) => {
        const bytes = Buffer.from(text);
        if (bytes.length > BLOCK) {
          return;
        }
        const arena = new Arena(BLOCK + 1 + REQUEST + 256 * 1024);
        const start = arena.reserve(BLOCK + 1).start;
        const request = arena.reserve(REQUEST);
        const encoder = new PushEncoder(arena, request.start, request.end);
        const metadata = new EntryMetadata(arena);
        metadata.use(new MetadataForms([]));
        const decoder = new Decoder(encoder);
        const position = startOfFile();
        encoder.begin('{}');
        // As a file that grows: its beginning first, then all that is left.
        for (const end of [Math.floor((bytes.length * split) / 100), bytes.length]) {
          const left = bytes.subarray(position.offset, end);
          left.copy(arena.memory, start);
          const isAll = end === bytes.length;
          const block = { memory: arena.memory, start, end: start + left.length, final: isAll, flush: false };
          const before = position.offset;
          decoder.decode(block, position, metadata, {
            ...{ from: 0, to: Infinity, maxLineBytes: MAX_LINE, maxPayload: Infinity, maxEntries: Infinity },
            ...{
              fallbackSeconds: 1_795_478_400,
              futureFrom: Infinity,
              arrivalSeconds: 1_795_478_400,
              keepsFuture: false,
              misdated: 'store' as const,
            },
          });
          expect(position.offset).toBeGreaterThanOrEqual(before);
        }
        expect(position.offset).toBe(bytes.length);
        for (const { line } of decodePush(encoder.request()).entries) {
          expect(Buffer.byteLength(line)).toBeLessThanOrEqual(MAX_LINE);
        }
      }),
      fuzzRuns(2000)
    );
  });
});

test('a configuration file is read, or refused with its name', () => {
  const file = join(dir, 'agent.yaml');
  const pieces = [
    'loki:',
    '\n',
    '  ',
    'url: ',
    'http://x',
    'batch: {wait: ',
    '1s',
    '}',
    '__proto__: ',
    'constructor: {',
    '&a ',
    '*a',
    '!!js/function ',
    '? ',
    '- ',
    '"',
    '|',
    '<<: *a',
  ];
  fc.assert(
    fc.property(textOf(...pieces, ...Object.keys(agentGroup.schema.shape)), (text) => {
      writeFileSync(file, text);
      try {
        const input = runWith([agentGroup, lokiGroup], ['--config', file]);
        agentConfig(input.read(agentGroup), input.read(lokiGroup), {});
      } catch (error) {
        expect(error).toBeInstanceOf(UserError);
        expect(String(error)).toMatch(/agent\.yaml|is not a URL of a Loki/);
      }
    }),
    fuzzRuns()
  );
});

test('a checkpoint that was damaged is read as far as it is whole, and the rest is kept aside', () => {
  const state = mkdtempSync(join(dir, 'state-'));
  const file = join(state, 'checkpoint.jsonl');
  const quiet = winston.createLogger({ silent: true });
  const saved = Array.from({ length: 3 }, (_, i) => ({
    id: `uid/c${i}/0`,
    run: { namespace: 'ns', pod: 'pod', podUid: 'uid', container: `c${i}`, restart: 0 },
    directory: `ns_pod_uid/c${i}`,
    account: emptyRecordState(),
    files: [],
  }));
  const now = '2026-11-28T12:00:00.000000000Z';
  const good = new Checkpoint(state, quiet);
  good.load(now);
  saved.forEach((one) => good.save(one));
  const whole = readFileSync(file, 'utf8');
  expect(new Checkpoint(state, quiet).load(now)).toHaveLength(saved.length);
  fc.assert(
    fc.property(damaged(whole), (bytes) => {
      readdirSync(state).forEach((name) => rmSync(join(state, name)));
      writeFileSync(file, bytes);
      const checkpoint = new Checkpoint(state, quiet);
      const loaded = checkpoint.load(now);
      const known = new Set(saved.map(({ id }) => id));
      expect(loaded.filter(({ id }) => !known.has(id))).toEqual([]);
      if (loaded.length < saved.length && bytes.length === whole.length) {
        expect(readdirSync(state).some((name) => name.includes('.corrupt-'))).toBe(true);
      }
    }),
    fuzzRuns(200)
  );
});

test('records are read, or counted as unreadable', () => {
  const field = fc.oneof(
    fc.string(),
    fc.double(),
    fc.constant(null),
    fc.boolean(),
    fc.constantFrom('__proto__', 'constructor')
  );
  const names = [
    'v',
    'kind',
    'id',
    'cluster',
    'node',
    'namespace',
    'pod',
    'podUid',
    'time',
    'status',
    '__proto__',
    'gaps',
  ];
  const object = fc.dictionary(
    fc.oneof(fc.constantFrom(...names), fc.string()),
    fc.oneof(field, fc.array(field), fc.jsonValue())
  );
  const line = fc.oneof(
    fc.string(),
    fc.jsonValue().map((value) => JSON.stringify(value)),
    object.map((value) => JSON.stringify(value))
  );
  fc.assert(
    fc.property(line, fc.constantFrom(...Object.values(KINDS).map(({ schema }) => schema)), (text, schema) => {
      parseRecord<unknown>(text, schema);
    }),
    fuzzRuns(1000)
  );
});

test('answers of Loki are read, or called none of Loki’s', () => {
  const pieces = [
    '{"status":"success","data":{',
    '"resultType":"streams","result":[',
    '{"stream":{',
    '"values":[[',
    '"1"',
    'NaN',
    '1e999',
    ']',
    '}',
    '"',
    ',',
    '{"structuredMetadata":',
    '"metric":{}',
    '"value":[1,"x"]',
  ];
  const body = fc.oneof(
    textOf(...pieces),
    fc.jsonValue().map((result) => JSON.stringify({ status: 'success', data: { resultType: 'streams', result } })),
    fc
      .jsonValue()
      .map((value) => JSON.stringify({ data: { result: [{ stream: value, metric: value, values: [value], value }] } }))
  );
  fc.assert(
    fc.property(
      body,
      fc.constantFrom<(text: string) => unknown>(parseStreams, parseMatrix, parseTexts),
      (text, read) => {
        try {
          read(text);
        } catch (error) {
          expect(error).toBeInstanceOf(StrangeAnswer);
        }
      }
    ),
    fuzzRuns(1000)
  );
});

test('a pasted text may be anything', () => {
  const pieces = [
    'unable to retrieve container logs for containerd://',
    'a'.repeat(64),
    'kubectl logs ',
    '-n ',
    'pod/',
    'job/',
    ' -c ',
    '"',
    "'",
    '\\',
    '\u001b[31m',
    '\n',
    '{"pod":"',
    'not found',
    '__proto__',
    'constructor',
    '$(',
    '`',
  ];
  fc.assert(
    fc.property(textOf(...pieces), (text) => {
      const { targets, otherwise } = parseQuestion(text);
      for (const target of [...targets, ...otherwise]) {
        expect(Object.values(target).join('')).not.toMatch(/[\u001b\n]/);
      }
    }),
    fuzzRuns(1000)
  );
});
