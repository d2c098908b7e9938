import { gzipSync } from 'node:zlib';
import { fc, fuzzRuns } from '../tests/testkit/fuzz';
import { compressSync } from 'snappy';
import { Params } from './api/params';
import { RequestError } from './common/request-error';
import { defaultLimits } from './common/limits';
import { labelsOf } from './common/labels';
import { readPush } from './ingest/push-request';
import { Pipeline } from './logql/pipeline/pipeline';
import { parseQuery } from './logql/syntax/parse';
import { compileSelector } from './logql/matching/matcher';
import { storedEntries } from './storage/block';
import { encodeMetadata, encodeValue } from './storage/entry';

// What comes from outside may be refused with a RequestError, and do nothing else.
const limits = { ...defaultLimits, maxDecompressedSize: 1 << 20 };
const longTimeoutMs = 24 * 3_600_000;

/** Bytes that are near to what is meant: a valid body with some of it changed, cut, or doubled. */
function mutated(valid: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> {
  const change = fc.record({ at: fc.nat(), kind: fc.constantFrom('set', 'cut', 'double', 'drop'), byte: fc.nat(255) });
  return fc.tuple(valid, fc.array(change, { maxLength: 6 })).map(([body, changes]) =>
    changes.reduce((bytes, { at, kind, byte }) => {
      const place = bytes.length === 0 ? 0 : at % bytes.length;
      switch (kind) {
        case 'cut':
          return bytes.subarray(0, place);
        case 'double':
          return Buffer.concat([bytes.subarray(0, place), bytes.subarray(Math.floor(place / 2))]);
        case 'drop':
          return Buffer.concat([bytes.subarray(0, place), bytes.subarray(place + 1)]);
        default:
          return Buffer.concat([bytes.subarray(0, place), Buffer.from([byte]), bytes.subarray(place + 1)]);
      }
    }, body)
  );
}

const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const varint = (value: number): number[] =>
  value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))];
const field = (number: number, content: Buffer) =>
  Buffer.concat([Buffer.from([(number << 3) | 2, ...varint(content.length)]), content]);

const entry = fc
  .record({ seconds: fc.nat(), line: fc.string(), name: fc.string(), value: fc.string() })
  .map(({ seconds, line, name, value }) =>
    Buffer.concat([
      field(1, Buffer.from([8, ...varint(seconds)])),
      field(2, Buffer.from(line)),
      field(3, Buffer.concat([field(1, Buffer.from(name)), field(2, Buffer.from(value))])),
    ])
  );
const protobuf = fc
  .record({
    labels: fc.constantFrom('{a="b"}', '{a="b", c="d\\"e"}', '{}', '{'),
    entries: fc.array(entry, { maxLength: 4 }),
  })
  .map(({ labels, entries }) =>
    field(1, Buffer.concat([field(1, Buffer.from(labels)), ...entries.map((content) => field(2, content))]))
  );
const json = fc
  .oneof(
    fc.jsonValue(),
    fc.record({
      streams: fc.array(
        fc.record({
          stream: fc.oneof(fc.dictionary(fc.string(), fc.string()), fc.jsonValue()),
          values: fc.array(
            fc.oneof(fc.tuple(fc.bigInt({ min: 0n }).map(String), fc.string()), fc.jsonValue() as fc.Arbitrary<unknown>)
          ),
        }),
        { maxLength: 3 }
      ),
    })
  )
  .map((value) => Buffer.from(JSON.stringify(value)));

async function refusesOnly(task: () => unknown): Promise<void> {
  try {
    await task();
  } catch (error) {
    expect(error).toBeInstanceOf(RequestError);
  }
}

