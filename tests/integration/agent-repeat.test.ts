import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { entriesOf, expectEachLineOnce, storedOf } from './agent-harness';
import { until } from '../testkit/until';
import type { SimulatedContainer } from '../testkit/simulated-node';
import { agentScene } from './agent-scene';

const scene = agentScene();

const checkpoint = () => join(scene.node.state, 'checkpoint.jsonl');
const HOUR_NS = 3_600_000_000_000n;

/** A clock that a test sets. */
class TestClock {
  ahead = 0n;
  now = () => this.when(Date.now());
  when = (ms: number) => BigInt(Math.round(ms)) * 1_000_000n + this.ahead;
}

/** Lets the store take what is sent while the agent hears nothing of it, until the store has all lines. */
async function storedUnheard(container: SimulatedContainer, clock?: TestClock) {
  scene.endpoint.treat = () => ({ status: 503, stored: true });
  const { agent } = await scene.start(scene.config(), clock && { clock });
  await until(
    'the store has it',
    async () => (await storedOf(scene.store, container)).length === container.written.length
  );
  expect(agent.unacked).toBe(container.bytes);
  return agent;
}

/** Ends the agent as `kill -9` would: with the checkpoint as it was. */
async function kill(agent: Awaited<ReturnType<typeof storedUnheard>>): Promise<void> {
  const kept = readFileSync(checkpoint());
  await scene.agents.stop(agent);
  writeFileSync(checkpoint(), kept);
}

test('lines that went out before the container’s id was known are sent again without it, after a crash, too', async () => {
  const container = scene.node.container({ pod: 'import-x7k2p' }).write(200, 5);
  const first = await storedUnheard(container);
  container.link('a'.repeat(64));
  await kill(first);
  scene.endpoint.treat = () => 'pass';
  const { agent } = await scene.start();
  await agent.settled();
  container.write(50);
  await agent.settled();
  await expectEachLineOnce(scene.store, [container]);
  const ids = (await storedOf(scene.store, container)).map(({ metadata }) => metadata.container_id);
  expect(ids).toEqual([...Array<undefined>(200), ...Array<string>(50).fill('a'.repeat(64))]);
});

test.each(['waited', 'were waiting when the agent was killed'])(
  'lines that became late while they %s go to the stream that may have them already',
  async (how) => {
    const clock = new TestClock();
    const container = scene.node.container({ pod: 'import-x7k2p' }).write(200, 5);
    let agent = await storedUnheard(container, clock);
    clock.ahead = 2n * HOUR_NS;
    if (how !== 'waited') {
      await kill(agent);
      ({ agent } = await scene.start(scene.config(), { clock }));
    }
    scene.endpoint.treat = () => 'pass';
    container.write(20);
    await agent.settled();
    await expectEachLineOnce(scene.store, [container]);
    expect(agent.containerRecords()).toMatchObject([{ linesAcked: 220, gaps: [] }]);
    // What had not been sent before goes by its age.
    expect((await entriesOf(scene.store, '{late="true", container="main"}')).map(({ line }) => line)).toEqual(
      container.written.slice(200)
    );
  }
);

test('lines that the stream has come to be an hour ahead of go to streams of late lines', async () => {
  const clock = new TestClock();
  clock.ahead = -HOUR_NS;
  const now = BigInt(Date.now()) * 1_000_000n;
  const container = scene.node.container({ pod: 'import-x7k2p' }).write(200, 70 * 60);
  const labels = { cluster: 'c1', namespace: 'jobs', workload: 'import', service_name: 'import', container: 'main' };
  await scene.store.push(labels, [[now, 'of another node', { pod: 'import-b9q4z', restart: '0' }]]);
  const { agent } = await scene.start(scene.config(), { clock });
  await agent.settled();
  await expectEachLineOnce(scene.store, [container]);
  expect(await entriesOf(scene.store, '{late="true", container="main"}')).toHaveLength(200);
  expect(agent.containerRecords()).toMatchObject([{ linesAcked: 200, gaps: [] }]);
});

test('a log that is cut to nothing while a push is under way is read from its start, and what was not read is a gap', async () => {
  const container = scene.node.container({ pod: 'copied-0' }).write(1_000, 5);
  const cut = container.bytes;
  const config = scene.config();
  config.batch.size = 16 * 1024;
  scene.endpoint.stall();
  const { agent, said } = await scene.start(config);
  await until('a push is under way', () => agent.unacked === cut && scene.endpoint.waiting > 0);
  truncateSync(container.current);
  await until('it is noticed', () => said().includes('truncated'));
  container.write(30);
  scene.endpoint.release();
  await agent.settled();

  const stored = (await storedOf(scene.store, container)).map(({ line }) => line);
  const before = stored.length - 30;
  expect(before).toBeGreaterThan(0);
  expect(stored).toEqual([...container.written.slice(0, before), ...container.written.slice(1_000)]);
  const bytes = container.sizes.slice(before, 1_000).reduce((sum, size) => sum + size, 0);
  expect(agent.containerRecords()).toMatchObject([
    { linesAcked: stored.length, bytesSeen: container.bytes, gaps: [{ reason: 'truncated', bytes }, { bytes: null }] },
  ]);
});

test('marked lines are counted once, however often they are sent', async () => {
  const container = scene.node.container({ pod: 'odd-0' }).write(5, 5).append('no CRI line\n').append('nor this one\n');
  scene.endpoint.treat = (push) => (push < 4 ? { status: 500, body: 'empty ring' } : 'pass');
  const { agent } = await scene.start();
  await agent.settled();
  expect(scene.endpoint.pushes).toBeGreaterThan(4);
  const metrics = await agent.metrics.registry.metrics();
  expect(metrics).toContain('afterlog_unparsed_lines_total 2\n');
  expect(metrics).toContain('afterlog_read_lines_total 7\n');
  expect(metrics).toContain(`afterlog_read_bytes_total ${container.bytes}\n`);
});
