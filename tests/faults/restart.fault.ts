import { appendFileSync, readFileSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expectEachLineOnce, finalContainerRecord } from '../integration/agent-harness';
import { until } from '../testkit/until';
import { expectComplete, expectExactAccount } from './account';
import { faultBed, gaugeOf } from './bed';
import type { AccountedContainer } from './container';

const bed = faultBed();

/** An agent that has shipped the containers and ended. */
async function shippedAndStopped(containers: readonly AccountedContainer[]): Promise<void> {
  const { agent } = await bed.start();
  for (const container of containers) {
    await bed.arrived(container);
  }
  await until('acknowledged', () => agent.unacked === 0);
  await bed.agents.stop(agent);
}

test('F19: graceful restarts under constant output leave no gap, and send hardly a line twice', async () => {
  const container = bed.container({ pod: 'constant-0' });
  let pushedLines = 0;
  const writer = setInterval(() => container.write(5), 5);
  for (let run = 0; run < 6; run++) {
    const { agent } = await bed.start();
    await wait(400);
    await bed.agents.stop(agent);
    const metric = await agent.metrics.ackedLines.get();
    pushedLines += metric.values[0]?.value ?? 0;
  }
  clearInterval(writer);
  const { agent } = await bed.start();
  await bed.arrived(container);
  await until('acknowledged', () => agent.unacked === 0);
  pushedLines += (await agent.metrics.ackedLines.get()).values[0]?.value ?? 0;
  expect(pushedLines).toBe(container.lines.size);
  await expectEachLineOnce(bed.store, [container]);
  container.deleteFiles();
  await expectComplete(bed.store, [container]);
});

test('F24: an inode that a new log took over while no agent was there is read from its start', async () => {
  const old = bed.container({ pod: 'gone-0' }).write(200, 20);
  await shippedAndStopped([old]);
  const fresh = bed.container({ pod: 'fresh-0' });
  // The same inode under another name, with another content: what a file system does with the number of a deleted file.
  const { ino } = statSync(old.current);
  renameSync(old.current, fresh.current);
  truncateSync(fresh.current);
  fresh.write(300);
  expect(statSync(fresh.current).ino).toBe(ino);
  await bed.start();
  await bed.arrived(fresh);
  fresh.deleteFiles();
  await expectComplete(bed.store, [fresh]);
  const containerRecord = await finalContainerRecord(bed.store, old);
  expect(containerRecord.linesAcked).toBe(200);
  await expectEachLineOnce(bed.store, [old]);
});

test('F24: an inode that rotation frees, and the new file gets, is read from its start', async () => {
  const { agent } = await bed.start();
  const container = bed.container({ pod: 'freed-0' });
  let reused = false;
  for (let round = 0; round < 2; round++) {
    const rotated = container.write(100).rotate();
    container.write(50);
    const { ino } = statSync(rotated);
    await bed.arrived(container);
    await until('the rotated file is closed', async () => (await gaugeOf(agent, 'open_files')) === 1);
    rmSync(rotated); // ext4 gives its inode to the next file
    container.rotate();
    container.write(100);
    reused ||= statSync(container.current).ino === ino;
  }
  await bed.arrived(container);
  container.deleteFiles();
  await expectComplete(bed.store, [container]);
  if (!reused) {
    console.warn('F24: this file system gave no freed inode to the next file');
  }
});

const damages: Array<[string, (file: string) => void]> = [
  ['is not JSON', (file) => writeFileSync(file, 'not json\n')],
  ['is empty', (file) => writeFileSync(file, '')],
  ['is zeros, as after a power loss', (file) => writeFileSync(file, Buffer.alloc(4_096))],
  ['is cut amid a line', (file) => truncateSync(file, Math.floor(statSync(file).size / 2))],
  ['ends in half a line', (file) => appendFileSync(file, readFileSync(file).subarray(0, 50))],
  ['has another shape', (file) => writeFileSync(file, '{"id": "x", "files": 7}\n')],
  ['is gone, its half-written successor is there', (file) => renameSync(file, `${file}.tmp`)],
];
test.each(damages)('F25: a checkpoint that %s stops nothing: all is there, no line twice', async (_what, damage) => {
  const containers = ['a', 'b'].map((name) => {
    const container = bed.container({ pod: `saved-${name}` }).write(150, 10);
    container.rotate();
    return container.write(50);
  });
  await shippedAndStopped(containers);
  damage(join(bed.node.state, 'checkpoint.jsonl'));
  containers.forEach((container) => container.write(20));
  await bed.start();
  for (const container of containers) {
    await bed.arrived(container);
  }
  await expectEachLineOnce(bed.store, containers);
  containers.forEach((container) => container.deleteFiles());
  await expectComplete(bed.store, containers);
});

test('what went unread while no agent was there is named to the byte, with its time span', async () => {
  const container = bed.container({ pod: 'missed-0' }).write(50, 10);
  const first = await bed.start();
  await bed.arrived(container);
  await until('acknowledged', () => first.agent.unacked === 0);
  bed.endpoint.treat = () => 'reset';
  container.write(70);
  container.rotate(); // it grows no more: how much is missing can be known
  await until('it is seen', () => first.agent.containerRecords()[0]?.bytesSeen === container.bytes);
  await bed.agents.stop(first.agent);
  container.deleteFiles();
  bed.endpoint.treat = () => 'pass';
  await bed.start();
  const containerRecord = await finalContainerRecord(bed.store, container);
  expect(await expectExactAccount(bed.store, container, containerRecord)).toHaveLength(70);
});

test('a log that was seen, but went before anything of it was acknowledged while no agent was there, has a container record', async () => {
  bed.endpoint.treat = () => 'reset';
  const { agent } = await bed.start();
  const container = bed.container({ pod: 'unsent-0' }).write(80);
  container.rotate();
  await until('it is seen', () => agent.containerRecords()[0]?.bytesSeen === container.bytes);
  await bed.agents.stop(agent);
  container.deletePod();
  bed.endpoint.treat = () => 'pass';
  await bed.start();
  const containerRecord = await finalContainerRecord(bed.store, container);
  // It was sent and never acknowledged: for the agent it may be in Loki or not.
  expect(containerRecord).toMatchObject({ status: 'unknown', linesAcked: 0 });
  expect(await expectExactAccount(bed.store, container, containerRecord)).toHaveLength(80);
});
