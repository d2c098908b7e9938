import { lutimesSync, rmSync, symlinkSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { formatNs } from '../../model/time';
import { finalContainerRecord, storedOf } from './agent-harness';
import { until } from '../testkit/until';
import { criLine, secondsAgo, type SimulatedContainer } from '../testkit/simulated-node';
import { agentScene } from './agent-scene';

// What happens while the agent cannot look: it runs in this process, and looks at nothing until a test lets go of it.

const scene = agentScene();
const ID = 'a'.repeat(64);

/** Longer than the kernel's tick, which the times of files are as coarse as. */
const pause = (ms = 100) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

/** Rotates as the kubelet does that keeps so many files: the oldest goes, the current one gets its name, the next is made. */
function rotate(container: SimulatedContainer, rotated: string[], maxFiles: number): void {
  while (rotated.length > maxFiles - 2) {
    rmSync(rotated.shift()!);
  }
  rotated.push(container.rotate());
}

async function expectNamed(container: SimulatedContainer, missing: readonly number[]): Promise<void> {
  const stored = new Set((await storedOf(scene.store, container)).map(({ line }) => line));
  expect(container.written.filter((line, i) => !missing.includes(i) && !stored.has(line))).toEqual([]);
  const { gaps, status } = await finalContainerRecord(scene.store, container);
  expect(['partial', 'unknown']).toContain(status);
  for (const index of missing) {
    const time = formatNs(container.times[index]!);
    expect(gaps.some(({ from, to }) => (from === null || from <= time) && to !== null && time <= to)).toBe(true);
  }
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

test('files that were rotated and deleted between two looks are missing, and the record says so', async () => {
  const { agent } = await scene.start();
  const container = scene.node.container({ pod: 'small-rotate-0' }).link(ID).write(20);
  await scene.acknowledged(agent, container);
  const rotated: string[] = [];
  for (let i = 0; i < 5; i++) {
    rotate(container, rotated, 2);
    container.write(10);
    pause();
  }
  // Of five files that it filled meanwhile two are there.
  await until('the newest are there', async () => (await storedOf(scene.store, container)).length === 40);
  await until('acknowledged', () => agent.unacked === 0);
  container.deleteFiles();
  await expectNamed(container, range(20, 50));
});

test('where as many files are there as were rotated between two looks nothing is missing, and nothing is said', async () => {
  const { agent } = await scene.start();
  const container = scene.node.container({ pod: 'small-rotate-1' }).link(ID).write(20);
  await scene.acknowledged(agent, container);
  const rotated: string[] = [];
  for (let i = 0; i < 2; i++) {
    pause();
    rotate(container, rotated, 2); // the second deletes the file that the agent has open
    container.write(10);
  }
  await scene.acknowledged(agent, container);
  container.deleteFiles();
  expect(await finalContainerRecord(scene.store, container)).toMatchObject({
    linesAcked: 40,
    gaps: [],
    status: 'complete',
  });
});

test('what was rotated and deleted before the agent first saw a log is not taken for complete', async () => {
  const container = scene.node.container({ pod: 'rotated-before-0' }).write(20).link(ID);
  const rotated: string[] = [];
  for (let i = 0; i < 3; i++) {
    pause(300);
    rotate(container, rotated, 2);
    container.write(10);
  }
  const { agent } = await scene.start();
  await until('the newest are there', async () => (await storedOf(scene.store, container)).length === 20);
  await until('acknowledged', () => agent.unacked === 0);
  container.deleteFiles();
  await expectNamed(container, range(0, 30));
});

test('a log that is emptied and grows beyond its old size between two looks is read from its start', async () => {
  const { agent } = await scene.start();
  const container = scene.node.container({ pod: 'emptied-0' }).link(ID).append('').reopen().write(20);
  await scene.acknowledged(agent, container);
  container.write(10);
  truncateSync(container.current);
  container.write(60);
  await until('the new ones are there', async () => (await storedOf(scene.store, container)).length === 80);
  await until('acknowledged', () => agent.unacked === 0);
  container.release();
  container.deleteFiles();
  await expectNamed(container, range(20, 30));
});

test('a log that is emptied and has its old size again is read from its start', async () => {
  const { agent } = await scene.start();
  const line = (n: number) => criLine(secondsAgo(0), `line ${n}`);
  const container = scene.node.container({ pod: 'emptied-1' }).link(ID).append('').reopen();
  container.append(line(1));
  const contents = async () => (await storedOf(scene.store, container)).map((entry) => entry.line);
  await until('it is there', async () => (await contents()).length === 1 && agent.unacked === 0);
  truncateSync(container.current);
  container.append(line(2));
  await until('the new one is there', async () => (await contents()).length === 2);
  expect(await contents()).toEqual(['line 1', 'line 2']);
});

test('a log that came and went before anybody looked into its directory, which stays, has a record that says so', async () => {
  const { agent } = await scene.start();
  const container = scene.node.container({ pod: 'brief-0' });
  const silent = scene.node.container({ pod: 'silent-0' });
  pause();
  container.write(5).deleteFiles();
  expect(await finalContainerRecord(scene.store, container)).toMatchObject({
    status: 'unknown',
    gaps: [{ reason: 'gone-unread', bytes: null, detail: 'it came and went while the agent could not look' }],
  });
  expect(agent.containerRecords().some(({ id }) => id === silent.id)).toBe(false);
  silent.write(5);
  await scene.acknowledged(agent, silent);
  expect(agent.containerRecords().find(({ id }) => id === silent.id)?.gaps).toEqual([]);
});

test('a container whose log was removed before the agent began, and never made again, has a record', async () => {
  const container = scene.node.container({ pod: 'removed-1' }).link(ID).append('').write(5);
  container.deleteByHand();
  lutimesSync(join(scene.node.links, `removed-1_jobs_main-${ID}.log`), 1_700_000_000, 1_700_000_000);
  const { agent } = await scene.start();
  await until('it is noticed', () => agent.containerRecords().length === 1);
  expect(agent.containerRecords()[0]).toMatchObject({ id: container.id, status: 'pending', final: false });
  container.unlink();
  const { status, gaps } = await finalContainerRecord(scene.store, container);
  expect(status).toBe('unknown');
  expect(gaps[0]).toMatchObject({ reason: 'gone-unread', bytes: null, from: null });
});

test('what a container writes to a log that was removed by hand while no agent is there is not taken for complete', async () => {
  const first = await scene.start();
  const container = scene.node.container({ pod: 'removed-0' }).link(ID).append('').reopen().write(20);
  await scene.acknowledged(first.agent, container);
  container.deleteByHand();
  await until('it is seen', () => first.agent.containerRecords()[0]?.left !== null);
  await scene.agents.stop(first.agent);
  container.write(10);
  const { agent } = await scene.start();
  await until('the record tells', () => (agent.containerRecords()[0]?.gaps.length ?? 0) > 0);
  container.write(10);
  expect(agent.containerRecords()).toMatchObject([{ final: false, ended: false, status: 'pending' }]);
  container.release();
  container.unlink();
  await expectNamed(container, range(20, 40));
}, 20_000);

test('a log whose link leads nowhere when the agent first sees it has a record', async () => {
  const container = scene.node.container({ pod: 'docker-0' });
  const target = join(scene.node.dir, 'docker', `${ID}-json.log`);
  symlinkSync(target, container.current);
  container.link(ID);
  const { agent } = await scene.start();
  await until('it has a record', () => agent.containerRecords().length === 1);
  expect(agent.containerRecords()).toMatchObject([
    { final: false, gaps: [{ reason: 'unreadable', bytes: null, from: null, to: expect.any(String) }] },
  ]);
});

test('what a running container waits with while Loki takes nothing is at risk', async () => {
  const { agent } = await scene.start();
  const container = scene.node.container({ pod: 'running-0' }).link(ID).write(20);
  await scene.acknowledged(agent, container);
  scene.endpoint.treat = () => ({ status: 400, body: 'Client sent an HTTP request to an HTTPS server.' });
  const writing = setInterval(() => container.write(1), 100);
  try {
    await until('it is at risk', () => agent.atRisk > 0);
    expect(agent.atRisk).toBe(agent.unacked);
  } finally {
    clearInterval(writing);
  }
}, 20_000);
