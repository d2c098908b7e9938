import path from 'node:path';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import winston from 'winston';
import * as z from 'zod';
import { jobRecordSchema, type JobRecord, podRecordSchema, type PodRecord } from '../../model/records';
import { type Store, startStore } from '../../pocket-loki';
import { ApiError, type ApiClient } from '../../shipper/cluster/api/client';
import { ClusterClock } from '../../shipper/cluster/core/cluster-clock';
import { LeaseElection } from '../../shipper/cluster/lease';
import { WatchSession } from '../../shipper/cluster/session';
import { until } from '../testkit/until';
import { connectLoki, type LokiConnection } from '../../shipper/loki/connection';
import { logQuery } from '../../model/logql';
import { QueryClient } from '../../shipper/loki/query-client';
import { RecordWriter } from '../../shipper/loki/record-writer';
import { RealApiServer, realBinaries } from './api-server';

const binaries = realBinaries();
if (binaries === undefined) {
  process.stdout.write(
    'tests/real/apiserver: not run, KUBEBUILDER_ASSETS names no folder with etcd and kube-apiserver\n'
  );
}
const deploy = path.join(__dirname, '../../deploy/manifests');
const logger = winston.createLogger({ silent: true });
const SECOND = 1_000_000_000n;
jest.setTimeout(120_000);

