import { rmSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { formatNs } from '../../model/time';
import { expectEachLineOnce, finalContainerRecord, storedContainerRecords } from './agent-harness';
import { until } from '../testkit/until';
import { agentScene } from './agent-scene';

const scene = agentScene();
const ID = 'a'.repeat(64);

/** What the store has of the container's record now, final or complete or not. */
async function isDoneWith(id: string): Promise<boolean> {
  const record = (await storedContainerRecords(scene.store)).get(id);
  return record !== undefined && (record.final || record.status === 'complete' || record.status === 'rescued');
}

test('a log that is removed by hand while its container writes is read on, until the kubelet made a new one and after', async () => {
  const { agent } = await scene.start();
  const container = scene.node.container({ pod: 'writer-0' }).link(ID).append('').reopen().write(50);
  await scene.acknowledged(agent, container);
  container.deleteByHand();
  for (let i = 0; i < 30; i++) {
    container.write(2);
    await wait(100);
    expect(await isDoneWith(container.id)).toBe(false);
  }
  container.reopen();
  for (let i = 0; i < 10; i++) {
    container.write(2);
    await wait(50);
  }
  await scene.acknowledged(agent, container);
  expect(agent.containerRecords()).toMatchObject([{ left: null, ended: false, status: 'pending', gaps: [] }]);
  container.release();
  container.deleteFiles();
  expect(await finalContainerRecord(scene.store, container)).toMatchObject({ linesAcked: 130, gaps: [], ended: true });
  await expectEachLineOnce(scene.store, [container]);
});

test('a log that was removed is not done with as long as the kubelet has its container, however silent it is', async () => {
  const { agent } = await scene.start();
  const container = scene.node.container({ pod: 'silent-0' }).link(ID).append('').reopen().write(50);
  await scene.acknowledged(agent, container);
  container.deleteByHand();
  await wait(7_000);
  expect(await isDoneWith(container.id)).toBe(false);
  container.write(5).release();
  await scene.acknowledged(agent, container);
  expect(agent.containerRecords()).toMatchObject([{ final: false, status: 'pending' }]);
  container.unlink();
  expect(await finalContainerRecord(scene.store, container)).toMatchObject({
    status: 'rescued',
    linesAcked: 55,
    gaps: [],
  });
  await expectEachLineOnce(scene.store, [container]);
}, 20_000);

test('where no link tells, a removed log that is written to is read until it is silent', async () => {
  const { agent } = await scene.start();
  const container = scene.node.container({ pod: 'unlinked-0' }).append('').reopen().write(50);
  await scene.acknowledged(agent, container);
  rmSync(container.directory, { recursive: true });
  for (let i = 0; i < 4; i++) {
    await wait(1_500);
    container.write(10);
    expect(await isDoneWith(container.id)).toBe(false);
  }
  container.release();
  expect(await finalContainerRecord(scene.store, container)).toMatchObject({
    linesAcked: 90,
    gaps: [],
    status: 'rescued',
  });
  await expectEachLineOnce(scene.store, [container]);
}, 20_000);

test('a deleted log that its container goes on writing to, given up by the budget, is not complete', async () => {
  const config = scene.config();
  config.rescue['max-age'] = 2_000;
  const { agent } = await scene.start(config);
  const container = scene.node.container({ pod: 'given-up-0' }).link(ID).append('').reopen().write(50);
  await scene.acknowledged(agent, container);
  container.deleteByHand();
  const writing = setInterval(() => container.write(1), 100);
  try {
    await until(
      'it is given up',
      () => agent.containerRecords()[0]?.gaps.some(({ reason }) => reason === 'shed') === true
    );
    await wait(2_000); // the kubelet has the container still, which writes on
    expect(await isDoneWith(container.id)).toBe(false);
  } finally {
    clearInterval(writing);
    container.release();
  }
  container.unlink();
  const record = await finalContainerRecord(scene.store, container);
  expect(record).toMatchObject({ status: 'partial', ended: true });
  const lastNs = formatNs(container.times.at(-1)!);
  expect(record.gaps).toContainEqual(expect.objectContaining({ reason: 'shed', bytes: null }));
  expect(record.gaps.some(({ to }) => to !== null && to >= lastNs)).toBe(true);
});

test('a log that comes back while the last record of what was there waits for Loki is followed on', async () => {
  const names = { pod: 'etcd-n1', uid: 'of-the-manifest' };
  const { agent } = await scene.start();
  const first = scene.node.container(names).link(ID).write(30);
  await scene.acknowledged(agent, first);
  scene.endpoint.treatBody = () => 'pass';
  scene.endpoint.treat = () => ({ status: 503 }); // the records
  first.deletePod();
  await until('its last record waits', () => agent.containerRecords().some(({ final }) => final));
  const next = scene.node.container(names).link('b'.repeat(64)).write(20);
  await until('the log is followed', () => agent.containerRecords().some(({ linesAcked }) => linesAcked === 50));
  scene.endpoint.treat = () => 'pass';
  await until('Loki has the record', async () => (await storedContainerRecords(scene.store)).has(first.id));
  scene.endpoint.treatBody = () => ({ status: 503 });
  next.write(5);
  await until('what waits is counted', () => agent.unacked > 0);
  scene.endpoint.treatBody = () => 'pass';
  next.deletePod();
  await until('all of it is in the last record', async () => {
    const record = (await storedContainerRecords(scene.store)).get(first.id);
    return record?.final === true && record.linesAcked === 55;
  });
  expect(agent.containerRecords()).toHaveLength(1);
}, 60_000);

test('a static pod that returns under its UID has a record of its own, after a restart of the agent, too', async () => {
  const names = { pod: 'etcd-n1', uid: 'of-the-manifest' };
  let { agent } = await scene.start();
  const first = scene.node.container(names).link(ID).write(30);
  await scene.acknowledged(agent, first);
  first.deletePod();
  await finalContainerRecord(scene.store, first);
  for (const [restarted, lines, id] of [
    [false, 20, 'b'.repeat(64)],
    [true, 10, 'c'.repeat(64)],
  ] as const) {
    if (restarted) {
      await scene.agents.stop(agent);
      ({ agent } = await scene.start());
    }
    const next = scene.node.container(names).link(id).write(lines);
    await until('it is there', () => agent.containerRecords().some(({ linesAcked }) => linesAcked === lines));
    next.deletePod();
    await until('all are final', async () => {
      const records = [...(await storedContainerRecords(scene.store)).values()];
      return records.some(({ containerId, final }) => containerId === id && final);
    });
  }
  const records = [...(await storedContainerRecords(scene.store)).values()];
  expect(records.map(({ linesAcked, status, gaps }) => ({ linesAcked, status, gaps }))).toEqual(
    [30, 20, 10].map((linesAcked) => ({ linesAcked, status: 'complete', gaps: [] }))
  );
  expect(records[0]?.id).toBe(first.id);
  expect(new Set(records.map(({ id }) => id)).size).toBe(3);
}, 60_000);
