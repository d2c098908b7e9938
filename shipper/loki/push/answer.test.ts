import { noAnswer, readPushAnswer, type PushOutcome } from './answer';

const STREAM = '{cluster="c1", container="app"}';
const behind = `entry with timestamp 2026-11-24 00:00:00 +0000 UTC ignored, reason: 'entry too far behind, entry timestamp is: 2026-11-24T00:00:00Z, oldest acceptable timestamp is: 2026-11-24T01:00:00Z',\n`;
const limited = `entry with timestamp 2026-11-24 00:00:00 +0000 UTC ignored, reason: 'Per stream rate limit exceeded (limit: 3MB/sec) while attempting to ingest for stream '${STREAM}' totaling 1B',\n`;
const old = (time: string) =>
  `entry for stream '${STREAM}' has timestamp too old: ${time}, oldest acceptable timestamp is: 2026-11-17T00:00:00Z`;
const long = `max entry size '262144' bytes exceeded for stream '${STREAM}' while adding an entry with length '300000' bytes`;
const tooNew = `entry for stream '${STREAM}' has timestamp too new: 2026-12-01T00:00:00Z`;
const page = (title: string) => `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center>nginx</center>`;

const read = (status: number, body: string) => readPushAnswer({ status, body: `${body}\n`, cut: false }, 10);
const shortly = (outcome: PushOutcome) =>
  outcome.kind === 'stored'
    ? 'stored'
    : [outcome.kind, outcome.reason, ...(outcome.kind === 'faulty' ? [outcome.count] : [])].join(' ');

/** Answers of Loki, of proxies and of others, and what they mean for a push of 10 entries of one stream. */
test.each<[number, string, string]>([
  [204, '', 'stored'],
  // Faults of entries.
  [400, long, 'faulty too-long 1'],
  [400, `3 errors like: ${old('2026-11-01T00:00:00Z')}`, 'faulty too-old 3'],
  [400, old('2026-11-01T00:00:00Z'), 'faulty too-old 1'],
  [
    400,
    `2 errors like: ${old('2026-11-01T00:00:00Z')}; 1 errors like: ${old('2026-11-02T00:00:00Z')}`,
    'faulty too-old 3',
  ],
  [400, `2 errors like: ${old('2026-11-01T00:00:00Z')}; 1 errors like: ${long}`, 'faulty mixed 3'],
  [400, tooNew, 'faulty too-new 1'],
  [400, `${behind}user 'fake', total ignored: 4 out of 10 for stream: ${STREAM}`, 'faulty too-far-behind 4'],
  [400, `${behind}user 'fake', total ignored: 99 out of 99 for stream: ${STREAM}`, 'faulty too-far-behind 10'],
  // A fault beside something else is no fault alone.
  [
    400,
    `1 errors like: ${long}; 9 errors like: stream '${STREAM}' includes structured metadata, but this feature is disallowed.`,
    'wait structured_metadata_disallowed',
  ],
  [400, `${behind}${limited}user 'fake', total ignored: 2 out of 10 for stream: ${STREAM}`, 'wait unknown_answer'],
  [400, 'entry too far behind', 'wait unknown_answer'],
  [403, long, 'wait forbidden'],
  // The way, the tenant, the limits.
  [400, 'Client sent an HTTP request to an HTTPS server.', 'wait https_required'],
  [400, page('400 The plain HTTP request was sent to HTTPS port'), 'wait https_required'],
  [400, page('400 Bad Request'), 'wait html_answer'],
  [400, page(long), 'wait html_answer'],
  [400, `missing required labels cluster for user 'fake' for stream '${STREAM}' (policy: '')`, 'wait missing_labels'],
  [400, `entry for stream '${STREAM}' has 16 label names; limit 15`, 'wait label_limits'],
  [400, `stream '${STREAM}' has label value too long: 'x'`, 'wait label_limits'],
  [
    400,
    `stream '${STREAM}' has structured metadata too large: '70000' bytes, limit: '65536' bytes.`,
    'wait structured_metadata_limits',
  ],
  [
    400,
    `stream '${STREAM}' has too many structured metadata labels: '200', limit: '128'.`,
    'wait structured_metadata_limits',
  ],
  [400, 'snappy: corrupt input', 'wait unknown_answer'],
  [400, '', 'wait unknown_answer'],
  [301, '', 'wait redirect'],
  [308, page('308 Permanent Redirect'), 'wait redirect'],
  [200, 'ok', 'wait not_acknowledged'],
  [202, '', 'wait not_acknowledged'],
  [260, "ingestion blocked for user 'fake' until '2026-11-25' with status code '260'", 'wait ingestion_blocked'],
  [401, 'no org id', 'wait tenant'],
  [401, page('401 Authorization Required'), 'wait html_answer'],
  [401, '', 'wait unauthorized'],
  [403, 'forbidden', 'wait forbidden'],
  [404, '404 page not found', 'wait not_found'],
  [405, 'method not allowed', 'wait not_found'],
  [418, 'teapot', 'wait unknown_answer'],
  [422, 'error at least one valid stream is required for ingestion', 'wait unknown_answer'],
  [429, 'ingestion rate limit exceeded for user fake (limit: 4194304 bytes/sec)', 'wait rate_limited'],
  [429, `${limited}user 'fake', total ignored: 10 out of 10 for stream: ${STREAM}`, 'wait stream_rate_limited'],
  [429, 'maximum active stream limit exceeded when trying to create stream', 'wait stream_limit'],
  [429, 'slow down', 'wait rate_limited'],
  [500, 'at least 1 live replicas required, could only find 0', 'wait server_error'],
  [500, 'label name is empty', 'wait server_error'],
  [502, page('502 Bad Gateway'), 'wait html_answer'],
  [503, 'no healthy upstream', 'wait server_error'],
  // What smaller requests pass.
  [413, page('413 Request Entity Too Large'), 'too-large request_too_large'],
  [400, 'decompressed message size too large than max', 'too-large request_too_large'],
  [
    500,
    'rpc error: code = ResourceExhausted desc = grpc: received message larger than max (5 vs. 4)',
    'too-large request_too_large',
  ],
])('%i %s: %s', (status, body, expected) => {
  expect(shortly(read(status, body))).toBe(expected);
});

