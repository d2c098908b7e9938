import { createServer } from 'node:http';
import { entriesOf, storedContainerRecords } from './agent-harness';
import { AgentProcess } from '../testkit/agent-process';
import { afterlog } from '../testkit/afterlog';
import { close, listen, readBody, serve, type TestServer } from '../testkit/http';
import { SimulatedNode } from '../testkit/simulated-node';
import { startTestStore, type TestStore } from '../testkit/store';
import { until } from '../testkit/until';

let node: SimulatedNode;
let store: TestStore;
let agent: AgentProcess | undefined;
beforeEach(async () => {
  node = new SimulatedNode();
  store = await startTestStore();
});
afterEach(async () => {
  await agent?.end('SIGKILL');
  await store.close();
  node.remove();
});

const lines = async (of: TestStore, query: string) => (await entriesOf(of, query)).map(({ line }) => line);

describe('a tenant for a namespace', () => {
  let other: TestStore;
  let gateway: ReturnType<typeof createServer>;
  let url: string;
  const tenants = new Set<string>();
  beforeEach(async () => {
    other = await startTestStore();
    // As a Loki with tenants: the lines of one are not those of another.
    gateway = createServer((request, response) => {
      const tenant = String(request.headers['x-scope-orgid']);
      tenants.add(tenant);
      void (async () => {
        const body = await readBody(request);
        const { 'content-type': type = 'text/plain' } = request.headers;
        const answer = await fetch(`${tenant === 'team-a' ? other.url : store.url}${request.url}`, {
          method: request.method,
          headers: { 'content-type': type },
          ...(request.method === 'POST' && { body: new Uint8Array(body) }),
        });
        response.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer()));
      })();
    });
    url = await listen(gateway);
  });
  afterEach(async () => {
    await close(gateway);
    await other.close();
  });

  test('has its lines, and the records stay together', async () => {
    // The same labels but for the namespace, and the same workload: only the tenant keeps the streams apart.
    const a = node.container({ pod: 'web-1', namespace: 'team-a-prod' }).write(200);
    const b = node.container({ pod: 'web-1', uid: 'uid-b', namespace: 'shop' }).write(200);
    agent = new AgentProcess(node, {
      url,
      flags: ['--loki.tenant-id', 'ops', '--tenant', 'team-a-*=team-a', '--tenant', '*=rest', '--batch.size', '4KiB'],
    });
    await agent.started();
    await until('all are there', async () => (await lines(store, '{container="main"}')).length === 200);
    await until('of both', async () => (await lines(other, '{container="main"}')).length === 200);
    expect(await lines(other, '{container="main"}')).toEqual(a.written);
    expect(await lines(store, '{container="main"}')).toEqual(b.written);
    await until('the records', async () => (await storedContainerRecords(store)).size === 2);
    expect((await storedContainerRecords(store)).get(a.id)?.tenant).toBe('team-a');
    expect(await lines(other, '{service_name="afterlog"}')).toEqual([]);
    expect([...tenants].sort()).toEqual(['ops', 'rest', 'team-a']);
    const logs = ['logs', 'web-1', '-n', 'team-a-prod', '--loki.url', url];
    const { stderr } = await afterlog([...logs, '--loki.tenant-id', 'ops']);
    expect(stderr).toContain('Its lines are stored for tenant team-a.');
    expect(stderr).not.toContain('no longer stored');
  });
});

describe('labels of pods', () => {
  let kubelet: TestServer;
  const pods = new Map<string, { labels?: object; annotations?: object }>();
  beforeEach(async () => {
    pods.clear();
    kubelet = await serve(({ url }) =>
      url === '/pods'
        ? {
            status: 200,
            body: JSON.stringify({
              kind: 'PodList',
              items: [...pods].map(([uid, metadata]) => ({ metadata: { uid, ...metadata } })),
            }),
          }
        : { status: 404 }
    );
  });
  afterEach(() => kubelet.close());

  const start = async (...flags: string[]) => {
    agent = new AgentProcess(node, { url: store.url, flags: ['--kubelet.url', kubelet.url, ...flags] });
    await agent.started();
  };

  test('are labels and metadata of lines, from the first on, and over a restart without the kubelet', async () => {
    pods.set('uid-web-1', { labels: { app: 'web', 'example.com/team': 'blue', other: 'x' } });
    const web = node.container({ pod: 'web-1' }).write(20).link('a'.repeat(64));
    const bare = node.container({ pod: 'bare-1' }).write(3);
    pods.set('uid-bare-1', {});
    const flags = ['--pod-label', 'app=label', '--pod-label', 'example.com/team=metadata'];
    await start(...flags);
    await until('the lines', async () => (await lines(store, '{app="web"}')).length === 20);
    await until('those without', async () => (await lines(store, '{container="main", app=""}')).length === 3);
    expect(await lines(store, '{app="web"} | example_com_team="blue"')).toEqual(web.written);
    expect(await lines(store, '{container="main", app=""}')).toEqual(bare.written);
    await agent!.end('SIGTERM');
    await kubelet.close();
    web.write(5);
    await start(...flags);
    await until('those after the restart', async () => (await lines(store, '{app="web"}')).length === 25);
  });

  test('and annotations decide what is shipped; what is not known is', async () => {
    pods.set('uid-web-1', { labels: { tier: 'test-1' } });
    pods.set('uid-web-2', { labels: { tier: 'prod' }, annotations: { 'afterlog.io/ship': 'false' } });
    pods.set('uid-web-3', { labels: { tier: 'prod' } });
    for (const pod of ['web-1', 'web-2', 'web-3', 'unknown-1']) {
      node.container({ pod }).write(5);
    }
    await start('--select.labels.exclude', 'tier=test-*', '--select.annotation', 'afterlog.io/ship');
    await until('one that is unknown', async () => (await lines(store, '{workload="unknown"}')).length === 5);
    await until('one that is not excluded', async () => (await lines(store, '{container="main"}')).length === 10);
    const records = async () => [...(await storedContainerRecords(store)).values()];
    await until('the exclusions', async () => (await records()).filter(({ gaps }) => gaps.length > 0).length === 2);
    expect((await records()).map(({ pod, gaps }) => [pod, gaps[0]?.detail ?? null]).sort()).toEqual(
      expect.arrayContaining([
        ['web-1', 'select.labels.exclude: tier=test-*'],
        ['web-2', 'annotation afterlog.io/ship: "false"'],
      ])
    );
    expect(await lines(store, '{workload=~"web.*"} | pod=~"web-[12]"')).toEqual([]);
  });

  test('need the kubelet', async () => {
    const { code, stderr } = await afterlog(['agent', '--pod-label', 'app=label', '--loki.url', store.url]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('need --kubelet.url') });
  });
});
