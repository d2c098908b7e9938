import { streamPresets } from '../../model/stream-presets';
import { entriesOf, finalContainerRecord } from './agent-harness';
import { AgentProcess } from '../testkit/agent-process';
import { afterlog } from '../testkit/afterlog';
import { SimulatedNode } from '../testkit/simulated-node';
import { startTestStore, type TestStore } from '../testkit/store';
import { until } from '../testkit/until';

let node: SimulatedNode;
let store: TestStore;
let agent: AgentProcess;
beforeEach(async () => {
  node = new SimulatedNode();
  store = await startTestStore();
});
afterEach(async () => {
  await agent.end('SIGKILL');
  await store.close();
  node.remove();
});

const LABELS = {
  'k8s-monitoring': { cluster: 'c1', namespace: 'shop', service_name: 'import', container: 'main' },
  promtail: {
    ...{ cluster: 'c1', namespace: 'shop', app: 'import', container: 'main', pod: 'import-x7k2p' },
    ...{ node_name: 'n1', job: 'shop/import' },
  },
  opentelemetry: {
    k8s_cluster_name: 'c1',
    k8s_namespace_name: 'shop',
    service_name: 'import',
    k8s_container_name: 'main',
  },
};

const OTHERS = streamPresets.filter((preset) => preset !== 'afterlog');

test.each(OTHERS)('with the names of %s, and labels of one’s own, logs are looked up as usual', async (preset) => {
  const id = 'a'.repeat(64);
  const gone = node.container({ pod: 'import-x7k2p', namespace: 'shop' }).write(30).link(id);
  const there = node.container({ pod: 'import-b9q4z', namespace: 'shop' }).write(10);
  agent = new AgentProcess(node, {
    url: store.url,
    flags: ['--stream.preset', preset, '--label', 'env=prod', '--label', 'zone=a=b'],
  });
  await agent.started();
  await until('the lines', async () => (await entriesOf(store, '{env="prod", zone="a=b"}')).length === 40);
  const logs = (...args: string[]) => afterlog(['logs', ...args, '--loki.url', store.url]);
  const text = (lines: readonly string[]) => `${lines.join('\n')}\n`;
  // An agent may not have written a record yet.
  expect((await logs('import-b9q4z', '-n', 'shop')).stdout).toBe(text(there.written));
  gone.deletePod();
  const record = await finalContainerRecord(store, gone);
  expect(record.preset).toBe(preset);

  const [entry] = await entriesOf(store, `{env="prod"} | container_id="${id}"`);
  expect(entry?.labels).toMatchObject({ ...LABELS[preset], env: 'prod', zone: 'a=b' });

  const byPod = await logs('import-x7k2p', '-n', 'shop');
  expect(byPod.stdout).toBe(text(gone.written));
  expect(byPod.stderr).toContain('All of its log is in Loki: 30 lines');
  expect(byPod.stderr).not.toContain('another log shipper');
  const ofJob = await logs('job/import', '-n', 'shop');
  const all = [gone, there].flatMap(({ written }) => written);
  expect(
    ofJob.stdout
      .trim()
      .split('\n')
      .map((line) => line.replace(/^\S+ (?=import-)/, ''))
      .sort()
  ).toEqual(expect.arrayContaining([...all].sort()));
  expect(ofJob.stdout.trim().split('\n')).toHaveLength(40);
});

test('labels that the agent sets itself, and names that Loki would refuse, are errors', async () => {
  agent = new AgentProcess(node, { url: store.url, flags: ['--label', 'cluster=x'] });
  await agent.started();
  expect(agent.stderr).toContain('--label: label "cluster" is set by the agent');
  const { stderr } = await afterlog(['agent', '--label', 'a-b=x']);
  expect(stderr).toContain('--label: invalid label name "a-b"');
});
