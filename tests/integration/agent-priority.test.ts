import type { Mounted } from '../../shipper/node/disk/filesystem';
import { expectEachLineOnce } from './agent-harness';
import { until } from '../testkit/until';
import type { SimulatedContainer } from '../testkit/simulated-node';
import { agentScene } from './agent-scene';

const GIB = 2 ** 30;
const BATCH = 8 * 1024;

const scene = agentScene();

/** A disk of 100 GiB, one for all; the kubelet's default threshold on imagefs is 15 GiB. */
const disk = (available: () => number) => async (): Promise<Mounted> => ({
  device: 1,
  filesystem: { capacity: 100 * GIB, available: available(), used: 50 * GIB, inodes: null, inodesFree: null },
});

/**
 * Runs before a stalled endpoint 20 containers that write on, 6 whose logs left and 2 that are silent, as ended ones are
 * before a reclaim; then lets through so many pushes.
 */
async function shipUnder(available: () => number, pushes: number) {
  const containers = (count: number, prefix: string, lines: number) =>
    Array.from({ length: count }, (_, i) =>
      scene.node.container({ pod: `${prefix}-${i}`, namespace: `${prefix}-${i}` }).write(lines, 5)
    );
  const running = containers(20, 'running', 600);
  const left = [...containers(5, 'ended', 300), ...containers(1, 'large', 900)];
  const ended = [...left, ...containers(2, 'silent', 300)];
  const config = scene.config();
  config.batch.size = BATCH;
  config.push.concurrency = 1;
  config.disk.interval = 50;
  scene.endpoint.stall();
  const { agent } = await scene.start(config, { filesystem: disk(available) });
  const bytesOf = (some: readonly SimulatedContainer[]) => some.reduce((sum, { bytes }) => sum + bytes, 0);
  await until('all are seen', () => agent.unacked === bytesOf([...running, ...ended]));
  const writer = setInterval(() => running.forEach((container) => container.write(1)), 500);
  left.forEach((container) => container.deleteFiles());
  await until(
    'they are seen to have left',
    () => agent.containerRecords().filter(({ left }) => left !== null).length === 6
  );
  await until(
    'the silent ones may have ended, and the others wait',
    () => agent.atRisk >= bytesOf([...ended, ...running])
  );
  const begun = scene.endpoint.pushes;
  scene.endpoint.treat = (push) => {
    if (push - begun >= pushes) {
      scene.endpoint.stall();
    }
    return 'pass';
  };
  scene.endpoint.release();
  await until('the pushes are through', () => scene.endpoint.pushes - begun > pushes && scene.endpoint.waiting > 0);
  const complete = (of: readonly SimulatedContainer[]) =>
    of.filter(
      ({ id, written }) =>
        agent.containerRecords().find((containerRecord) => containerRecord.id === id)?.linesAcked === written.length
    ).length;
  const priority = /^afterlog_priority_mode (.*)$/m.exec(await agent.metrics.registry.metrics())?.[1];
  const after = { ended: complete(ended), running: complete(running), priority };
  clearInterval(writer);
  scene.endpoint.treat = () => 'pass';
  scene.endpoint.release();
  await agent.settled();
  await expectEachLineOnce(scene.store, [...running, ...ended]);
  return after;
}

// An ended container takes 3 pushes, the large one 8: 29 of them, and a few container records.
const ENOUGH = 42;

test('with time enough all take turns', async () => {
  const after = await shipUnder(() => 50 * GIB, ENOUGH);
  expect(after).toMatchObject({ priority: '0', ended: 0 });
});

test('near the threshold what may be deleted is brought to their end first', async () => {
  const after = await shipUnder(() => 15.5 * GIB, ENOUGH);
  expect(after).toEqual({ priority: '1', ended: 8, running: 0 });
});

test('a disk that fills fast is priority from afar', async () => {
  let left = 60 * GIB;
  const after = await shipUnder(() => (left = Math.max(20 * GIB, left - GIB)), ENOUGH);
  expect(after).toMatchObject({ ended: 8, running: 0 });
});
