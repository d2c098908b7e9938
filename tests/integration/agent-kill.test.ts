import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseNs } from '../../model/time';
import type { ContainerRecord } from '../../model/records';
import { Endpoint } from './agent-endpoint';
import type { Treatment } from '../testkit/fake-loki';
import { agentConfig, Agents, entriesOf, storedContainerRecords } from './agent-harness';
import { until } from '../testkit/until';
import { SimulatedNode, type SimulatedContainer } from '../testkit/simulated-node';
import { AgentProcess } from '../testkit/agent-process';
import { randomFrom } from '../testkit/random';
import { startTestStore, type TestStore } from '../testkit/store';

/** `AGENT_KILLS=500 npx jest tests/integration/agent-kill` kills more often; `AGENT_KILL_SEED` repeats a run. */
const KILLS = Number(process.env.AGENT_KILLS ?? 15);
const SEED = Number(process.env.AGENT_KILL_SEED ?? 20_261_124);
const LIVE = 4;
const STEPS_TO_DELETION = 60;

const random = randomFrom(SEED);
const chance = (probability: number) => random() < probability;

let node: SimulatedNode;
let store: TestStore;
let endpoint: Endpoint;
const agents = new Agents();
let killed: AgentProcess | null = null;
beforeEach(async () => {
  node = new SimulatedNode();
  store = await startTestStore();
  endpoint = await Endpoint.before(store.url);
});
afterEach(async () => {
  await killed?.end('SIGKILL');
  await agents.stopAll();
  await endpoint.close();
  await store.close();
  node.remove();
});

function startAgent(): AgentProcess {
  const push = ['--push.timeout', '300ms', '--push.backoff-min', '10ms', '--push.backoff-max', '100ms'];
  const small = ['--batch.size', '16KiB', '--limits.max-line-size', '4KiB'];
  return new AgentProcess(node, { url: endpoint.url, flags: [...push, ...small] });
}

const troubles: Treatment[] = [
  { status: 500, body: 'empty ring' },
  { status: 500, stored: true },
  { status: 429, body: 'ingestion rate limit exceeded for user fake (limit: 4194304 bytes/sec)' },
  { status: 503, stored: true },
  'reset',
  'reset-after',
  'hang',
  'hang-after',
];

const rotatedFiles = ({ directory }: SimulatedContainer) =>
  readdirSync(directory)
    .filter((name) => name.startsWith('0.log.'))
    .sort()
    .map((name) => join(directory, name));

/** What runs on the node: containers that write, are rotated, end and are deleted, whatever the agent does. */
class Workload {
  readonly all: SimulatedContainer[] = [];
  private live: SimulatedContainer[] = [];
  private ended: { container: SimulatedContainer; steps: number } | null = null;

  step(): void {
    while (this.live.length < LIVE) {
      const index = this.all.length;
      const names = { pod: `job-${index % 3}-${index}`, uid: `uid-${index}`, container: 'main' };
      const container = node.container(names).write(1);
      if (chance(0.5)) {
        container.link(index.toString(16).padStart(64, '0'));
      }
      this.all.push(container);
      this.live.push(container);
    }
    for (const container of this.live) {
      if (chance(0.5)) {
        container.write(1 + Math.floor(random() * 60));
      }
      if (chance(0.02)) {
        container.rotate();
      }
      const rotated = rotatedFiles(container);
      if (rotated.length > 2 && chance(0.05) && known(container)) {
        rmSync(rotated[0]!); // the oldest, as the kubelet does when there are too many
      }
    }
    this.end();
  }

  /** One container ends, and is deleted a while after: the kubelet deletes no log that is being written or rotated. */
  private end(): void {
    const [oldest] = this.live;
    if (this.ended === null && oldest && chance(0.04) && known(oldest)) {
      this.live.shift();
      this.ended = { container: oldest, steps: 0 };
    } else if (this.ended && ++this.ended.steps > STEPS_TO_DELETION) {
      this.ended.container.deletePod();
      this.ended = null;
    }
  }
}

