import { rmSync, utimesSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import type { Gap } from '../../model/records';
import { parseNs } from '../../model/time';
import { entriesOf, expectEachLineOnce, finalContainerRecord, storedContainerRecords, storedOf } from './agent-harness';
import { until } from '../testkit/until';
import { agentScene } from './agent-scene';

const scene = agentScene();

test('a log deleted before Loki acknowledged it is rescued, to the last line', async () => {
  scene.endpoint.stall();
  const { agent } = await scene.start();
  const container = scene.node.container({ pod: 'report-x7k2p' }).write(2_000);
  await until('the agent sees it', () => agent.unacked === container.bytes);
  container.deleteFiles();
  await until('the agent sees it go', () => agent.containerRecords().some(({ left }) => left !== null));
  scene.endpoint.release();
  const containerRecord = await finalContainerRecord(scene.store, container);
  expect(containerRecord).toMatchObject({
    status: 'rescued',
    linesSeen: 2_000,
    linesAcked: 2_000,
    gaps: [],
    ended: true,
  });
  expect(containerRecord).toMatchObject({ bytesSeen: container.bytes, bytesAcked: container.bytes });
  expect(containerRecord.left).toMatchObject({ directory: 'empty', bytesUnacked: container.bytes });
  await expectEachLineOnce(scene.store, [container]);
});

test('a log deleted with its directory after the last acknowledgement was kept', async () => {
  const { agent } = await scene.start();
  const container = scene.node.container({ pod: 'report-x7k2p' }).write(100);
  await scene.acknowledged(agent, container);
  container.deletePod();
  const containerRecord = await finalContainerRecord(scene.store, container);
  expect(containerRecord).toMatchObject({ status: 'complete', linesAcked: 100, gaps: [] });
  expect(containerRecord.left).toMatchObject({ directory: 'removed', bytesUnacked: 0 });
  expect(agent.containerRecords()).toHaveLength(1);
});

test('an agent that ends just after a log left still says that it was kept', async () => {
  const first = await scene.start();
  const container = scene.node.container({ pod: 'report-x7k2p' }).link('a'.repeat(64)).write(100);
  await scene.acknowledged(first.agent, container);
  container.deleteFiles();
  await until('the agent sees it go', () => first.agent.containerRecords().some(({ left }) => left !== null));
  await scene.agents.stop(first.agent);
  await scene.start();
  expect(await finalContainerRecord(scene.store, container)).toMatchObject({
    status: 'complete',
    gaps: [],
    linesAcked: 100,
  });
});

test('that a log went is told with the time at which it went, also where the agent was kept from looking', async () => {
  const { agent } = await scene.start();
  const container = scene.node.container({ pod: 'report-x7k2p' }).write(100);
  await scene.acknowledged(agent, container);
  container.deletePod();
  const gone = Date.now();
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_500); // nothing else of this process runs meanwhile
  const { left } = await finalContainerRecord(scene.store, container);
  expect(Date.parse(left?.at ?? '')).toBeLessThanOrEqual(gone);
  expect(Date.parse(left?.noticed ?? '')).toBeGreaterThanOrEqual(gone + 1_500);
});

test('a log that is found gone with its directory says until when an agent knew it there', async () => {
  const first = await scene.start();
  const container = scene.node.container({ pod: 'report-x7k2p' }).write(100);
  const watched = scene.node.container({ pod: 'report-k2p4q' }).write(100);
  await scene.acknowledged(first.agent, container);
  await scene.acknowledged(first.agent, watched);
  watched.deletePod();
  expect((await finalContainerRecord(scene.store, watched)).left).not.toHaveProperty('lastSeen');
  await scene.agents.stop(first.agent);
  const stopped = Date.now();
  container.deletePod();
  await scene.start();
  const { left } = await finalContainerRecord(scene.store, container);
  expect(left).toMatchObject({ directory: 'removed' });
  expect(Date.parse(left?.lastSeen ?? '')).toBeLessThanOrEqual(stopped);
  expect(Date.parse(left?.at ?? '')).toBeGreaterThanOrEqual(stopped);
});

test('the directory knows when a log went while no agent was there', async () => {
  const first = await scene.start();
  const container = scene.node.container({ pod: 'report-x7k2p' }).write(100);
  await scene.acknowledged(first.agent, container);
  await scene.agents.stop(first.agent);
  container.deleteFiles();
  const went = new Date(Math.floor(Date.now() / 1000 - 5 * 60) * 1000); // file times are fractions of seconds
  utimesSync(container.directory, went, went);
  await scene.start();
  const { left, gaps } = await finalContainerRecord(scene.store, container);
  expect(left).toMatchObject({ directory: 'empty' });
  expect(Date.parse(left?.at ?? '')).toBe(went.getTime());
  expect(Date.parse(left?.noticed ?? '')).toBeGreaterThan(went.getTime() + 5 * 60_000 - 1);
  // Until when its container wrote to the deleted file nobody knows.
  expect(gaps).toMatchObject([{ bytes: null, to: left?.noticed }]);
});

