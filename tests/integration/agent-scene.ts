import type { Agent, Clock } from '../../shipper/agent/agent';
import type { AgentConfig } from '../../shipper/config/agent-config';
import type { FilesystemReader } from '../../shipper/node/disk/filesystem';
import { Endpoint } from './agent-endpoint';
import { agentConfig, Agents, storedOf, type RunningAgent } from './agent-harness';
import { until } from '../testkit/until';
import { SimulatedNode, type SimulatedContainer } from '../testkit/simulated-node';
import { startTestStore, type TestStore } from '../testkit/store';

/** What a test of the agent plays on: a node, a store, an endpoint before it that fails as it is told, and agents. */
class Scene {
  readonly agents = new Agents();
  node!: SimulatedNode;
  store!: TestStore;
  endpoint!: Endpoint;

  async open(): Promise<void> {
    this.node = new SimulatedNode();
    this.store = await startTestStore();
    this.endpoint = await Endpoint.before(this.store.url);
  }

  async close(): Promise<void> {
    this.endpoint.release();
    await this.agents.stopAll();
    await this.endpoint.close();
    await this.store.close();
    this.node.remove();
  }

  config(more: Partial<AgentConfig> = {}): AgentConfig {
    return agentConfig(this.node, this.endpoint.url, more);
  }

  start(config = this.config(), more: { clock?: Clock; filesystem?: FilesystemReader } = {}): Promise<RunningAgent> {
    return this.agents.start(config, more);
  }

  /** Waits until the store has all lines of the container, … */
  arrived(container: SimulatedContainer): Promise<void> {
    return until(
      'all lines are in the store',
      async () => (await storedOf(this.store, container)).length >= container.written.length
    );
  }

  /** … and the agent knows that it has. */
  async acknowledged(agent: Agent, container: SimulatedContainer): Promise<void> {
    await this.arrived(container);
    await until('acknowledged', () => agent.unacked === 0);
  }
}

/** A scene for each test of the file. */
export function agentScene(): Scene {
  const scene = new Scene();
  beforeEach(() => scene.open());
  afterEach(() => scene.close());
  return scene;
}
