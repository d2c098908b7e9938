import { randomBytes } from 'node:crypto';
import { compressSync } from 'snappy';
import { connectLoki, type LokiConnection } from '../../shipper/loki/connection';
import { readPushAnswer, type PushOutcome } from '../../shipper/loki/push/answer';
import { lokiProgram } from './loki-program';
import { tenants, type Tenant } from './push-contract/tenants';
import { tenantedLoki, type TenantedLoki } from './store-differential/loki-process';

// What a real Loki answers to a push, and what the agent makes of it (grafana/loki v3.7.6, docs/agent.md).
if (!lokiProgram) {
  console.warn('push-contract: NOT RUN, no Loki whose limits can be chosen: set LOKI_BIN to its binary');
}

const MAX_RECEIVED = 5 * 1024 * 1024;
const now = BigInt(Date.now()) * 1_000_000n;
const hour = 3_600_000_000_000n;

type Value = [string, string, Record<string, string>?];
const value = (ago = 0n, line = 'line', metadata?: Record<string, string>): Value =>
  metadata ? [`${now - ago}`, line, metadata] : [`${now - ago}`, line];
const json = (stream: Record<string, string>, ...values: Value[]) => JSON.stringify({ streams: [{ stream, values }] });
/** A stream of its own for each answer. */
const of = (name: string) => ({ contract: name });

interface Answer {
  name: string;
  tenant?: Tenant | 'none' | '../etc';
  body: string | Buffer;
  headers?: Record<string, string>;
  entries?: number;
  status: number;
  text?: RegExp;
  outcome: PushOutcome['kind'];
  reason?: string;
  count?: number;
}

const asJson = { 'content-type': 'application/json' };
const asProtobuf = { 'content-type': 'application/x-protobuf' };
const many = Array.from({ length: 20 }, (_, i) => value(BigInt(i), `line ${i}`));

const answers: Answer[] = [
  { name: 'all stored', body: json(of('stored'), value()), status: 204, outcome: 'stored' },
  {
    name: 'no tenant',
    tenant: 'none',
    body: json(of('a'), value()),
    status: 401,
    text: /no org id/,
    outcome: 'wait',
    reason: 'tenant',
  },
  {
    name: 'ingestion blocked',
    tenant: 'blocked',
    body: json(of('a'), value()),
    status: 260,
    text: /blocked/,
    outcome: 'wait',
    reason: 'ingestion_blocked',
  },
  {
    name: 'no streams',
    body: '{"streams": []}',
    status: 422,
    text: /at least one valid stream/,
    outcome: 'wait',
    reason: 'unknown_answer',
  },
  { name: 'no JSON', body: '{"streams": [', status: 400, outcome: 'wait', reason: 'unknown_answer' },
  {
    name: 'no snappy',
    body: 'not snappy',
    headers: asProtobuf,
    status: 400,
    outcome: 'wait',
    reason: 'unknown_answer',
  },
  {
    name: 'no protobuf',
    body: compressSync(Buffer.from([0xff, 0xff, 0xff])),
    headers: asProtobuf,
    status: 400,
    outcome: 'wait',
    reason: 'unknown_answer',
  },
  {
    name: 'an unknown encoding',
    body: json(of('a'), value()),
    headers: { ...asJson, 'content-encoding': 'zstd' },
    status: 400,
    text: /not supported/,
    outcome: 'wait',
    reason: 'unknown_answer',
  },
  {
    name: 'a line too long among others',
    tenant: 'short',
    body: json(of('long'), value(2n), value(1n, 'x'.repeat(2_000)), value()),
    entries: 3,
    status: 400,
    text: /max entry size/,
    outcome: 'faulty',
    reason: 'too-long',
    count: 1,
  },
  {
    name: 'lines too old among others',
    tenant: 'stale',
    body: json(of('old'), value(3n * hour), value(2n * hour), value()),
    entries: 3,
    status: 400,
    text: /timestamp too old/,
    outcome: 'faulty',
    reason: 'too-old',
    count: 2,
  },
  {
    name: 'a line too new',
    body: json(of('new'), value(-hour)),
    status: 400,
    text: /timestamp too new/,
    outcome: 'faulty',
    reason: 'too-new',
  },
  {
    name: 'a line too far behind its stream',
    body: json(of('behind'), value(), value(2n * hour), value(1n)),
    entries: 3,
    status: 400,
    text: /entry too far behind/,
    outcome: 'faulty',
    reason: 'too-far-behind',
    count: 1,
  },
  {
    name: 'more than ten lines too far behind',
    body: json(of('far behind'), value(), ...many.map(([, line], i) => value(2n * hour + BigInt(i), line))),
    entries: 21,
    status: 400,
    text: /total ignored: 20 out of 21/,
    outcome: 'faulty',
    reason: 'too-far-behind',
    count: 20,
  },
  {
    name: 'labels that the tenant requires',
    tenant: 'strict',
    body: json({ a: '1' }, value()),
    status: 400,
    text: /missing required labels/,
    outcome: 'wait',
    reason: 'missing_labels',
  },
  {
    name: 'an invalid tenant',
    tenant: '../etc',
    body: json(of('a'), value()),
    status: 400,
    outcome: 'wait',
  },
  {
    name: 'too many labels',
    tenant: 'labelled',
    body: json({ a: '1', b: '2', c: '3', d: '4' }, value()),
    status: 400,
    text: /label names; limit 3/,
    outcome: 'wait',
    reason: 'label_limits',
  },
  {
    name: 'a label value too long',
    tenant: 'laconic',
    body: json({ a: 'longer than ten' }, value()),
    status: 400,
    text: /label value too long/,
    outcome: 'wait',
    reason: 'label_limits',
  },
  {
    name: 'too much metadata',
    tenant: 'terse',
    body: json(of('terse'), value(1n), value(0n, 'x', { a: '1', b: '2', c: '3', d: '4' })),
    entries: 2,
    status: 400,
    text: /too many structured metadata/,
    outcome: 'wait',
    reason: 'structured_metadata_limits',
  },
  {
    name: 'metadata too large',
    tenant: 'slim',
    body: json(of('slim'), value(1n), value(0n, 'x', { a: 'x'.repeat(100) })),
    entries: 2,
    status: 400,
    text: /structured metadata too large/,
    outcome: 'wait',
    reason: 'structured_metadata_limits',
  },
  {
    name: 'metadata where none is allowed',
    tenant: 'bare',
    body: json(of('bare'), value(1n), value(0n, 'x', { a: '1' })),
    entries: 2,
    status: 400,
    text: /structured metadata/,
    outcome: 'wait',
    reason: 'structured_metadata_disallowed',
  },
  {
    name: 'a metadata name that is none',
    body: json(of('name'), value(1n), value(0n, 'x', { '': '1' })),
    entries: 2,
    status: 500,
    text: /label name is empty/,
    outcome: 'wait',
    reason: 'server_error',
  },
  {
    name: "more at once than the tenant's burst",
    tenant: 'slow',
    body: json(of('slow'), value(0n, 'x'.repeat(200_000)), value(1n, 'x'.repeat(200_000))),
    status: 429,
    text: /ingestion rate limit exceeded/i,
    outcome: 'wait',
    reason: 'rate_limited',
  },
  {
    name: "more at once than the stream's burst",
    tenant: 'narrow',
    body: json(of('narrow'), value(0n, 'x'.repeat(90_000)), value(1n, 'y'.repeat(90_000))),
    entries: 2,
    status: 429,
    text: /Per stream rate limit exceeded/,
    outcome: 'wait',
    reason: 'stream_rate_limited',
  },
  {
    name: 'more than Loki takes over the wire',
    body: randomBytes(MAX_RECEIVED + 1),
    headers: asProtobuf,
    status: 413,
    outcome: 'too-large',
  },
  {
    name: 'more than a message to the ingester holds',
    tenant: 'large',
    body: json(of('larger'), ...Array.from({ length: 22 }, (_, i) => value(BigInt(i), 'x'.repeat(200_000)))),
    entries: 22,
    status: 500,
    text: /message larger than max/,
    outcome: 'too-large',
  },
];

