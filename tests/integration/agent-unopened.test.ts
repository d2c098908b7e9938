import { mkdirSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LogFile } from '../../shipper/agent/files/log-file';
import { entriesOf, expectEachLineOnce, finalContainerRecord, storedContainerRecords } from './agent-harness';
import { until } from '../testkit/until';
import { criLine, secondsAgo } from '../testkit/simulated-node';
import { agentScene } from './agent-scene';

const scene = agentScene();
afterEach(() => jest.restoreAllMocks());

/** Does something to the file between the look that finds it and its opening. */
function beforeOpening(path: string, act: () => void): void {
  const open = LogFile.open.bind(LogFile);
  let acted = false;
  jest.spyOn(LogFile, 'open').mockImplementation((asked, roots) => {
    if (asked === path && !acted) {
      acted = true;
      act();
    }
    return open(asked, roots);
  });
}

test('a file that is renamed between the look and its opening is read under its new name', async () => {
  const container = scene.node.container({ pod: 'report-x7k2p' }).write(50);
  beforeOpening(container.current, () => renameSync(container.current, `${container.current}.20260101-100000`));
  const { agent } = await scene.start();
  await agent.settled();
  await expectEachLineOnce(scene.store, [container]);
  expect(agent.containerRecords()).toMatchObject([{ linesAcked: 50, gaps: [], left: null }]);
});

test('a log that is deleted between the look and its opening is lost, and its container record says how much', async () => {
  const container = scene.node.container({ pod: 'report-x7k2p' }).write(50);
  beforeOpening(container.current, () => rmSync(container.current));
  await scene.start();
  const containerRecord = await finalContainerRecord(scene.store, container);
  expect(containerRecord).toMatchObject({ status: 'lost', linesAcked: 0, bytesSeen: container.bytes, bytesAcked: 0 });
  expect(containerRecord.gaps).toMatchObject([{ reason: 'gone-unread', bytes: container.bytes }]);
});

test('a log that could not be opened as long as it was there is lost, and its container record says why', async () => {
  const elsewhere = join(scene.node.dir, 'elsewhere');
  writeFileSync(elsewhere, criLine(secondsAgo(0), 'hidden'));
  const container = scene.node.container({ pod: 'linked-0' });
  symlinkSync(elsewhere, container.current);
  const { agent } = await scene.start();
  await until('it is seen', () => agent.containerRecords().length === 1);
  rmSync(container.current);
  const containerRecord = await finalContainerRecord(scene.store, container);
  expect(containerRecord).toMatchObject({ status: 'lost', linesAcked: 0, left: { directory: 'empty' } });
  expect(containerRecord.gaps).toMatchObject([
    { reason: 'unreadable', bytes: expect.any(Number), detail: expect.stringMatching(/leads to .*elsewhere/) },
  ]);
});

test('an agent that stops reports until when a log could not be opened', async () => {
  const elsewhere = join(scene.node.dir, 'elsewhere');
  writeFileSync(elsewhere, criLine(secondsAgo(0), 'hidden'));
  const container = scene.node.container({ pod: 'linked-0' });
  symlinkSync(elsewhere, container.current);
  const { agent } = await scene.start();
  const stored = async () => (await storedContainerRecords(scene.store)).get(container.id)?.gaps[0]?.to ?? '';
  await until('its record is stored', async () => (await stored()) !== '');
  const stopping = new Date().toISOString();
  await scene.agents.stop(agent);
  expect((await stored()) >= stopping).toBe(true);
});

test('a log that cannot be opened is at risk, and the agent is not ready, for as long as that is so', async () => {
  const elsewhere = join(scene.node.dir, 'elsewhere');
  writeFileSync(elsewhere, criLine(secondsAgo(0), 'hidden'));
  const container = scene.node.container({ pod: 'linked-0' });
  symlinkSync(elsewhere, container.current);
  const { agent } = await scene.start();
  await until('it is seen', () => agent.containerRecords().length === 1);
  expect(agent.atRisk).toBe(statSync(elsewhere).size);
  expect(agent.problem).toMatch(/a log cannot be opened: .*elsewhere/);
  expect(await agent.metrics.registry.metrics()).toMatch(/afterlog_unopened_files 1\n/);
  expect(agent.containerRecords()).toMatchObject([{ status: 'pending', gaps: [{ reason: 'unreadable' }] }]);
  rmSync(container.current);
  container.write(3);
  await scene.acknowledged(agent, container);
  expect(agent.atRisk).toBe(0);
  expect(agent.problem).toBe(null);
});

test('a pod or container directory that is a link out of the log directory is refused, and said', async () => {
  const outside = join(scene.node.dir, 'outside');
  mkdirSync(join(outside, 'main'), { recursive: true });
  writeFileSync(join(outside, 'main', '0.log'), criLine(secondsAgo(0), 'hidden'));
  symlinkSync(outside, join(scene.node.logs, 'jobs_sly-0_uid'));
  const container = scene.node.container({ pod: 'sly-1' });
  rmSync(container.directory, { recursive: true });
  symlinkSync(join(outside, 'main'), container.directory);
  const honest = scene.node.container({ pod: 'honest-0' }).write(3);
  const { agent, said } = await scene.start();
  await scene.acknowledged(agent, honest);
  await until('both are reported', () => said().split('outside').length > 2);
  expect(agent.containerRecords().map(({ pod }) => pod)).toEqual(['honest-0']);
  expect(agent.problem).toMatch(/^2 logs cannot be opened/);
  expect(await entriesOf(scene.store, '{namespace="jobs"} |= "hidden"')).toEqual([]);
});

test('a directory exchanged for a link after it was looked at leads nowhere either', async () => {
  const outside = join(scene.node.dir, 'outside');
  mkdirSync(outside);
  writeFileSync(join(outside, '0.log'), criLine(secondsAgo(0), 'hidden'));
  const container = scene.node.container({ pod: 'sly-2' }).write(3);
  const { agent } = await scene.start();
  await scene.acknowledged(agent, container);
  renameSync(container.directory, join(scene.node.dir, 'moved'));
  symlinkSync(outside, container.directory);
  await until('it is refused', () => /leads to .*outside/.test(agent.problem ?? ''));
  expect(await entriesOf(scene.store, '{namespace="jobs"} |= "hidden"')).toEqual([]);
});
