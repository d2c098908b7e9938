import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import winston from 'winston';
import * as z from 'zod';
import { type CaseEntry, caseRecordSchema } from '../../model/case-records';
import { type LogStatus, RECORD_VERSION } from '../../model/records';
import { CaseLeader } from '../../shipper/cases/case-leader';
import { annotationProblem } from '../../shipper/cases/case-notices';
import { CaseNotifier, type CaseNotifierOptions } from '../../shipper/cases/case-notifier';
import { clusterAccess } from '../../shipper/cluster/api/access';
import { ApiClient } from '../../shipper/cluster/api/client';
import { ClusterClock } from '../../shipper/cluster/core/cluster-clock';
import { connectLoki } from '../../shipper/loki/connection';
import { QueryClient } from '../../shipper/loki/query-client';
import { RecordWriter } from '../../shipper/loki/record-writer';
import { RECORDED, recordedInput, recordedRecords } from '../../src/timeline/testing/recorded';
import { storeOfRecordedNode } from '../plugin/recorded-node';
import { FakeApiServer } from '../testkit/fake-api-server';
import { type ReceivedRequest, serve, type TestServer } from '../testkit/http';
import { until } from '../testkit/until';

const logger = winston.createLogger({ silent: true });
const MINUTE = 60_000_000_000n;
const END = BigInt(RECORDED.to) * 1_000_000n;
const cluster = recordedRecords().containers[0]?.cluster ?? '';
const eventSchema = z.object({
  metadata: z.object({ namespace: z.string() }),
  involvedObject: z.object({
    apiVersion: z.string(),
    kind: z.string(),
    namespace: z.string(),
    name: z.string(),
    uid: z.string(),
  }),
  ...{ reason: z.string(), type: z.string(), message: z.string(), reportingInstance: z.string() },
});
const payloadSchema = z.object({
  version: z.literal('4'),
  status: z.literal('firing'),
  alerts: z.array(
    z.object({
      labels: z.record(z.string(), z.string()),
      annotations: z.object({ summary: z.string(), description: z.string() }),
      ...{ startsAt: z.string(), generatorURL: z.string(), fingerprint: z.string() },
    })
  ),
});

let api: FakeApiServer;
let webhook: TestServer;
let received: ReceivedRequest[];
/** Status of the webhook's next answers; 200 when there is none left. */
let answers: number[];
let dir: string;
let recorded: Awaited<ReturnType<typeof storeOfRecordedNode>>;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'afterlog-notifier-'));
  [received, answers] = [[], []];
  recorded = await storeOfRecordedNode();
  api = await new FakeApiServer().start();
  webhook = await serve((request) => {
    received.push(request);
    return { status: answers.shift() ?? 200 };
  });
});
afterEach(async () => {
  api.stop();
  await webhook.close();
  await recorded.close();
  rmSync(dir, { recursive: true });
});

/** Lets a leader work the recorded node's cases out, with a notifier beside it. @param now nanoseconds since 1970 */
async function lead(
  options: Partial<CaseNotifierOptions>,
  now: bigint,
  met: (notifier: CaseNotifier) => Promise<unknown>
) {
  const client = new ApiClient(clusterAccess({ kubeconfig: api.kubeconfig(dir), env: {} }), new ClusterClock());
  const connection = connectLoki({ url: recorded.store.url });
  const writer = new RecordWriter(connection, { logger, now: () => now, batchWaitMs: 2 });
  const notifier = new CaseNotifier({
    ...{ client, logger, identity: 'watch-0', now: () => now, events: false, retryMs: 2 },
    ...{ annotation: undefined, webhookUrl: undefined, grafanaUrl: 'https://grafana.example/', hasPod: () => false },
    jobUid: (_, name) => (name === 'ttl-cleanup' ? undefined : `uid-of-${name}`),
    ...options,
  });
  const stopping = new AbortController();
  const running = notifier.run(stopping.signal);
  const leader = new CaseLeader({
    ...{ loki: new QueryClient(connection), writer, cluster, logger, now: () => now },
    written: (changes) => notifier.take(changes),
  });
  await leader.round(stopping.signal);
  await met(notifier);
  stopping.abort();
  await running;
  await writer.close(1000);
  await connection.close();
  await client.close();
}
/** A case of one container of a Job, as a leader writes it. */
function entryOf(status: LogStatus, job: string): CaseEntry {
  const id = `${job}/${status}`;
  const record = caseRecordSchema.parse({
    ...{ v: RECORD_VERSION, kind: 'case', id, cluster: 'c1', node: 'node-a', namespace: 'shop', pod: `${job}-x` },
    ...{ podUid: id, container: 'main', restart: 0, workload: job, job, status, cause: 'C1', confidence: 'confirmed' },
    statement: { code: 'reclaimed', node: 'node-a', resource: 'disk', afterMs: 1000, others: 1, isLikely: false },
    ...{ loki: { code: 'loki-lost-unseen' }, variant: status, revision: 1, delta: 1 },
  });
  return { record, ns: END };
}

const ABOUT = new Set(
  recordedInput().cases.flatMap(({ status, job, pod }) => (status === 'pending' ? [] : (job ?? pod)))
);
/** It has done what it could about each Job, and each pod without one. */
const isThrough = ({ counts: { event } }: CaseNotifier): boolean =>
  event.sent + event.failed + event.skipped >= ABOUT.size;

const payloads = () => received.map(({ body }) => payloadSchema.parse(JSON.parse(body.toString())));

