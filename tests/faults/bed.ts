import winston from 'winston';
import { Agent, type Clock } from '../../shipper/agent/agent';
import type { AgentConfig } from '../../shipper/config/agent-config';
import { Endpoint } from '../integration/agent-endpoint';
import { agentConfig, Agents, storedOf, type RunningAgent } from '../integration/agent-harness';
import { until } from '../testkit/until';
import { SimulatedNode } from '../testkit/simulated-node';
import { startTestStore, type TestStore } from '../testkit/store';
import { AgentProcess } from '../testkit/agent-process';
import { AccountedContainer } from './container';

/** The embedded store, whatever real Loki there may be. */
export const embeddedStore = () => startTestStore({ limits: {} });

/** A clock that tests set: so many seconds off the machine's. */
export class ShiftedClock implements Clock {
  constructor(public offsetSeconds: number) {}

  now(): bigint {
    return this.when(Date.now());
  }

  when(ms: number): bigint {
    return BigInt(Math.round(ms + this.offsetSeconds * 1000)) * 1_000_000n;
  }
}

/** Starts an agent whose time is that of `clock`. Whoever starts it ends it. */
export async function startAgentAt(clock: ShiftedClock, config: AgentConfig): Promise<Agent> {
  const agent = new Agent(config, { clock, logger: winston.createLogger({ silent: true }) });
  await agent.start();
  return agent;
}

type Names = ConstructorParameters<typeof AccountedContainer>[1];

/** A simulated node, an endpoint that fails when it is told to, and a store behind it. */
export class Bed {
  readonly agents = new Agents();
  node!: SimulatedNode;
  endpoint!: Endpoint;
  store!: TestStore;
  private readonly shifted: Agent[] = [];
  private readonly processes: AgentProcess[] = [];
  private tests = 0;
  private namespace = '';

  async open(store: TestStore): Promise<void> {
    this.store = store;
    this.node = new SimulatedNode();
    this.endpoint = await Endpoint.before(store.url);
    // A store may serve many tests: what they write must not meet.
    this.namespace = `jobs-${process.pid}-${++this.tests}-${Date.now()}`;
  }

  async close(): Promise<void> {
    this.endpoint.release();
    this.endpoint.treat = () => 'pass';
    // Before their directories go.
    await Promise.all(this.processes.splice(0).map((agent) => agent.end('SIGKILL')));
    await this.agents.stopAll();
    await Promise.all(this.shifted.splice(0).map((agent) => agent.stop({ graceMs: 1_000 })));
    await this.endpoint.close();
    this.node.remove();
  }

  /** One run of a container of this test's own namespace. */
  container(names: Names): AccountedContainer {
    const { namespace } = this;
    return new AccountedContainer(this.node, { namespace, uid: `${namespace}-${names.pod}`, ...names });
  }

  config(more: Partial<AgentConfig> = {}): AgentConfig {
    return agentConfig(this.node, this.endpoint.url, more);
  }

  start(config = this.config()): Promise<RunningAgent> {
    return this.agents.start(config);
  }

  /** Starts an agent whose time is that of `clock`. */
  async startAt(clock: ShiftedClock, config = this.config()): Promise<Agent> {
    const agent = await startAgentAt(clock, config);
    this.shifted.push(agent);
    return agent;
  }

  /** Starts the agent as a process of its own, with flags besides those that every test needs, by another command. */
  async startProcess(flags: readonly string[] = [], under: readonly string[] = []): Promise<AgentProcess> {
    const agent = new AgentProcess(this.node, { url: this.endpoint.url, flags, under });
    this.processes.push(agent);
    await agent.started();
    return agent;
  }

  /** Waits until the store has all lines of the container. */
  arrived(container: AccountedContainer): Promise<void> {
    return until(
      'all lines are stored',
      async () => (await storedOf(this.store, container)).length >= container.lines.size,
      20_000
    );
  }
}

/** A value that the agent shows under /metrics, summed over its labels. */
export async function gaugeOf(agent: Agent, name: string): Promise<number> {
  const metric = await agent.metrics.registry.getSingleMetric(`afterlog_${name}`)?.get();
  return metric?.values.reduce((sum, { value }) => sum + value, 0) ?? NaN;
}

/** A bed for each test of the file, and one store for all of them. */
export function faultBed(openStore: () => Promise<TestStore> = embeddedStore): Bed {
  const bed = new Bed();
  let store: TestStore;
  beforeAll(async () => {
    store = await openStore();
  });
  beforeEach(() => bed.open(store));
  afterEach(() => bed.close());
  afterAll(() => store.close());
  return bed;
}
