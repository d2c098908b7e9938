import { rmSync } from 'node:fs';
import { entriesOf, expectEachLineOnce, finalContainerRecord, storedContainerRecords } from './agent-harness';
import { AgentProcess } from '../testkit/agent-process';
import { afterlog } from '../testkit/afterlog';
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

const start = async (...flags: string[]) => {
  agent = new AgentProcess(node, { url: store.url, flags });
  await agent.started();
};
const lines = async (query: string) => (await entriesOf(store, query)).map(({ line }) => line);

test('what is excluded is not sent, and its record and `afterlog logs` say so, with the rule', async () => {
  const web = node.container({ pod: 'web-1', namespace: 'shop' }).write(20).link('a'.repeat(64));
  const dns = node.container({ pod: 'dns-1', namespace: 'kube-system' }).write(20).link('b'.repeat(64));
  const proxy = node.container({ pod: 'web-1', namespace: 'shop', container: 'istio-proxy' }).write(20);
  await start('--select.namespaces.exclude', 'kube-*', '--select.containers.exclude', 'istio-*');
  const later = node.container({ pod: 'web-2', namespace: 'shop' }).write(5);
  await until('both are in the store', async () => (await lines('{namespace="shop"}')).length === 25);
  dns.write(20);
  dns.rotate();
  dns.write(1);
  rmSync(dns.directory, { recursive: true });
  dns.unlink();
  const record = await finalContainerRecord(store, dns);
  expect(record).toMatchObject({ status: 'unknown', linesAcked: 0, bytesAcked: 0, final: true });
  expect(record.gaps).toEqual([
    expect.objectContaining({ reason: 'excluded', to: null, detail: 'select.namespaces.exclude: kube-*' }),
  ]);
  await expectEachLineOnce(store, [web, later]);
  expect(await lines('{namespace="kube-system"}')).toEqual([]);
  const records = await storedContainerRecords(store);
  expect(records.get(proxy.id)?.gaps[0]?.detail).toBe('select.containers.exclude: istio-*');
  const { stdout, stderr } = await afterlog(['logs', 'dns-1', '-n', 'kube-system', '--loki.url', store.url]);
  expect(stdout + stderr).toContain(
    'Excluded by configuration (select.namespaces.exclude: kube-*): the agent does not ship its log.'
  );
});

test('what was excluded before a restart goes on from there, and what was shipped before stays', async () => {
  const web = node.container({ pod: 'web-1' }).write(20);
  await start();
  await until('the first lines', async () => (await lines('{container="main"}')).length === 20);
  await agent!.end('SIGTERM');
  const ofFirst = [...web.written];
  web.write(10);
  await start('--select.pods.exclude', 'web-*');
  await until('the exclusion is recorded', async () =>
    [...(await storedContainerRecords(store)).values()].some(({ gaps }) => gaps[0]?.reason === 'excluded')
  );
  await agent!.end('SIGTERM');
  expect((await storedContainerRecords(store)).get(web.id)).toMatchObject({ status: 'partial', linesAcked: 20 });
  await start();
  web.write(7);
  await until('the last lines', async () => (await lines('{container="main"}')).length === 27);
  expect(await lines('{container="main"}')).toEqual([...ofFirst, ...web.written.slice(30)]);
});

test('--once leaves excluded logs out and is content', async () => {
  node.container({ pod: 'web-1' }).write(20);
  node.container({ pod: 'dns-1', namespace: 'kube-system' }).write(20);
  const { code, stdout } = await afterlog([
    ...['agent', '--once', '--loki.url', store.url, '--logs.dir', node.logs, '--containers.dir', node.links],
    ...['--state.dir', node.state, '--node.name', 'n1', '--select.namespaces.include', 'jobs'],
  ]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/dns-1 .*excluded/);
  expect(await lines('{namespace=~".+"}')).toHaveLength(20);
});
