import { readPushAnswer } from './answer';

const STREAM = '{cluster="c1", container="app"}';
const behind = `entry with timestamp 2026-11-24 00:00:00 +0000 UTC ignored, reason: 'entry too far behind, entry timestamp is: 2026-11-24T00:00:00Z, oldest acceptable timestamp is: 2026-11-24T01:00:00Z',\n`;

/** Loki's answers as its sources have them, and what they mean for a push of 10 entries of one stream. */
test.each<[number, string, string]>([
  [204, '', 'stored'],
  [260, "ingestion blocked for user 'fake' until '2026-11-25' with status code '260'", 'retry'],
  [400, 'couldn’t parse labels: 1:2: parse error: unexpected character', 'poison'],
  [400, 'snappy: corrupt input', 'poison'],
  [400, 'decompressed message size too large than max', 'too-large'],
  [400, `1 errors like: max entry size '262144' bytes exceeded for stream '${STREAM}'`, 'refused 1'],
  [400, `3 errors like: entry for stream '${STREAM}' has timestamp too old: 2026-11-01T00:00:00Z`, 'refused 3'],
  [400, `2 errors like: a has timestamp too old; 1 errors like: max entry size '5' bytes exceeded`, 'refused 3'],
  [400, `1 errors like: entry for stream '${STREAM}' has timestamp too new: 2026-12-01T00:00:00Z`, 'retry'],
  [400, `entry for stream '${STREAM}' has timestamp too old: 2026-11-01T00:00:00Z`, 'refused 1'],
  [400, `stream '${STREAM}' has structured metadata size too large: '70000' bytes, limit: '65536' bytes`, 'refused 1'],
  [400, `${behind}user 'fake', total ignored: 4 out of 10 for stream: ${STREAM}`, 'too-far-behind 4'],
  [400, `${behind}user 'fake', total ignored: 99 out of 99 for stream: ${STREAM}`, 'too-far-behind 10'],
  [401, 'no org id', 'retry'],
  [403, 'forbidden', 'retry'],
  [404, '404 page not found', 'retry'],
  [405, 'method not allowed', 'retry'],
  [413, 'Request Entity Too Large', 'too-large'],
  [422, 'at least one valid stream is required for ingestion', 'retry'],
  [429, 'ingestion rate limit exceeded for user fake (limit: 4194304 bytes/sec)', 'retry'],
  [429, `entry with timestamp x ignored, reason: 'Per stream rate limit exceeded (limit: 3MB/sec)'`, 'retry'],
  [429, 'maximum active stream limit exceeded when trying to create stream', 'retry'],
  [500, 'rpc error: code = ResourceExhausted desc = grpc: received message larger than max (5 vs. 4)', 'too-large'],
  [500, 'at least 1 live replicas required, could only find 0', 'retry'],
  [500, 'empty ring', 'retry'],
  [500, 'Ingester is shutting down', 'retry'],
  [500, 'rpc error: code = DeadlineExceeded desc = context deadline exceeded', 'retry'],
  [500, 'label name is empty', 'poison'],
  [500, `normalization for label name "__" resulted in invalid name "_"`, 'poison'],
  [502, '<html>Bad Gateway</html>', 'retry'],
  [503, 'no healthy upstream', 'retry'],
])('%i %s: %s', (status, body, expected) => {
  const outcome = readPushAnswer(status, `${body}\n`, 10);
  expect('count' in outcome ? `${outcome.kind} ${outcome.count}` : outcome.kind).toBe(expected);
});

test('the reason is the answer’s beginning', () => {
  const outcome = readPushAnswer(500, ` ${'x'.repeat(1000)}\n`, 1);
  expect(outcome).toMatchObject({ kind: 'retry', reason: `500 ${'x'.repeat(300)}` });
});

test.each([
  [429, 'ingestion rate limit exceeded for user fake (limit: 4194304 bytes/sec)', 'no'],
  [401, 'no org id', 'no'],
  [429, `entry with timestamp x ignored, reason: 'Per stream rate limit exceeded (limit: 3MB/sec)'`, 'maybe'],
  [500, 'Ingester is shutting down', 'maybe'],
  [503, 'no healthy upstream', 'maybe'],
])('%i %s: something is stored: %s', (status, body, stored) => {
  expect(readPushAnswer(status, body, 10)).toMatchObject({ kind: 'retry', stored });
});
