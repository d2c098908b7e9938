import winston from 'winston';
import { connectLoki } from '../../shipper/loki/connection';
import { RecordWriter } from '../../shipper/loki/record-writer';
import type { Treatment } from '../testkit/fake-loki';
import { entriesOf, expectEachLineOnce } from './agent-harness';
import { until } from '../testkit/until';
import { secondsAgo } from '../testkit/simulated-node';
import { agentScene } from './agent-scene';

// Log lines and records meet the same answers alike: nothing is given up for an answer that is not about an entry.
const scene = agentScene();

const page = (title: string) => `<html><head><title>${title}</title></head><body>${title}</body></html>`;
const tooLong = (bytes: number) =>
  `max entry size '${bytes}' bytes exceeded for stream '{}' while adding an entry with length '9999999' bytes`;

test.each<[Treatment & object, string, RegExp]>([
  [{ status: 400, body: 'Client sent an HTTP request to an HTTPS server.' }, 'https_required', /https:\/\//],
  [{ status: 400, body: page('400 The plain HTTP request was sent to HTTPS port') }, 'https_required', /https:\/\//],
  [{ status: 400, body: page('Bad Request') }, 'html_answer', /--loki.url/],
  [
    { status: 400, body: "missing required labels team for user 'fake' for stream '{}'" },
    'missing_labels',
    /stream.labels/,
  ],
  [
    { status: 400, body: "entry for stream '{}' has 16 label names; limit 15" },
    'label_limits',
    /max_label_names_per_series/,
  ],
  [
    { status: 400, body: "stream '{}' includes structured metadata, but this feature is disallowed." },
    'structured_metadata_disallowed',
    /allow_structured_metadata/,
  ],
  [{ status: 400, body: "tenant ID 'a' is too long: max 150 characters" }, 'tenant', /--loki.tenant-id/],
  [{ status: 400, body: 'something that no Loki says' }, 'unknown_answer', /--loki.url/],
  [{ status: 400, body: tooLong(1_000_000) }, 'too_long', /max-line-size/],
  [{ status: 400, body: tooLong(0) }, 'unknown_answer', /--loki.url/],
  [{ status: 301, body: page('Moved') }, 'redirect', /--loki.url/],
  [{ status: 200, body: 'welcome' }, 'not_acknowledged', /204/],
  [{ status: 401, body: '' }, 'unauthorized', /bearer-token/],
  [{ status: 403, body: '' }, 'forbidden', /rights/],
  [{ status: 404, body: '404 page not found' }, 'not_found', /--loki.url/],
  [{ status: 405, body: '' }, 'not_found', /--loki.url/],
  [{ status: 413, body: page('Request Entity Too Large') }, 'request_too_large', /client_max_body_size/],
  [{ status: 500, body: 'empty ring' }, 'server_error', /empty ring/],
])('%j waits, is reported as %s, and costs neither a line nor a record', async (treatment, reason, advice) => {
  scene.endpoint.treat = () => treatment;
  const container = scene.node.container({ pod: 'job-0' }).write(40);
  const config = scene.config();
  config.listen = '127.0.0.1:0';
  const { agent, said } = await scene.start(config);
  const connection = connectLoki({ url: scene.endpoint.url });
  const writer = new RecordWriter(connection, {
    logger: winston.createLogger({ silent: true }),
    batchWaitMs: 5,
    backoffMs: { min: 5, max: 20 },
  });
  const begun = secondsAgo(1);
  for (const [index, id] of ['a', 'b', 'c'].entries()) {
    const line = JSON.stringify({ id });
    writer.write({ kind: 'pod', cluster: 'c1', timestamp: begun + BigInt(index), line, metadata: {} });
  }
  const page = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${agent.port}${path}`);
    return `${answer.status} ${await answer.text()}`;
  };
  await until('the agent tried often enough to give up everything', () => scene.endpoint.pushes > 60, 20_000);
  expect(await page('/ready')).toMatch(/^503 /);
  expect(await page('/ready')).toMatch(advice);
  expect(await page('/metrics')).toMatch(new RegExp(`afterlog_push_rejections_total{reason="${reason}"} [1-9]`));
  const warnings = said()
    .split('\n')
    .filter((line) => line.includes(`"reason":"${reason.replace('too_long', 'too-long')}"`));
  expect(warnings.length).toBe(1);
  expect(agent.containerRecords()).toMatchObject([
    { linesAcked: 0, bytesAcked: 0, bytesSeen: container.bytes, gaps: [] },
  ]);
  expect(writer.statistics).toMatchObject({ acknowledged: 0, refused: 0 });

  scene.endpoint.treat = () => 'pass';
  await scene.acknowledged(agent, container);
  await writer.flush();
  await expectEachLineOnce(scene.store, [container]);
  expect((await entriesOf(scene.store, '{record="pod"}')).map(({ line }) => line)).toEqual([
    '{"id":"a"}',
    '{"id":"b"}',
    '{"id":"c"}',
  ]);
  await until('it is ready', async () => (await page('/ready')).startsWith('200 '));
  await connection.close();
});

test('an entry that is too long for Loki is passed over alone, when all beside it are stored, be it line or record', async () => {
  // Whoever answers so stored nothing of that request: no count in an answer says that the others are there.
  scene.endpoint.treatBody = (body) => (body.includes('xxxx') ? { status: 400, body: tooLong(100) } : 'pass');
  scene.endpoint.treat = (_push, bytes) => (bytes > 500 ? { status: 400, body: tooLong(100) } : 'pass');
  const container = scene.node.container({ pod: 'job-0' }).write(20, 5);
  container.append(`${new Date(Date.now() - 2_000).toISOString()} stdout F ${'x'.repeat(200)}\n`).write(20);
  const { agent } = await scene.start();
  const connection = connectLoki({ url: scene.endpoint.url });
  const writer = new RecordWriter(connection, {
    logger: winston.createLogger({ silent: true }),
    batchWaitMs: 5,
    backoffMs: { min: 5, max: 20 },
  });
  for (const id of ['a', 'b'.repeat(400), 'c']) {
    const line = JSON.stringify({ id });
    writer.write({ kind: 'pod', cluster: 'c1', timestamp: secondsAgo(1), line, metadata: {} });
  }
  await scene.acknowledged(agent, container);
  await writer.flush();
  await expectEachLineOnce(scene.store, [container]);
  expect(agent.containerRecords()).toMatchObject([
    { linesSeen: 41, linesAcked: 40, gaps: [{ reason: 'refused', lines: 1 }] },
  ]);
  expect(writer.statistics).toMatchObject({ acknowledged: 2, refused: 1 });
  await connection.close();
});

test('what is above the burst of a rate limit is sent in smaller requests, lines and records alike', async () => {
  const BURST = 40_000;
  const answer = {
    status: 429,
    body: `ingestion rate limit exceeded for user fake (limit: ${BURST} bytes/sec) while attempting to ingest '9' lines`,
  };
  const isAbove = (bytes: number) => bytes > 2 * BURST; // what is around the entries counts here, too
  scene.endpoint.treat = (_push, bytes) => (isAbove(bytes) ? answer : 'pass');
  scene.endpoint.treatBody = (body) => (isAbove(body.length) ? answer : 'pass');
  const container = scene.node.container({ pod: 'job-0' }).write(4_000, 60);
  const { agent, said } = await scene.start();
  const connection = connectLoki({ url: scene.endpoint.url });
  const writer = new RecordWriter(connection, {
    logger: winston.createLogger({ silent: true }),
    batchWaitMs: 5,
    backoffMs: { min: 5, max: 20 },
  });
  const begun = secondsAgo(1);
  for (let index = 0; index < 100; index++) {
    const line = JSON.stringify({ id: `${index}`, text: 'x'.repeat(5_000) });
    writer.write({ kind: 'pod', cluster: 'c1', timestamp: begun + BigInt(index), line, metadata: {} });
  }
  await writer.flush();
  expect(writer.statistics).toMatchObject({ acknowledged: 100, refused: 0 });
  await agent.settled();
  await expectEachLineOnce(scene.store, [container]);
  expect(said()).toContain('ingestion_burst_size_mb');
  await writer.close(0);
  await connection.close();
});
