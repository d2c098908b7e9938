import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { agentConfig, Agents, expectEachLineOnce, storedLedgers, storedOf, until } from './agent-harness';
import { SimulatedNode, type SimulatedContainer } from './agent-node';
import { program } from './logs-program';
import { startTestStore, type TestStore } from './logs-store';

const KILLS = 10;

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

let node: SimulatedNode;
let store: TestStore;
const agents = new Agents();
let child: ChildProcess | null = null;
beforeEach(async () => {
  node = new SimulatedNode();
  store = await startTestStore();
});
afterEach(async () => {
  child?.kill('SIGKILL');
  await agents.stopAll();
  await store.close();
  node.remove();
});

function startAgent(): ChildProcess {
  const args = ['--loki.url', store.url, '--logs.dir', node.logs, '--containers.dir', node.links, '--listen', ''];
  const names = ['--state.dir', node.state, '--node.name', 'n1', '--cluster.name', 'c1', '--batch.wait', '20ms'];
  return spawn(process.execPath, [program, 'agent', ...args, ...names], { stdio: 'ignore' });
}

const rotatedFiles = ({ directory }: SimulatedContainer) =>
  readdirSync(directory)
    .filter((name) => name.startsWith('0.log.'))
    .sort()
    .map((name) => join(directory, name));

test('kill -9 at random moments, while logs are written, rotated and deleted, loses no line and stores none twice', async () => {
  const random = randomFrom(20_261_124);
  const containers = ['a', 'b', 'c'].map((name) => node.container({ pod: `writer-${name}-0`, container: name }));
  const writer = setInterval(() => {
    for (const container of containers) {
      container.write(1 + Math.floor(random() * 40));
      if (random() < 0.02) {
        container.rotate();
      }
    }
  }, 10);
  for (let kill = 0; kill < KILLS; kill++) {
    child = startAgent();
    await wait(300 + random() * 700);
    if (kill % 3 === 2) {
      await deleteOldest(containers[kill % containers.length]!);
    }
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  clearInterval(writer);

  const { agent } = await agents.start(agentConfig(node, store.url));
  await agent.settled();
  await expectEachLineOnce(store, containers);
  containers.forEach((container) => container.deleteFiles());
  await until('the final ledgers', async () => {
    const ledgers = await storedLedgers(store);
    return containers.every(({ id }) => ledgers.get(id)?.final === true);
  });
  const ledgers = await storedLedgers(store);
  for (const { id, written, bytes } of containers) {
    const lines = written.length;
    expect(ledgers.get(id)).toMatchObject({ linesSeen: lines, linesAcked: lines, bytesSeen: bytes, gaps: [] });
    expect(ledgers.get(id)).toMatchObject({ bytesAcked: bytes, verdict: 'kept' });
  }
}, 45_000);

/** Rotation deletes the oldest file, one that the running agent has brought to the store (else it would be a loss). */
async function deleteOldest(container: SimulatedContainer): Promise<void> {
  container.rotate();
  const there = container.written.length;
  const [oldest] = rotatedFiles(container);
  await until('the store has the rotated lines', async () => (await storedOf(store, container)).length >= there);
  await wait(200); // the acknowledgement is on its way
  rmSync(oldest!);
}
