import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { formatNs } from '../../model/time';
import { criLine, secondsAgo } from '../testkit/simulated-node';
import { entriesOf, finalContainerRecord, storedOf } from '../integration/agent-harness';
import { until } from '../testkit/until';
import { expectComplete } from './account';
import { faultBed } from './bed';
import type { AccountedContainer } from './container';

const bed = faultBed();
/** No rescan within the time of a test. */
const NEVER = 3_600_000;

/** The log leaves the node; then nothing of it is missing. */
async function leaveComplete(container: AccountedContainer) {
  await bed.arrived(container);
  container.deleteFiles();
  await expectComplete(bed.store, [container]);
}

test('F10: no file is skipped that several rotations between two looks leave behind', async () => {
  await bed.start(bed.config({ rescan: { interval: NEVER } }));
  const container = bed.container({ pod: 'spin-0' });
  for (let round = 0; round < 4; round++) {
    for (let i = 0; i < 6; i++) {
      container.write(50).rotate(); // no look in between: all in one turn of the loop
    }
    await wait(105);
  }
  container.write(10);
  await leaveComplete(container);
});

test('F11: a rotated file that grows once more and is deleted long after, while output is paused, is not abandoned', async () => {
  bed.endpoint.stall();
  const { agent } = await bed.start();
  const container = bed.container({ pod: 'paused-0' }).write(500);
  const rotated = container.rotate();
  container.append(criLine(secondsAgo(0), 'straggler'), rotated);
  await wait(4_000); // longer than any wait of the agent for stragglers
  container.write(100);
  rmSync(rotated);
  await until('all is seen', () => agent.unacked === container.bytes);
  bed.endpoint.release();
  await leaveComplete(container);
});

test.each([
  ['before the runtime has let go of it', 300],
  ['long after it was read to its end', 5_000],
])('F11: a line that is written to a rotated file %s is not lost', async (_when, afterMs) => {
  await bed.start();
  const container = bed.container({ pod: 'quiet-0' }).write(50);
  await bed.arrived(container);
  await wait(2_500); // silent for longer than a straggling line is waited for
  const rotated = container.rotate();
  await wait(afterMs);
  const straggler = 'written to the old file';
  container.append(criLine(secondsAgo(0), straggler), rotated);
  await until('it is stored', async () => (await storedOf(bed.store, container)).at(-1)?.line === straggler, 5_000);
  container.deleteFiles();
  expect(await finalContainerRecord(bed.store, container)).toMatchObject({
    linesAcked: 51,
    bytesAcked: container.bytes,
    gaps: [],
  });
});

test('F12: a rename that is rolled back, and a new file that is empty or missing for a while, lose and double nothing', async () => {
  await bed.start();
  const container = bed.container({ pod: 'rolled-0' }).write(100);
  const aside = `${container.current}.20260101-000000`;
  renameSync(container.current, aside);
  await wait(600);
  renameSync(aside, container.current); // the runtime could not reopen its log
  container.write(100);
  await wait(300);
  renameSync(container.current, aside);
  container.append(criLine(secondsAgo(0), 'the runtime writes on to the renamed file'), aside);
  await wait(600);
  container.append('');
  await wait(600);
  container.write(100);
  await leaveComplete(container);
});

test('F13: lines read from a file that gets its rotated name meanwhile are the same lines', async () => {
  const config = bed.config();
  config.batch.size = 4 * 1024; // the file is under way for long
  const { agent } = await bed.start(config);
  const container = bed.container({ pod: 'renamed-0' }).write(3_000);
  await until('it is under way', () => agent.unacked > 0 && bed.endpoint.pushes > 2);
  container.rotate();
  container.write(100);
  await bed.arrived(container);
  const entries = await entriesOf(bed.store, `{namespace="${container.namespace}"}`);
  expect(new Set(entries.map(({ metadata }) => [metadata.restart, metadata.format].join()))).toEqual(new Set(['0,']));
  await leaveComplete(container);
});

