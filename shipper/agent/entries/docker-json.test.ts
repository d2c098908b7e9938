import { DockerJsonParser } from './docker-json';

function parse(text: string) {
  const parser = new DockerJsonParser();
  const memory = Buffer.from(`x${text}x`);
  if (!parser.parse(memory, 1, memory.length - 1)) {
    return null;
  }
  const { seconds, nanos, stream, partial, decoded } = parser;
  return { seconds, nanos, stream, partial, content: decoded?.toString() };
}

const TIME = '2026-11-24T00:00:01.000000007Z';
const line = (fields: object) => JSON.stringify({ log: 'text\n', stream: 'stdout', time: TIME, ...fields });

test('time, stream and content', () => {
  expect(parse(line({}))).toEqual({
    seconds: 1_795_478_401,
    nanos: 7,
    stream: 0,
    partial: false,
    content: 'text',
  });
});

test.each([
  [{ stream: 'stderr' }, { stream: 1 }],
  [{ stream: undefined }, { stream: 0 }],
  [{ log: 'goes on' }, { partial: true, content: 'goes on' }],
  [{ log: '\n' }, { partial: false, content: '' }],
  [{ log: '' }, { partial: true, content: '' }],
  [{ log: 'tab\tquote"\u001b[0m größer\r\n' }, { content: 'tab\tquote"\u001b[0m größer\r' }],
  [{ attrs: { tag: 'x' } }, { content: 'text' }],
  [{ time: '1969-12-31T23:59:59.25Z' }, { seconds: -1, nanos: 250_000_000 }],
  [{ time: '0001-01-01T00:00:00Z' }, { seconds: -62_135_596_800, nanos: 0 }],
  [{ time: '2026-11-24T01:00:01+01:00' }, { seconds: 1_795_478_401, nanos: 0 }],
])('%j', (fields, expected) => {
  expect(parse(line(fields))).toMatchObject(expected);
});

test.each([
  ['{"log":"text\\n","stream":"stdout","time":"2026-'],
  ['text'],
  ['[]'],
  [line({ log: 1 })],
  [line({ stream: 'stdin' })],
  [line({ time: 'yesterday' })],
  [line({ time: undefined })],
])('is no json-file line: %s', (text) => {
  expect(parse(text)).toBeNull();
});