it('an Event stands on each Job that is there, and says what Loki has of its logs', async () => {
  await lead({ events: true }, END + 3n * MINUTE, (notifier) => until('Events on all Jobs', () => isThrough(notifier)));
  const events = api.stored('events').map((event) => eventSchema.parse(event));
  const hello = events.filter(({ involvedObject }) => involvedObject.name === 'hello');
  expect(hello).toEqual([
    expect.objectContaining({
      ...{ metadata: expect.objectContaining({ namespace: 'job-test' }), type: 'Normal', reason: 'LogRemoved' },
      involvedObject: {
        apiVersion: 'batch/v1',
        kind: 'Job',
        namespace: 'job-test',
        name: 'hello',
        uid: 'uid-of-hello',
      },
      reportingInstance: 'watch-0',
      message: expect.stringMatching(
        /^20 logs removed at \d\d:\d\d:\d\d UTC \(C1 disk reclaim\): 20 complete in Loki\. https:\/\/grafana\.example\/a\//
      ),
    }),
  ]);
  expect(events.map(({ involvedObject }) => involvedObject.name)).not.toContain('ttl-cleanup');
});

it('an annotation on each Job that is there says it, by a template, also when Events have expired', async () => {
  const [namespace, uid] = ['job-test', 'uid-of-hello'];
  api.put('jobs', { metadata: { name: 'hello', namespace, uid, resourceVersion: '1', annotations: { own: 'x' } } });
  api.put('jobs', { metadata: { name: 'disk-pressure-test', namespace, uid: 'of-another', resourceVersion: '1' } });
  const annotation = '{counts}, removed {removed} by {causes}. {link}';
  await lead({ annotation }, END + 3n * MINUTE, ({ counts }) =>
    until('all Jobs', () => Object.values(counts.annotation).reduce((sum, count) => sum + count) >= ABOUT.size)
  );
  expect(api.find('jobs', 'hello')?.metadata).toMatchObject({
    uid,
    annotations: {
      own: 'x',
      'afterlog.io/logs': expect.stringMatching(
        /^20 complete, removed \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ by C1 disk reclaim\. https:\/\/grafana\.example\/a\//
      ),
    },
  });
  expect(api.find('jobs', 'disk-pressure-test')?.metadata).not.toHaveProperty('annotations');
  expect(api.stored('events')).toEqual([]);
});

it('a template that names what an annotation does not know is refused', () => {
  expect(annotationProblem('{summary} {link} {removed} {causes} {counts}')).toBeUndefined();
  expect(annotationProblem('{sumary} and {}')).toMatch(/^has \{sumary\}, \{\}; known are \{summary\}/);
});

it('nothing is reported twice, also by another leader', async () => {
  await lead({ events: true }, END + 3n * MINUTE, (notifier) => until('all Events', () => isThrough(notifier)));
  const first = api.stored('events').length;
  expect(first).toBeGreaterThan(10);
  await lead({ events: true }, END + 3n * MINUTE, async () => Promise.resolve());
  expect(api.stored('events')).toHaveLength(first);
});

it('what was removed long ago is no news', async () => {
  await lead({ events: true, webhookUrl: webhook.url }, END + 180n * MINUTE, async () => Promise.resolve());
  expect(api.stored('events')).toEqual([]);
  expect(received).toEqual([]);
});

it('a webhook gets what Loki lacks, as Alertmanager sends it, also when it fails at first', async () => {
  answers = [503, 500];
  await lead({ webhookUrl: `${webhook.url}/hook?team=a` }, END + 3n * MINUTE, async (notifier) => {
    notifier.take([entryOf('lost', 'a'), entryOf('complete', 'b'), entryOf('partial', 'a')]);
    await until('the webhook', () => notifier.counts.webhook.sent === 1);
  });
  expect(received.map(({ method, url }) => [method, url])).toEqual(Array(3).fill(['POST', '/hook?team=a']));
  expect(payloads()[2]?.alerts).toEqual([
    expect.objectContaining({
      labels: {
        ...{ alertname: 'AfterlogLogsLost', severity: 'critical', cluster: 'c1', namespace: 'shop', job: 'a' },
        ...{ status: 'lost', cause: 'C1', node: 'node-a' },
      },
      annotations: {
        summary: expect.stringMatching(/^2 logs removed at .* \(C1 disk reclaim\): 1 partial, 1 lost in Loki\.$/),
        description: expect.any(String),
      },
      generatorURL: 'https://grafana.example/a/afterlog-timelines-app/lookup?q=shop%2Fjob%2Fa',
    }),
  ]);
});

it('a webhook that refuses costs its alert only', async () => {
  answers = [400];
  await lead({ webhookUrl: webhook.url }, END + 3n * MINUTE, async (notifier) => {
    notifier.take([entryOf('lost', 'a')]);
    await until('the refusal', () => notifier.counts.webhook.failed === 1);
    notifier.take([entryOf('lost', 'b')]);
    await until('the next one', () => notifier.counts.webhook.sent === 1);
  });
  expect(payloads().map(({ alerts }) => alerts[0]?.labels.job)).toEqual(['a', 'b']);
});

it('Events that may not be written are counted, and the rest goes on', async () => {
  api.refusals.set('events', 403);
  await lead({ events: true }, END + 3n * MINUTE, (notifier) =>
    until('refusals', () => notifier.counts.event.failed > 10)
  );
});
