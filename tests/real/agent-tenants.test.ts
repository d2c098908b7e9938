import { connectLoki } from '../../shipper/loki/connection';
import { QueryClient } from '../../shipper/loki/query-client';
import { agentConfig, Agents, entriesOf, storedContainerRecords } from '../integration/agent-harness';
import { SimulatedNode } from '../testkit/simulated-node';
import type { TestStore } from '../testkit/store';
import { until } from '../testkit/until';
import { lokiProgram } from './loki-program';
import { tenantedLoki, type TenantedLoki } from './store-differential/loki-process';

if (!lokiProgram) {
  console.warn('agent-tenants: NOT RUN, no Loki with tenants: set LOKI_BIN to its binary');
}

(lokiProgram ? describe : describe.skip)('tenants of namespaces in a real Loki', () => {
  const agents = new Agents();
  const node = new SimulatedNode();
  let loki: TenantedLoki;
  const stores: TestStore[] = [];

  beforeAll(async () => {
    loki = await tenantedLoki({}, 5 * 1024 * 1024);
  });
  afterAll(async () => {
    await agents.stopAll();
    await Promise.all(stores.map((store) => store.close()));
    await loki.stop();
    node.remove();
  });

  function storeOf(tenantId: string): TestStore {
    const connection = connectLoki({ url: loki.url, tenantId });
    const push = () => Promise.reject(new Error('only the agent pushes'));
    const store = {
      url: loki.url,
      connection,
      client: new QueryClient(connection),
      push,
      close: () => connection.close(),
    };
    stores.push(store);
    return store;
  }

  test('each has the lines of its namespaces, and the records stay with the agent’s', async () => {
    const a = node.container({ pod: 'web-1', namespace: 'team-a-prod' }).write(300);
    const b = node.container({ pod: 'web-1', uid: 'uid-b', namespace: 'shop' }).write(300);
    const config = agentConfig(node, loki.url, { tenants: { 'team-a-*': 'team-a' } });
    config.loki.tenantId = 'ops';
    const { agent } = await agents.start(config);
    await until('all is acknowledged', () => agent.unacked === 0);
    const linesOf = async (tenant: string, query: string) =>
      (await entriesOf(storeOf(tenant), query)).map(({ line }) => line);
    expect(await linesOf('team-a', '{container="main"}')).toEqual(a.written);
    expect(await linesOf('ops', '{container="main"}')).toEqual(b.written);
    const ops = storeOf('ops');
    await until('the records', async () => (await storedContainerRecords(ops)).size === 2);
    expect((await storedContainerRecords(ops)).get(a.id)?.tenant).toBe('team-a');
    expect(await linesOf('team-a', '{service_name="afterlog"}')).toEqual([]);
  });
});