test('a fault says what it is held against', () => {
  expect(read(400, long)).toMatchObject({ limit: 262_144 });
  expect(read(400, old('2026-11-01T00:00:00Z'))).toMatchObject({ limit: Date.parse('2026-11-17T00:00:00Z') });
});

test('of an answer that is cut off, whose beginning names faults, only a smaller request gets a readable one', () => {
  const body = Array.from({ length: 9 }, (_, i) => `1 errors like: ${old(`2026-11-0${i}T00:00:00Z`)}`).join('; ');
  expect(shortly(readPushAnswer({ status: 400, body: body.slice(0, -100), cut: true }, 10))).toMatch(/^too-large/);
  expect(shortly(readPushAnswer({ status: 400, body: 'x'.repeat(1000), cut: true }, 10))).toBe('wait unknown_answer');
});

test('the answer is its beginning', () => {
  expect(read(500, ` ${'x'.repeat(1000)}`)).toMatchObject({ kind: 'wait', answer: `500 ${'x'.repeat(300)}` });
});

test.each([
  [429, 'ingestion rate limit exceeded for user fake (limit: 4194304 bytes/sec)', 'no'],
  [401, 'no org id', 'no'],
  [400, 'Client sent an HTTP request to an HTTPS server.', 'no'],
  [429, `${limited}user 'fake', total ignored: 10 out of 10 for stream: ${STREAM}`, 'maybe'],
  [500, 'Ingester is shutting down', 'maybe'],
  [400, 'unheard of', 'maybe'],
])('%i %s: something is stored: %s', (status, body, stored) => {
  expect(read(status, body)).toMatchObject({ kind: 'wait', stored });
});

test.each([
  ['connect ECONNREFUSED 127.0.0.1:3100', 'no_answer', 'no', 'whether Loki runs'],
  ['write EPROTO 0:error:0A00010B:SSL routines::wrong version number', 'no_answer', 'no', 'http://'],
  ['self-signed certificate', 'no_answer', 'no', '--loki.tls-ca-file'],
  ['no answer within 15000 ms', 'no_answer', 'maybe', ''],
])('no answer: %s', (text, reason, stored, advice) => {
  expect(noAnswer(new Error(text))).toMatchObject({ reason, stored, advice: expect.stringContaining(advice) });
});
