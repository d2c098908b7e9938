import { Writable } from 'node:stream';
import winston from 'winston';
import { containerRecordSchema, type ContainerRecord } from '../../model/records';
import { Agent, type Clock } from '../../shipper/agent/agent';
import { defaultAgentConfig, type AgentConfig } from '../../shipper/config/agent-config';
import type { FilesystemReader } from '../../shipper/node/disk/filesystem';
import { pages } from '../../shipper/loki/pages';
import type { Entry } from '../../shipper/loki/query-answer';
import type { SimulatedContainer, SimulatedNode } from '../testkit/simulated-node';
import type { TestStore } from '../testkit/store';
import { until } from '../testkit/until';

const DAY_NS = 86_400_000_000_000n;

/** All entries of a query in the last nine days, in order. */
export async function entriesOf({ client }: TestStore, query: string): Promise<Entry[]> {
  const now = BigInt(Date.now()) * 1_000_000n;
  const entries: Entry[] = [];
  for await (const page of pages(client, { query, from: now - 9n * DAY_NS, to: now + DAY_NS / 24n }, 'forward')) {
    entries.push(...page);
  }
  return entries;
}

/** The contents that the store has of a container run, in the order of their times. */
export async function storedOf(store: TestStore, { namespace, name, pod, restart }: SimulatedContainer) {
  const selector = `{namespace="${namespace}", container="${name}"} | pod="${pod}" | restart="${restart}"`;
  return entriesOf(store, selector);
}

/** Says of each container that the store has each of its lines once, in order. */
export async function expectEachLineOnce(store: TestStore, containers: readonly SimulatedContainer[]): Promise<void> {
  for (const container of containers) {
    const lines = (await storedOf(store, container)).map(({ line }) => line);
    expect(lines).toEqual(container.written);
  }
}

/** The newest container record of each container run in the store, by its id. */
export async function storedContainerRecords(store: TestStore): Promise<Map<string, ContainerRecord>> {
  const entries = await entriesOf(store, '{service_name="afterlog", record="container"}');
  const records = entries.map(({ line }) => containerRecordSchema.parse(JSON.parse(line)));
  return new Map(records.map((record) => [record.id, record]));
}

/** Waits for the final container record of a container run in the store. */
export async function finalContainerRecord(store: TestStore, { id }: SimulatedContainer): Promise<ContainerRecord> {
  let record: ContainerRecord | undefined;
  await until(`the final containerRecord of ${id}`, async () => {
    record = (await storedContainerRecords(store)).get(id);
    return record?.final === true;
  });
  return record!;
}

export function agentConfig(node: SimulatedNode, url: string, more: Partial<AgentConfig> = {}): AgentConfig {
  const config = defaultAgentConfig();
  config.loki = { url };
  config.logs.dir = node.logs;
  config.containers.dir = node.links;
  config.state.dir = node.state;
  config.node.name = 'n1';
  config.cluster.name = 'c1';
  config.listen = '';
  config.batch.wait = 50;
  config.push['backoff-min'] = 20;
  config.push['backoff-max'] = 200;
  config.rescan.interval = 500;
  return { ...config, ...more };
}

/** A running agent, and what it said: one JSON line an event. */
export interface RunningAgent {
  agent: Agent;
  said(): string;
}

/** Starts agents of one test; `stopAll` ends them. */
export class Agents {
  private readonly running = new Set<Agent>();

  async start(config: AgentConfig, more: { clock?: Clock; filesystem?: FilesystemReader } = {}): Promise<RunningAgent> {
    let said = '';
    const stream = new Writable({
      write(chunk: Buffer, _encoding, done) {
        said += chunk.toString();
        done();
      },
    });
    const logger = winston.createLogger({ level: 'info', transports: [new winston.transports.Stream({ stream })] });
    const agent = new Agent(config, { ...more, logger });
    await agent.start();
    this.running.add(agent);
    return { agent, said: () => said };
  }

  async stop(agent: Agent): Promise<void> {
    this.running.delete(agent);
    await agent.stop({ graceMs: 1_000 });
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.running].map((agent) => this.stop(agent)));
  }
}