test('F14: rotated and compressed files of a time without agent are read, oldest first', async () => {
  const first = await bed.start();
  const container = bed.container({ pod: 'missed-0' }).write(200, 40);
  await bed.arrived(container);
  await until('acknowledged', () => first.agent.unacked === 0);
  await bed.agents.stop(first.agent);
  for (let i = 0; i < 4; i++) {
    const rotated = container.write(300, 30 - i).rotate();
    if (i < 3) {
      writeFileSync(`${rotated}.gz`, gzipSync(readFileSync(rotated)));
      rmSync(rotated);
    }
  }
  container.write(50);
  // Oldest first: when a later line is there, all before it are, at every moment.
  bed.endpoint.treat = (push) => (push % 2 === 0 ? { status: 500, body: 'not now' } : 'pass');
  const config = bed.config();
  config.batch.size = 8 * 1024;
  const second = await bed.start(config);
  const select = `{namespace="${container.namespace}", service_name!="afterlog"}`;
  const written = [...container.lines.keys()];
  const seen: number[] = [];
  await until('all of it', async () => {
    const lines = (await entriesOf(bed.store, select)).map(({ line }) => line);
    expect(lines).toEqual(written.slice(0, lines.length));
    seen.push(lines.length);
    return lines.length === written.length;
  });
  expect(new Set(seen).size).toBeGreaterThan(3);
  expect(second.agent.containerRecords()).toMatchObject([{ linesAcked: written.length, gaps: [] }]);
  await leaveComplete(container);
});

test("F15: on a full disk the kubelet's half-written .tmp is left alone, and reading goes on without a checkpoint", async () => {
  const { said } = await bed.start();
  // /dev/full is a disk without room: what is written to it fails with ENOSPC.
  for (const name of ['checkpoint.jsonl', 'checkpoint.jsonl.tmp']) {
    rmSync(join(bed.node.state, name), { force: true });
    symlinkSync('/dev/full', join(bed.node.state, name));
  }
  const container = bed.container({ pod: 'full-0' }).write(200);
  const rotated = container.rotate();
  writeFileSync(`${rotated}.tmp`, gzipSync(readFileSync(rotated)).subarray(0, 40));
  appendFileSync(`${container.current}.tmp`, 'half a li');
  container.write(200);
  await leaveComplete(container);
  expect(said()).toContain('the checkpoint cannot be written; shipping goes on');
  expect(said()).not.toContain('.tmp"');
});

test('F33: a log that is overwritten in place, or begun anew under its old name, is read as new content', async () => {
  const { agent } = await bed.start(bed.config({ rescan: { interval: NEVER } }));
  const container = bed.container({ pod: 'rebooted-0' }).write(100);
  await bed.arrived(container);
  await until('acknowledged', () => agent.unacked === 0);
  truncateSync(container.current); // shorter than what was read …
  container.write(40);
  await bed.arrived(container);
  rmSync(join(container.directory, '..'), { recursive: true }); // … or the pod's directory is made again
  mkdirSync(container.directory, { recursive: true });
  container.write(40);
  await bed.arrived(container);
  container.write(40); // and grows
  await bed.arrived(container);
  const stored = await entriesOf(bed.store, `{namespace="${container.namespace}", service_name!="afterlog"}`);
  expect(stored.map(({ line }) => line)).toEqual([...container.lines.keys()]);
});

test('F33: what a reboot made of a log while no agent was there is new content', async () => {
  const first = await bed.start();
  const container = bed.container({ pod: 'rebooted-1' }).write(100, 10);
  await bed.arrived(container);
  await until('acknowledged', () => first.agent.unacked === 0);
  await bed.agents.stop(first.agent);
  truncateSync(container.current);
  container.write(150);
  const { agent } = await bed.start();
  await bed.arrived(container);
  await until('acknowledged', () => agent.unacked === 0);
  container.deleteFiles();
  const containerRecord = await finalContainerRecord(bed.store, container);
  const stored = await storedOf(bed.store, container);
  expect(stored.map(({ line }) => line)).toEqual([...container.lines.keys()]);
  // The log of before could have grown after the last look: how much of it went unread nobody can know, and that is said.
  expect(containerRecord).toMatchObject({ linesAcked: 250, status: 'unknown' });
  expect(containerRecord.gaps).toMatchObject([
    { reason: 'gone-unread', bytes: null, from: formatNs(stored[99]!.ns), to: expect.any(String) },
  ]);
});

test.each(['deleted', 'complete'])(
  'F33: a restart count that begins at 0 again is no end of the log (older files %s)',
  async (files) => {
    await bed.start(bed.config({ rescan: { interval: NEVER } }));
    const runs = [0, 1, 2].map((restart) => bed.container({ pod: 'counted-0', restart }).write(50));
    const [first] = runs;
    await bed.arrived(runs[2]!);
    await wait(3_000); // what is over is closed
    if (files === 'deleted') {
      runs[0]?.deleteFiles();
    }
    for (let i = 0; i < 3; i++) {
      first!.write(30);
      await wait(300);
    }
    await bed.arrived(first!);
    const stored = await storedOf(bed.store, first!);
    expect(stored.map(({ line }) => line)).toEqual([...first!.lines.keys()]);
  }
);
