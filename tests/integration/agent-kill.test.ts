import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseNs } from '../../model/time';
import type { ContainerRecord } from '../../model/records';
import { Endpoint, type Treatment } from './agent-endpoint';
import { agentConfig, Agents, entriesOf, storedContainerRecords } from './agent-harness';
import { until } from '../testkit/until';
import { SimulatedNode, type SimulatedContainer } from '../testkit/simulated-node';
import { program } from './logs-program';
import { startTestStore, type TestStore } from '../testkit/store';

/** `AGENT_KILLS=500 npx jest tests/integration/agent-kill` kills more often; `AGENT_KILL_SEED` repeats a run. */
const KILLS = Number(process.env.AGENT_KILLS ?? 15);
const SEED = Number(process.env.AGENT_KILL_SEED ?? 20_261_124);
const LIVE = 4;
const STEPS_TO_DELETION = 60;

/** Random numbers from a seed (mulberry32), so that a failure can be repeated. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const random = randomFrom(SEED);
const chance = (probability: number) => random() < probability;

let node: SimulatedNode;
let store: TestStore;
let endpoint: Endpoint;
const agents = new Agents();
let child: ChildProcess | null = null;
beforeEach(async () => {
  node = new SimulatedNode();
  store = await startTestStore();
  endpoint = await Endpoint.before(store.url);
});
afterEach(async () => {
  child?.kill('SIGKILL');
  await agents.stopAll();
  await endpoint.close();
  await store.close();
  node.remove();
});

function startAgent(): ChildProcess {
  const args = ['--loki.url', endpoint.url, '--logs.dir', node.logs, '--containers.dir', node.links, '--listen', ''];
  const names = ['--state.dir', node.state, '--node.name', 'n1', '--cluster.name', 'c1', '--batch.wait', '20ms'];
  const push = ['--push.timeout', '300ms', '--push.backoff-min', '10ms', '--push.backoff-max', '100ms'];
  const small = ['--batch.size', '16KiB', '--limits.max-line-size', '4KiB'];
  return spawn(process.execPath, [program, 'agent', ...args, ...names, ...push, ...small], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

/** Resolves when the agent says that it has started: on a busy machine that takes its time. */
async function started({ stderr }: ChildProcess): Promise<void> {
  for await (const text of stderr ?? []) {
    if (String(text).includes('agent started')) {
      return;
    }
  }
}

const troubles: Treatment[] = [
  { status: 500, body: 'empty ring' },
  { after: 500 },
  { status: 429, body: 'ingestion rate limit exceeded for user fake (limit: 4194304 bytes/sec)' },
  { after: 503 },
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
        child = startAgent();
        await (chance(0.1) ? wait(random() * 500) : started(child));
        await wait(random() * 1_000);
        child.kill('SIGKILL');
        await once(child, 'exit');
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
