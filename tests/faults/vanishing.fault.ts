import { fstatSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { finalContainerRecord, storedOf } from '../integration/agent-harness';
import { until } from '../testkit/until';
import { expectComplete, expectExactAccount } from './account';
import { faultBed, gaugeOf } from './bed';

const bed = faultBed();
const LETTERS = 'bcdfghjklmnpqrstvwxz';
/** A pod's name as a Job gives it. */
const podName = (job: string, i: number) => `${job}-${LETTERS[i % 20]}${LETTERS[Math.floor(i / 20) % 20]}222`;
/** No rescan within the time of a test. */
const NEVER = 3_600_000;

/** A rotated file as the kubelet compresses it. */
function compress(file: string): void {
  writeFileSync(`${file}.gz`, gzipSync(readFileSync(file)));
  rmSync(file);
}

test('F1: a container that prints, exits within a second and is deleted at once is complete', async () => {
  await bed.start(bed.config({ rescan: { interval: NEVER } }));
  const containers = [];
  for (let i = 0; i < 40; i++) {
    const container = bed.container({ pod: podName('flash', i) }).write(50);
    await wait(20);
    container.deletePod();
    containers.push(container);
  }
  await expectComplete(bed.store, containers);
});

test('F2: pods that are made and deleted between two scans are complete', async () => {
  await bed.start(bed.config({ rescan: { interval: NEVER } }));
  const containers = [];
  for (let i = 0; i < 4; i++) {
    const container = bed.container({ pod: podName('brief', i) }).write(20);
    for (let more = 0; more < 5; more++) {
      await wait(60);
      container.write(20);
    }
    container.deletePod();
    containers.push(container);
  }
  await expectComplete(bed.store, containers);
});

test('F3: pods of a CronJob that a short TTL deletes are complete, in one stream', async () => {
  await bed.start(bed.config({ rescan: { interval: NEVER } }));
  const containers = [];
  for (let run = 0; run < 5; run++) {
    const container = bed.container({ pod: podName(`tick-${29_402_880 + run}`, run) }).write(30);
    await wait(100);
    container.deletePod();
    containers.push(container);
  }
  const containerRecords = await expectComplete(bed.store, containers);
  expect(new Set(containerRecords.map(({ workload }) => workload))).toEqual(new Set(['tick']));
});

test('F4: all dead containers and rotated files deleted at once, with a backlog, are read from their descriptors', async () => {
  bed.endpoint.stall();
  const { agent } = await bed.start();
  const containers = Array.from({ length: 20 }, (_, i) => {
    const container = bed.container({ pod: podName('dead', i) }).write(300);
    compress(container.rotate());
    container.write(200).rotate();
    return container.write(100);
  });
  await until('all files are open', async () => (await gaugeOf(agent, 'open_files')) === 60);
  containers.forEach((container) => container.deleteFiles());
  await until('all left', () => agent.containerRecords().every(({ left }) => left !== null));
  bed.endpoint.release();
  const containerRecords = await expectComplete(bed.store, containers);
  expect(containerRecords.map(({ status, left }) => [status, left?.directory])).toEqual(
    containers.map(() => ['rescued', 'empty'])
  );
});

test('F5: the log of an init container that is removed when the pod completes is complete', async () => {
  await bed.start();
  const pod = podName('import', 0);
  const init = bed.container({ pod, container: 'prepare' }).write(500);
  const main = bed.container({ pod }).write(100);
  await wait(50);
  init.deleteFiles();
  main.write(100);
  const [containerRecord] = await expectComplete(bed.store, [init]);
  expect(containerRecord?.left?.directory).toBe('empty');
  main.deletePod();
  await expectComplete(bed.store, [main]);
});

test('F6: each restart of a crash loop is complete, of which the node keeps only the last', async () => {
  await bed.start();
  const runs = [];
  for (let restart = 0; restart < 8; restart++) {
    const run = bed.container({ pod: 'crash-0', restart }).write(120);
    await wait(40);
    const [dead] = runs.slice(-2);
    if (runs.length > 1 && dead) {
      rmSync(dead.current); // the dead run before the last one
    }
    runs.push(run);
  }
  runs.at(-1)?.deletePod();
  await expectComplete(bed.store, runs);
});

test('F8: a pod of the same name and another uid is another log, and that of the first is read to its end', async () => {
  bed.endpoint.stall();
  const { agent } = await bed.start();
  const first = bed.container({ pod: 'db-0', uid: `${Date.now()}-first` }).write(1_000);
  await until('it is seen', () => agent.unacked === first.bytes);
  first.deletePod();
  const second = bed.container({ pod: 'db-0', uid: `${Date.now()}-second` });
  second.written.push(...first.written); // so that its lines go on counting: contents name a line
  second.write(1_000);
  await until('it is seen too', () => agent.unacked === first.bytes + second.bytes);
  bed.endpoint.release();
  expect(await finalContainerRecord(bed.store, first)).toMatchObject({ linesSeen: 1_000, linesAcked: 1_000, gaps: [] });
  second.deletePod();
  expect(await finalContainerRecord(bed.store, second)).toMatchObject({
    linesSeen: 1_000,
    linesAcked: 1_000,
    gaps: [],
  });
  const stored = await storedOf(bed.store, second);
  expect(stored.map(({ line }) => line)).toEqual([...first.lines.keys(), ...second.lines.keys()]);
});

test('F16: deleted logs keep no more disk than the budget; the noisiest gives way, and each byte of it is named', async () => {
  bed.endpoint.treat = () => 'reset';
  const budget = 400_000;
  const config = bed.config({ rescue: { 'max-bytes': budget, 'max-age': 3_600_000 } });
  config.batch.size = 16 * 1024;
  const { agent } = await bed.start(config);
  const chatty = ['a', 'b'].map((name) => bed.container({ pod: `chatty-${name}` }).write(6_000));
  const quiet = ['c', 'd', 'e'].map((name) => bed.container({ pod: `quiet-${name}` }).write(200));
  const all = [...chatty, ...quiet];
  const bytes = all.reduce((sum, container) => sum + container.bytes, 0);
  await until('all are seen', () => agent.unacked === bytes);
  all.forEach((container) => container.deleteFiles());
  await until('what is over is given up', () => deletedBytesHeld(bed.node.logs) <= budget);
  expect(deletedBytesHeld(bed.node.logs)).toBeGreaterThan(0);
  bed.endpoint.treat = () => 'pass';
  await expectComplete(bed.store, quiet);
  for (const container of chatty) {
    const containerRecord = await finalContainerRecord(bed.store, container);
    const missing = await expectExactAccount(bed.store, container, containerRecord);
    expect(new Set(containerRecord.gaps.map(({ reason }) => reason))).toEqual(
      new Set(missing.length > 0 ? ['shed'] : [])
    );
  }
});

/** Bytes of deleted files below a directory that this process still holds open. */
function deletedBytesHeld(dir: string): number {
  return readdirSync('/proc/self/fd').reduce((sum, fd) => {
    try {
      const target = readlinkSync(`/proc/self/fd/${fd}`);
      return target.startsWith(dir) && target.endsWith(' (deleted)') ? sum + fstatSync(Number(fd)).size : sum;
    } catch {
      return sum; // the descriptor of the listing itself
    }
  }, 0);
}