(lokiProgram ? describe : describe.skip)('what a real Loki answers to a push', () => {
  let loki: TenantedLoki;
  const connections = new Map<string, LokiConnection>();

  beforeAll(async () => {
    loki = await tenantedLoki(tenants, MAX_RECEIVED);
  });
  afterAll(async () => {
    await Promise.all([...connections.values()].map((connection) => connection.close()));
    await loki.stop();
  });

  function connectionOf(tenant: string): LokiConnection {
    const connection =
      connections.get(tenant) ?? connectLoki({ url: loki.url, ...(tenant !== 'none' && { tenantId: tenant }) });
    connections.set(tenant, connection);
    return connection;
  }

  const push = (
    tenant: string,
    body: string | Buffer,
    headers: Record<string, string> = asJson,
    path = '/loki/api/v1/push'
  ) => connectionOf(tenant).request('POST', path, { body, headers });

  it.each(answers)('$name: $status, $outcome', async (expected) => {
    const { tenant = 'plain', body, headers, entries = 1, status, text, outcome, reason, count } = expected;
    const answer = await push(tenant, body, headers);
    expect({ status: answer.status, body: answer.body }).toEqual({
      status,
      body: text ? expect.stringMatching(text) : expect.any(String),
    });
    expect(readPushAnswer(answer, entries)).toMatchObject({
      kind: outcome,
      ...(reason !== undefined && { reason }),
      ...(count !== undefined && { count }),
    });
  });

  it('a path that is none: 404, wait', async () => {
    const answer = await push('plain', json(of('a'), value()), asJson, '/none/loki/api/v1/push');
    expect(answer.status).toBe(404);
    expect(readPushAnswer(answer, 1)).toMatchObject({ kind: 'wait', reason: 'not_found' });
  });

  it('one stream more than the tenant may have: 429, wait; the others go on', async () => {
    const statuses = [];
    for (let i = 0; i < 10; i++) {
      const answer = await push('few', json({ one: `${i}` }, value()));
      statuses.push(answer.status);
      expect(readPushAnswer(answer, 1)).toMatchObject(
        answer.status === 204 ? { kind: 'stored' } : { kind: 'wait', reason: 'stream_limit' }
      );
    }
    expect(statuses).toEqual([...Array<number>(6).fill(204), ...Array<number>(4).fill(429)]);
    expect((await push('few', json({ one: '0' }, value(1n)))).status).toBe(204);
  });
});