/** What comes and goes while no agent is there has no container record: nothing is deleted before one has seen the container. */
function known({ id }: SimulatedContainer): boolean {
  const checkpoint = join(node.state, 'checkpoint.jsonl');
  return existsSync(checkpoint) && readFileSync(checkpoint, 'utf8').includes(`"${id}"`);
}

test(
  `kill -9 at ${KILLS} random moments under a failing endpoint, while logs are written, rotated and deleted: each line is in the store once, or the containerRecords name what is missing`,
  async () => {
    endpoint.treat = () => (chance(0.5) ? troubles[Math.floor(random() * troubles.length)]! : 'pass');
    const work = new Workload();
    const writer = setInterval(() => work.step(), 20);
    try {
      for (let kill = 0; kill < KILLS; kill++) {
        killed = startAgent();
        await (chance(0.1) ? wait(random() * 500) : killed.started());
        await wait(random() * 1_000);
        await killed.end('SIGKILL');
      }
    } finally {
      clearInterval(writer);
    }
    endpoint.treat = () => 'pass';
    const { agent } = await agents.start(agentConfig(node, endpoint.url));
    await agent.settled();
    work.all.forEach((container) => {
      rmSync(container.directory, { recursive: true, force: true });
      container.unlink();
    });
    await until('the final container records', () => agent.containerRecords().every(({ final }) => final), 30_000);
    const containerRecords = await storedContainerRecords(store);
    const lines = await linesByPod();
    let missing = 0;
    for (const container of work.all) {
      missing += account(container, lines.get(container.pod) ?? [], containerRecords.get(container.id));
    }
    const written = work.all.reduce((sum, container) => sum + container.written.length, 0);
    process.stdout.write(
      `seed ${SEED}: ${KILLS} kills, ${endpoint.pushes} pushes, ${work.all.length} containers, ` +
        `${written} lines, of which ${missing} were deleted unread and are named by containerRecords\n`
    );
    // How much could be read in time is the machine's speed; that something was shows that the test tests something.
    expect(written - missing).toBeGreaterThan(0);
  },
  60_000 + KILLS * 3_000
);

async function linesByPod(): Promise<Map<string, string[]>> {
  const lines = new Map<string, string[]>();
  for (const { line, metadata } of await entriesOf(store, '{container="main"}')) {
    const pod = metadata.pod ?? '';
    lines.set(pod, [...(lines.get(pod) ?? []), line]);
  }
  return lines;
}

/** Holds a container's container record against what it wrote and what the store has. @returns the lines that are missing */
function account(
  container: SimulatedContainer,
  stored: string[],
  containerRecord: ContainerRecord | undefined
): number {
  const there = new Set(stored);
  const twice = stored.filter((line, index) => stored.indexOf(line) !== index);
  expect({ id: container.id, twice }).toEqual({ id: container.id, twice: [] });
  const missing = container.written.flatMap((line, index) =>
    there.has(line) ? [] : [{ line, time: container.times[index]!, bytes: container.sizes[index]! }]
  );
  const gaps = containerRecord?.gaps ?? [];
  const about = { id: container.id, known: containerRecord !== undefined, missing: missing.length, gaps };
  const uncovered = missing.filter(
    ({ time }) =>
      !gaps.some(({ from, to }) => (parseNs(from ?? '') ?? 0n) <= time && time <= (parseNs(to ?? '') ?? 1n << 63n))
  );
  expect({ ...about, uncovered: uncovered.slice(0, 3) }).toEqual({ ...about, uncovered: [] });
  const bytes = missing.reduce((sum, one) => sum + one.bytes, 0);
  const named = (of: typeof gaps) => of.reduce((sum, gap) => sum + (gap.bytes ?? 0), 0);
  const sure = named(gaps.filter(({ reason }) => reason !== 'unacknowledged'));
  const most = gaps.some((gap) => gap.bytes === null) ? Infinity : named(gaps);
  if (bytes < sure || bytes > most) {
    throw new Error(
      `${bytes} bytes are missing, the containerRecord says other: ${JSON.stringify({ ...about, containerRecord })}`
    );
  }
  return missing.length;
}
