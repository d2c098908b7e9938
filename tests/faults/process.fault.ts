import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { finalContainerRecord, storedOf } from '../integration/agent-harness';
import { until } from '../testkit/until';
import { expectComplete } from './account';
import { bytesIn, filesOpenToWrite } from '../testkit/agent-process';
import { faultBed } from './bed';
import { writeBulk } from './bulk';

const bed = faultBed();

const MiB = 1024 * 1024;

test('F17: a backlog of 150 MB is buffered neither on the disk nor in memory', async () => {
  bed.endpoint.stall();
  const agent = await bed.startProcess();
  await until('it is calm', async () => {
    const before = agent.cpuSeconds;
    await wait(300);
    return agent.cpuSeconds - before < 0.1;
  });
  // What this process holds open itself, a child has from it.
  const inherited = filesOpenToWrite(process.pid);
  const before = agent.residentBytes;
  for (let i = 0; i < 10; i++) {
    await writeBulk(bed.container({ pod: `backlog-${i}` }).current, 100_000, 155);
  }
  for (let look = 0; look < 20; look++) {
    await wait(100);
    expect(filesOpenToWrite(agent.pid).filter((file) => !inherited.includes(file))).toEqual([]);
    expect(bytesIn(bed.node.state)).toBeLessThan(300 * 1024);
    expect(agent.residentBytes - before).toBeLessThan(64 * MiB);
  }
});

test('F18: what was not acknowledged when the agent was killed is sent again, without a gap', async () => {
  bed.endpoint.treat = (push) => (push % 2 ? { status: 500, stored: true } : 'pass'); // half of it is stored and not acknowledged
  const containers = ['a', 'b', 'c'].map((name) => bed.container({ pod: `killed-${name}` }));
  for (let run = 0; run < 4; run++) {
    const agent = await bed.startProcess(['--batch.size', '4KiB']);
    containers.forEach((container) => container.write(400));
    await wait(150 + 100 * run);
    await agent.end('SIGKILL');
  }
  bed.endpoint.treat = () => 'pass';
  await bed.startProcess();
  for (const container of containers) {
    await bed.arrived(container);
    container.deletePod();
  }
  await expectComplete(bed.store, containers);
});

test('F26: 1,000 completed pods cost nothing while nothing happens', async () => {
  const containers = Array.from({ length: 1_000 }, (_, i) => bed.container({ pod: `done-${i}` }).write(2));
  const agent = await bed.startProcess();
  await bed.arrived(containers[999]!);
  await until(
    'it is calm',
    async () => {
      const before = agent.cpuSeconds;
      await wait(1_000);
      return agent.cpuSeconds - before < 0.05;
    },
    40_000
  );
  const before = agent.cpuSeconds;
  await wait(4_000);
  expect(agent.cpuSeconds - before).toBeLessThan(0.2); // Promtail: a whole core for 350 of them
  expect((await storedOf(bed.store, containers[0]!)).length).toBe(2);
});

test('F32: a drained node: what was written until the signal is flushed within the grace period', async () => {
  const agent = await bed.startProcess(['--batch.wait', '5s']); // so that there is something left to flush
  const containers = ['a', 'b'].map((name) => bed.container({ pod: `drained-${name}` }));
  for (let i = 0; i < 5; i++) {
    containers.forEach((container) => container.write(200));
    await wait(100);
  }
  expect(await agent.end('SIGTERM')).toBe(0);
  for (const container of containers) {
    expect((await storedOf(bed.store, container)).length).toBe(1_000);
  }
});

test('F32: what cannot be flushed within the grace period is reported, and the next agent sends it', async () => {
  bed.endpoint.treat = () => 'reset';
  const { agent, said } = await bed.start();
  const container = bed.container({ pod: 'cut-off-0' }).write(500);
  await until('it is seen', () => agent.unacked === container.bytes);
  await bed.agents.stop(agent);
  const report = said()
    .split('\n')
    .find((line) => line.includes('unacknowledged data'));
  expect(JSON.parse(report ?? '{}')).toMatchObject({ bytes: container.bytes });
  bed.endpoint.treat = () => 'pass';
  await bed.startProcess();
  await bed.arrived(container);
  container.deletePod();
  await expectComplete(bed.store, [container]);
});

test('F34: where the system gives no inotify watch, the rescan finds new logs, growth, rotation and ends', async () => {
  // Limits of a user namespace are its own: the agent in it gets no watch, all others keep theirs.
  const script = 'echo 0 > /proc/sys/user/max_inotify_watches && exec "$@"';
  const under = ['unshare', '--user', '--map-root-user', 'sh', '-c', script, 'sh'];
  expect(spawnSync(under[0]!, [...under.slice(1), 'true']).status).toBe(0);
  const agent = await bed.startProcess(['--rescan.interval', '500ms'], under);
  const containers = Array.from({ length: 20 }, (_, i) => bed.container({ pod: `unwatched-${i}` }).write(20));
  await bed.arrived(containers[19]!);
  await wait(1_000);
  containers.forEach((container) => {
    container.write(20).rotate();
    container.write(5);
  });
  for (const container of containers) {
    await bed.arrived(container);
    container.deletePod();
  }
  await expectComplete(bed.store, containers);
  expect(agent.stderr).toContain('no inotify watch');
});

test('F34: what an overflow of the inotify queue swallowed the rescan finds', async () => {
  await bed.start(bed.config({ rescan: { interval: 1_000 } }));
  const limit = Number(readFileSync('/proc/sys/fs/inotify/max_queued_events', 'utf8'));
  const containers = Array.from({ length: 40 }, (_, i) => bed.container({ pod: `flood-${i}` }));
  await wait(100);
  // All in one turn of the loop: more events than the queue holds, so that those at the end are lost.
  for (let round = 0; round < limit / 40 + 10; round++) {
    containers.forEach((container) => container.write(1));
  }
  containers.forEach((container) => container.rotate());
  const late = bed.container({ pod: 'late-0' }).write(50);
  for (const container of [...containers, late]) {
    await bed.arrived(container);
    container.deletePod();
  }
  await expectComplete(bed.store, [...containers, late]);
});

test('two agents on one state directory by mistake: the second refuses and names the first, which goes on', async () => {
  const first = await bed.startProcess();
  const second = await bed.startProcess();
  expect(await second.end('SIGTERM')).toBe(1);
  expect(second.stderr).toContain(`another agent (process ${first.pid}) runs on --state.dir ${bed.node.state}`);
  const container = bed.container({ pod: 'shared-0' }).write(50);
  await bed.arrived(container);
  // One that was killed leaves its lock: it holds nobody up.
  await first.end('SIGKILL');
  const third = await bed.startProcess();
  container.write(50).deletePod();
  expect(await finalContainerRecord(bed.store, container)).toBeDefined();
  expect(third.isRunning).toBe(true);
});