test('files that rotation deleted are counted as rotated away, with their lines', async () => {
  const { agent } = await scene.start();
  const container = scene.node.container({ pod: 'writer-0' }).write(300);
  const oldest = container.rotate();
  container.write(200);
  await scene.acknowledged(agent, container);
  rmSync(oldest);
  await until('it is noticed', () => agent.containerRecords()[0]?.rotatedAway != null);
  expect(agent.containerRecords()[0]).toMatchObject({ rotatedAway: { files: 1, lines: 300 }, left: null, gaps: [] });
  container.deleteFiles();
  expect(await finalContainerRecord(scene.store, container)).toMatchObject({
    status: 'complete',
    linesAcked: 500,
    linesSeen: 500,
  });
  await expectEachLineOnce(scene.store, [container]);
});

test('a restart of the agent sends nothing again and counts no line twice', async () => {
  const first = await scene.start();
  const container = scene.node.container({ pod: 'writer-0' }).write(300);
  container.rotate();
  container.write(200);
  await scene.acknowledged(first.agent, container);
  await scene.agents.stop(first.agent);
  const pushes = scene.endpoint.pushes;
  const second = await scene.start();
  await second.agent.settled();
  expect(second.agent.containerRecords()).toMatchObject([
    { linesSeen: 500, linesAcked: 500, bytesSeen: container.bytes },
  ]);
  expect(scene.endpoint.pushes).toBe(pushes);
  await expectEachLineOnce(scene.store, [container]);
});

test('what went unread while no agent was there is a gap with its bytes', async () => {
  const first = await scene.start();
  const partial = scene.node.container({ pod: 'partial-0' }).write(50);
  await scene.acknowledged(first.agent, partial);
  scene.endpoint.stall();
  const acked = partial.bytes;
  partial.write(70);
  await until('seen', () => first.agent.unacked > 0);
  partial.rotate(); // a rotated file grows no more, so that its size is known
  await until('the new file is seen', () => first.agent.containerRecords()[0]?.bytesSeen === partial.bytes);
  const stopped = scene.agents.stop(first.agent);
  await stopped;
  partial.deleteFiles();
  scene.endpoint.release();
  await scene.start();
  const containerRecord = await finalContainerRecord(scene.store, partial);
  expect(containerRecord.gaps).toMatchObject([
    { reason: 'unacknowledged', bytes: partial.bytes - acked }, // Loki had it in hand when the agent ended
    { reason: 'gone-unread', bytes: null, detail: 'what was written after the last look' },
  ]);
  expect(containerRecord.status).toBe('unknown');
  expect(containerRecord.linesAcked).toBe(50);
  expect(containerRecord.bytesAcked).toBe(acked);
});

test.each([
  ['directory, no look in between', 'deletePod'],
  ['files, no look in between', 'deleteFiles'],
] as const)(
  'a file that came and went unseen is a gap where the one before it had been rotated (%s)',
  async (_how, leave) => {
    const { agent } = await scene.start();
    const container = scene.node.container({ pod: 'report-x7k2p' }).write(100, 10);
    await scene.acknowledged(agent, container);
    container.rotate();
    container.write(24, 1);
    container[leave]();
    const containerRecord = await finalContainerRecord(scene.store, container);
    expect(containerRecord).toMatchObject({ status: 'unknown', linesSeen: 100, linesAcked: 100 });
    expect(containerRecord.gaps).toMatchObject([
      { reason: 'gone-unread', bytes: null, detail: 'a newer file that nobody saw' },
    ]);
    const [{ from, to }] = containerRecord.gaps as [Gap];
    expect(parseNs(from ?? '')).toBe(container.times[99]);
    expect(parseNs(to ?? '')).toBeGreaterThanOrEqual(container.times.at(-1)!);
  }
);

test('lines older than an hour go to streams of their hour, and all of them are stored', async () => {
  const old = scene.node
    .container({ pod: 'import-x7k2p' })
    .write(200, 5 * 3600)
    .write(200, 2 * 3600)
    .write(100);
  const { agent } = await scene.start();
  await agent.settled();
  await expectEachLineOnce(scene.store, [old]);
  const entries = await entriesOf(scene.store, '{late="true"}');
  expect(entries).toHaveLength(400);
  expect(new Set(entries.map(({ labels }) => labels.hour)).size).toBeGreaterThanOrEqual(2);
  expect(agent.containerRecords()).toMatchObject([{ linesAcked: 500, gaps: [] }]);
});

test('lines that no Loki would take any more are a gap, and those after them arrive', async () => {
  const container = scene.node.container({ pod: 'ancient-0' }).write(30, 8 * 86_400);
  const tooOld = container.bytes;
  container.write(20);
  const { agent } = await scene.start();
  await agent.settled();
  expect((await storedOf(scene.store, container)).map(({ line }) => line)).toEqual(container.written.slice(30));
  await wait(50);
  const containerRecord = (await storedContainerRecords(scene.store)).get(container.id);
  expect(containerRecord?.gaps).toMatchObject([{ reason: 'too-old', lines: 30, bytes: tooOld }]);
  container.deleteFiles();
  expect(await finalContainerRecord(scene.store, container)).toMatchObject({
    status: 'partial',
    linesAcked: 20,
    linesSeen: 50,
  });
});
