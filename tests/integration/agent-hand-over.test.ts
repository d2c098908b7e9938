import { Endpoint } from './agent-endpoint';
import { expectEachLineOnce, storedOf } from './agent-harness';
import { AgentProcess } from '../testkit/agent-process';
import { SimulatedNode } from '../testkit/simulated-node';
import { startTestStore, type TestStore } from '../testkit/store';
import { until } from '../testkit/until';

let node: SimulatedNode;
let store: TestStore;
let endpoint: Endpoint;
const agents: AgentProcess[] = [];
beforeEach(async () => {
  node = new SimulatedNode();
  store = await startTestStore();
  endpoint = await Endpoint.before(store.url);
});
afterEach(async () => {
  endpoint.release();
  await Promise.all(agents.map((agent) => agent.end('SIGKILL')));
  await endpoint.close();
  await store.close();
  node.remove();
});

const start = () => {
  const agent = new AgentProcess(node, { url: endpoint.url, flags: ['--shutdown.timeout', '10m'] });
  agents.push(agent);
  return agent;
};

test('an agent that starts while another is stopping takes over at once, and each line is there once', async () => {
  const web = node.container({ pod: 'web-1' }).write(50);
  const first = start();
  await first.started();
  await until('the first lines', async () => (await storedOf(store, web)).length === 50);
  endpoint.stall();
  web.write(50);
  await until('a push that waits', () => endpoint.waiting > 0);
  process.kill(first.pid, 'SIGTERM');
  await first.writes('stopping');
  const second = start();
  await second.writes('waiting for the agent before to stop');
  // Without anybody waiting it would have gone on trying for ten minutes.
  expect(await first.ended).toEqual({ code: 0, signal: null });
  await second.writes('agent started');
  const late = node.container({ pod: 'api-1' }).write(5);
  web.write(20);
  endpoint.release();
  await until('all lines', async () => (await storedOf(store, web)).length >= 120);
  await until('of the other', async () => (await storedOf(store, late)).length >= 5);
  await expectEachLineOnce(store, [web, late]);
});
