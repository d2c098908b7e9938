import { rmSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { finalLedger, storedOf, until } from '../integration/agent-harness';
import { expectComplete } from './account';
import { faultBed } from './bed';

const bed = faultBed();
const LETTERS = 'bcdfghjklmnpqrstvwxz';
/** A pod's name as a Job gives it. */
const podName = (job: string, i: number) => `${job}-${LETTERS[i % 20]}${LETTERS[Math.floor(i / 20) % 20]}222`;
/** No rescan within the time of a test. */
const NEVER = 3_600_000;

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
  const ledgers = await expectComplete(bed.store, containers);
  expect(new Set(ledgers.map(({ workload }) => workload))).toEqual(new Set(['tick']));
});

test('F5: the log of an init container that is removed when the pod completes is complete', async () => {
  await bed.start();
  const pod = podName('import', 0);
  const init = bed.container({ pod, container: 'prepare' }).write(500);
  const main = bed.container({ pod }).write(100);
  await wait(50);
  init.deleteFiles();
  main.write(100);
  const [ledger] = await expectComplete(bed.store, [init]);
  expect(ledger?.left?.directory).toBe('empty');
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
      rmSync(dead.current); // the dead instance before the last one
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
  expect(await finalLedger(bed.store, first)).toMatchObject({ linesSeen: 1_000, linesAcked: 1_000, gaps: [] });
  second.deletePod();
  expect(await finalLedger(bed.store, second)).toMatchObject({ linesSeen: 1_000, linesAcked: 1_000, gaps: [] });
  const stored = await storedOf(bed.store, second);
  expect(stored.map(({ line }) => line)).toEqual([...first.lines.keys(), ...second.lines.keys()]);
});