/** Words of LogQL and texts, in any order. */
const words = fc.constantFrom(
  ...'{ } ( ) [ ] | |= != |~ !~ |> = =~ == > < , + - * / % ^ and or unless on ignoring group_left by without sum topk( avg rate( count_over_time( quantile_over_time( label_replace( vector( [5m] [1h] offset 1h 5 0.5 json logfmt --strict pattern regexp unpack line_format label_format drop keep decolorize unwrap duration( bytes( ip( a b app __error__ {a="b"} {app=~".+"} "x" "(?P<x>.*)=" "<a> <b>" `{{.a}}` `{{printf "%5d" 1}}` `{{range fromJson .a}}{{.}}{{end}}` "10.0.0.0/8" 20MB 3s'.split(
    ' '
  )
);
const query = fc.oneof(
  fc
    .array(fc.oneof({ weight: 9, arbitrary: words }, { weight: 1, arbitrary: fc.string({ maxLength: 8 }) }), {
      maxLength: 25,
    })
    .map((parts) => parts.join(' ')),
  fc.tuple(fc.array(words, { maxLength: 12 })).map(([parts]) => `{app="x"} | ${parts.join(' ')}`),
  fc.string({ unit: 'binary' })
);
const stage = fc.oneof(
  fc.constantFrom(
    'json',
    'logfmt',
    'logfmt --strict',
    'unpack',
    'decolorize',
    'json v="a.b[0]"',
    'pattern "<a> <b>"',
    'regexp "(?P<x>\\\\w+)"'
  ),
  fc.string({ maxLength: 20 }).map((text) => `line_format ${JSON.stringify(`{{ ${text} }}`)}`),
  fc
    .tuple(
      fc.constantFrom(
        'printf "%5.2f|%d|%q|%c|%x"',
        'substr 1',
        'trunc',
        'repeat 3',
        'alignLeft 5',
        'replace "a"',
        'regexReplaceAll "a*"',
        'add 1',
        'div 5',
        'mul 9223372036854775807',
        'date "2006-01-02"',
        'unixToTime',
        'fromJson',
        'index',
        'int',
        'round',
        'b64dec',
        'urldecode',
        'bytes',
        'duration',
        'title',
        'nindent 2',
        'len',
        'eq 1',
        'count "a"'
      ),
      fc.constantFrom(
        '.a',
        '__line__',
        '"x"',
        '1',
        '-1',
        '1.5',
        '(fromJson __line__)',
        '__timestamp__',
        'now',
        '$',
        'nil',
        'true'
      )
    )
    .map((call) => `line_format \`{{ ${call.join(' ')} }}\``)
);

describe('inputs that nobody chose', () => {
  const check = <T>(arbitrary: fc.Arbitrary<T>, task: (input: T) => unknown) =>
    fc.assert(
      fc.asyncProperty(arbitrary, (input) => refusesOnly(() => task(input))),
      fuzzRuns()
    );

  it(
    'pushes of protobuf in snappy',
    () => check(mutated(protobuf), (body) => readPush('application/x-protobuf', undefined, compressSync(body), limits)),
    longTimeoutMs
  );

  it(
    'snappy',
    () =>
      check(fc.oneof(bytes, mutated(protobuf.map((body) => compressSync(body)))), (body) =>
        readPush('application/x-protobuf', undefined, body, limits)
      ),
    longTimeoutMs
  );

  it(
    'pushes of JSON',
    () => check(mutated(json), (body) => readPush('application/json', undefined, body, limits)),
    longTimeoutMs
  );

  it(
    'gzip and deflate',
    () =>
      check(
        fc.tuple(mutated(json.map((body) => gzipSync(body))), fc.constantFrom('gzip', 'deflate', 'snappy')),
        ([body, encoding]) => readPush('application/json', encoding, body, limits)
      ),
    longTimeoutMs
  );

  it(
    'LogQL',
    () =>
      check(query, (text) => {
        const expr = parseQuery(text);
        if (expr.kind === 'log') {
          compileSelector(expr.matchers);
          new Pipeline(expr.stages);
        }
      }),
    longTimeoutMs
  );

  it(
    'lines that are parsed and formatted',
    () =>
      check(
        fc.tuple(
          fc.array(stage, { minLength: 1, maxLength: 3 }),
          fc.oneof(
            fc.string({ unit: 'binary' }),
            fc.jsonValue().map((value) => JSON.stringify(value)),
            fc.constantFrom('a=b c="d\\"', '{"a":"b"', '[1,2', 'a="')
          )
        ),
        ([stages, line]) => {
          const expr = parseQuery(`{app="x"} | ${stages.join(' | ')}`);
          const pipeline = new Pipeline(expr.kind === 'log' ? expr.stages : []);
          const value = encodeValue(encodeMetadata(labelsOf([['a', line.slice(0, 20)]])), Buffer.from(line));
          storedEntries([{ time: 1_795_481_078_123_456_789n, value }]).forEach((stored) =>
            pipeline.process({ labels: labelsOf([['app', 'x']]) }, stored)?.labels.result()
          );
        }
      ),
    longTimeoutMs
  );

  it(
    'parameters of requests',
    () =>
      check(
        fc.dictionary(
          fc.constantFrom('start', 'end', 'since', 'step', 'interval', 'limit', 'direction', 'time'),
          fc.oneof(fc.string(), fc.double().map(String), fc.bigInt().map(String))
        ),
        (values) => {
          const params = new Params(new URLSearchParams(values), 1_795_481_078_123);
          params.time('time');
          params.limit(limits);
          params.duration('interval');
          params.forward();
          params.step(params.range());
        }
      ),
    longTimeoutMs
  );
});
