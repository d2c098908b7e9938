import { renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LogFile } from '../../shipper/agent/files/log-file';
import { expectEachLineOnce, finalContainerRecord, until } from './agent-harness';
import { criLine, secondsAgo } from './agent-node';
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