(binaries === undefined ? describe.skip : describe)('with a real API server', () => {
  let server: RealApiServer;
  /** As the service account that the manifests make, with their rights. */
  let watcher: ApiClient;
  let dir: string;
  let store: Store;
  let connection: LokiConnection;

  beforeAll(async () => {
    server = await new RealApiServer(binaries ?? '').start();
    await server.apply(path.join(deploy, 'namespace.yaml'));
    await server.apply(path.join(deploy, 'watch-rbac.yaml'));
    await server.admin.send('POST', '/api/v1/namespaces', { metadata: { name: 'ci' } });
    watcher = await server.client(await server.tokenOf('afterlog', 'afterlog-watch'));
    dir = await mkdtemp(path.join(tmpdir(), 'afterlog-real-'));
    store = await startStore({ dir, port: 0 });
    connection = connectLoki({ url: store.url });
  });

  afterAll(async () => {
    await connection?.close();
    await store?.close();
    await server?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  const running = new Set<() => Promise<void>>();
  afterEach(async () => {
    await Promise.all([...running].map((stop) => stop()));
  });

  async function watchAs(identity: string, cluster: string) {
    const writer = new RecordWriter(connection, { logger, batchWaitMs: 5 });
    const loki = new QueryClient(connection);
    const clock = new ClusterClock();
    const options = { client: watcher, clock, loki, writer, cluster, namespaces: [], identity, logger, tickMs: 20 };
    const session = new WatchSession({ ...options, backoffMs: { min: 20, max: 200 } });
    const stopping = new AbortController();
    const ended = session.run(stopping.signal);
    const stop = async () => {
      running.delete(stop);
      stopping.abort();
      await ended;
      await writer.close(1000);
    };
    running.add(stop);
    await until('all watches', () => session.watches.every(({ watch }) => watch.state === 'watching'));
    return { session, stop };
  }

  async function stored<R extends JobRecord | PodRecord>(
    kind: string,
    cluster: string,
    schema: z.ZodType<R>
  ): Promise<Map<string, R>> {
    const now = BigInt(Date.now()) * 1_000_000n;
    const range = { query: logQuery({ record: kind, cluster }), from: now - 3600n * SECOND, to: now + 60n * SECOND };
    const { entries } = await new QueryClient(connection).page(range, 'forward', 5000);
    return new Map(entries.map(({ line }) => schema.parse(JSON.parse(line))).map((record) => [record.id, record]));
  }

  const template = {
    metadata: { labels: { test: 'x' } },
    spec: {
      restartPolicy: 'Never',
      containers: [{ name: 'main', image: 'busybox', env: [{ name: 'PASSWORD', value: 'secret' }] }],
    },
  };
  const created = z.object({ metadata: z.object({ uid: z.string() }) });

  async function createJob(name: string, spec: object = {}): Promise<string> {
    const job = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name }, spec: { template, ...spec } };
    return created.parse(await server.admin.send('POST', '/apis/batch/v1/namespaces/ci/jobs', job)).metadata.uid;
  }

  /** A pod of a Job, as its controller would make it, on a node that is not there. */
  async function createPod(name: string, job: { name: string; uid: string }): Promise<string> {
    const owner = { apiVersion: 'batch/v1', kind: 'Job', ...job, controller: true };
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, ownerReferences: [owner] },
      spec: { ...template.spec, nodeName: 'node-x' },
    };
    return created.parse(await server.admin.send('POST', '/api/v1/namespaces/ci/pods', pod)).metadata.uid;
  }

  /** What the kubelet would report of a pod that ran and ended. */
  async function finishPod(name: string, containerId: string): Promise<void> {
    const at = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
    const terminated = {
      exitCode: 0,
      reason: 'Completed',
      startedAt: at,
      finishedAt: at,
      containerID: `containerd://${containerId}`,
    };
    const status = {
      phase: 'Succeeded',
      startTime: at,
      containerStatuses: [
        {
          name: 'main',
          image: 'busybox',
          imageID: '',
          ready: false,
          restartCount: 0,
          state: { terminated },
          containerID: terminated.containerID,
        },
      ],
    };
    await setStatus(`/api/v1/namespaces/ci/pods/${name}`, status);
  }

  async function setStatus(object: string, status: object): Promise<void> {
    const now = z.looseObject({}).parse(await server.admin.get(object));
    await server.admin.send('PUT', `${object}/status`, { ...now, status });
  }

  async function finishJob(name: string): Promise<void> {
    const at = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
    // From Kubernetes 1.31 on a Job cannot be complete before its success criteria are met; before, the type is unknown.
    const conditions = ['SuccessCriteriaMet', 'Complete'].map((type) => {
      return { type, status: 'True', lastProbeTime: at, lastTransitionTime: at };
    });
    await setStatus(`/apis/batch/v1/namespaces/ci/jobs/${name}`, {
      startTime: at,
      completionTime: at,
      succeeded: 1,
      conditions,
    });
  }

  const remove = (object: string, options?: object) => server.remove(object, options);

  it('follows a Job and its pod from their creation to their end and deletion', async () => {
    const { stop } = await watchAs('one', 'life');
    const uid = await createJob('hello');
    const pod = await createPod('hello-abcde', { name: 'hello', uid });
    await finishPod('hello-abcde', 'a'.repeat(64));
    await finishJob('hello');
    await until(
      'the final records',
      async () =>
        (await stored('pod', 'life', podRecordSchema)).get(pod)?.final === true &&
        (await stored('job', 'life', jobRecordSchema)).get(uid)?.final === true
    );
    const record = (await stored('pod', 'life', podRecordSchema)).get(pod);
    expect(record).toMatchObject({ job: 'hello', jobUid: uid, node: 'node-x', phase: 'Succeeded', deletion: null });
    expect(record?.containers[0]?.runs[0]).toMatchObject({ containerId: 'a'.repeat(64), exitCode: 0 });
    expect(JSON.stringify(record)).not.toContain('PASSWORD');

    await remove('/api/v1/namespaces/ci/pods/hello-abcde');
    await until(
      'the deletion',
      async () => ((await stored('pod', 'life', podRecordSchema)).get(pod)?.deletion ?? null) !== null
    );
    expect((await stored('pod', 'life', podRecordSchema)).get(pod)?.deletion).toMatchObject({ by: 'unknown' });
    await remove('/apis/batch/v1/namespaces/ci/jobs/hello', { propagationPolicy: 'Background' });
    await until(
      'the deletion of the Job',
      async () => ((await stored('job', 'life', jobRecordSchema)).get(uid)?.deletion ?? null) !== null
    );
    await stop();
  });

  it('goes on through a restart of the API server, and through a version that etcd has forgotten', async () => {
    const { session, stop } = await watchAs('one', 'restart');
    const first = await createJob('before');
    await until('the Job', () => session.clusterState.trackers.jobs.has(first));
    await server.restart();
    const second = await createJob('after-restart');
    await until('the watch to go on', () => session.clusterState.trackers.jobs.has(second), 60_000);

    // As while a connection is down for long: the API server's own memory is gone, and etcd's is compacted.
    // A restart alone may make it forget, too: its new memory begins where etcd stands, which others may have moved on.
    const relists = () => session.watches.reduce((sum, { watch }) => sum + watch.counts.relists, 0);
    const before = relists();
    const third = await createJob('after-compaction');
    await server.compact();
    await server.restart();
    const fourth = await createJob('last');
    await until('the last Job', () => session.clusterState.trackers.jobs.has(fourth), 60_000);
    expect(session.clusterState.trackers.jobs.has(third)).toBe(true);
    expect(relists()).toBeGreaterThan(before);
    await stop();
  });

  it('lets another one go on exactly where the first left off', async () => {
    const one = await watchAs('one', 'handover');
    const uid = await createJob('handover');
    const pod = await createPod('handover-abcde', { name: 'handover', uid });
    await finishPod('handover-abcde', 'b'.repeat(64));
    await until(
      'the final record',
      async () => (await stored('pod', 'handover', podRecordSchema)).get(pod)?.final === true
    );
    // A checkpoint is written when nothing older waits.
    await new Promise((resolve) => setTimeout(resolve, 8000));
    await one.stop();
    await remove('/api/v1/namespaces/ci/pods/handover-abcde');
    const two = await watchAs('two', 'handover');
    expect(two.session.watches.map(({ watch }) => watch.resumed)).toEqual([true, true, true, true, true]);
    await until(
      'the deletion that nobody saw',
      async () => ((await stored('pod', 'handover', podRecordSchema)).get(pod)?.deletion ?? null) !== null
    );
    expect((await stored('pod', 'handover', podRecordSchema)).get(pod)?.deletion).toMatchObject({
      by: 'unknown',
      lastThere: null,
    });
    await two.stop();
  });

  it('has one leader at a time, by a Lease', async () => {
    const timing = { durationMs: 2000, renewDeadlineMs: 1000, retryMs: 100 };
    const candidate = (identity: string) =>
      new LeaseElection({ client: watcher, namespace: 'afterlog', name: 'afterlog-watch', identity, logger, timing });
    const [one, two] = [candidate('one'), candidate('two')];
    const stop = new AbortController();
    expect(await one.acquire(stop.signal)).toBe(true);
    const ending = new AbortController();
    const held = one.hold(ending.signal);
    let second = false;
    const waiting = two.acquire(stop.signal).then(() => (second = true));
    await new Promise((resolve) => setTimeout(resolve, 2500));
    expect(second).toBe(false);
    ending.abort();
    await held;
    await one.release(stop.signal);
    const released = Date.now();
    await waiting;
    expect(Date.now() - released).toBeLessThan(timing.durationMs);
    expect(two.holder).toBe('two');
  });

  it('needs no more rights than the manifests give, and has no others', async () => {
    const review = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectRulesReview',
      spec: { namespace: 'afterlog' },
    };
    const rulesSchema = z.object({
      status: z.object({
        resourceRules: z.array(
          z.object({
            verbs: z.array(z.string()),
            apiGroups: z.array(z.string()),
            resources: z.array(z.string()),
            resourceNames: z.array(z.string()).optional(),
          })
        ),
      }),
    });
    const { status } = rulesSchema.parse(
      await watcher.send('POST', '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews', review)
    );
    const rights = status.resourceRules
      // Everybody may ask who they are and what they may do: selfsubject…reviews of both groups.
      .filter(({ apiGroups }) => !apiGroups.some((group) => /^auth(?:entic|oriz)ation\.k8s\.io$/.test(group)))
      .flatMap(({ verbs, apiGroups, resources, resourceNames }) =>
        resources.flatMap((resource) =>
          verbs.map((verb) => [verb, apiGroups[0], resource, ...(resourceNames ?? [])].join(' '))
        )
      );
    expect(rights.sort()).toEqual(
      [
        'create coordination.k8s.io leases',
        'get coordination.k8s.io leases afterlog-watch',
        'update coordination.k8s.io leases afterlog-watch',
        ...['list', 'watch'].flatMap((verb) => [
          `${verb}  events`,
          `${verb}  nodes`,
          `${verb}  pods`,
          `${verb} batch cronjobs`,
          `${verb} batch jobs`,
        ]),
      ].sort()
    );
    for (const path of [
      '/api/v1/secrets',
      '/api/v1/namespaces/ci/configmaps',
      '/api/v1/namespaces/ci/pods/handover-abcde/log',
      '/api/v1/nodes/node-x/proxy/stats/summary',
      '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/x',
    ]) {
      await expect(watcher.get(path)).rejects.toMatchObject({ status: 403 });
    }
    const other = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'x', namespace: 'ci' } };
    await expect(
      watcher.send('POST', '/apis/coordination.k8s.io/v1/namespaces/ci/leases', other)
    ).rejects.toBeInstanceOf(ApiError);
  });
});
