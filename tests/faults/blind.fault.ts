import { spawnSync } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { finalContainerRecord, storedContainerRecords } from '../integration/agent-harness';
import { until } from '../testkit/until';
import { expectComplete } from './account';
import { faultBed } from './bed';

const bed = faultBed();
/** No rescan within the time of a test. */
const NEVER = ['--rescan.interval', '1h'];

test('containers that come and go while the agent stands still have a record that says so', async () => {
  const agent = await bed.startProcess(NEVER);
  const known = bed.container({ pod: 'known-0' }).write(10);
  await bed.arrived(known);
  process.kill(agent.pid, 'SIGSTOP');
  const linked = bed.container({ pod: 'linked-0' }).link('a'.repeat(64)).write(10);
  const unlinked = bed.container({ pod: 'unlinked-0' }).write(10);
  const restarted = bed.container({ pod: 'known-0', restart: 1 }).write(10);
  await wait(1_000);
  linked.deletePod();
  unlinked.deletePod();
  restarted.deleteFiles(); // both of its runs
  process.kill(agent.pid, 'SIGCONT');
  expect(await finalContainerRecord(bed.store, linked)).toMatchObject({
    status: 'unknown',
    gaps: [{ reason: 'gone-unread', bytes: null, detail: 'it came and went while the agent could not look' }],
  });
  expect(await finalContainerRecord(bed.store, restarted)).toMatchObject({ status: 'unknown' });
  await expectComplete(bed.store, [known]);
  await until('that of the pod whose containers nobody can name', async () =>
    [...(await storedContainerRecords(bed.store)).values()].some(
      ({ podUid, container, status }) => podUid === unlinked.uid && container === '' && status === 'unknown'
    )
  );
});

test('where there is no inotify instance directories are polled, and the warning names the right limit', async () => {
  const script = 'echo 0 > /proc/sys/user/max_inotify_instances && exec "$@"';
  const under = ['unshare', '--user', '--map-root-user', 'sh', '-c', script, 'sh'];
  expect(spawnSync(under[0]!, [...under.slice(1), 'true']).status).toBe(0);
  const agent = await bed.startProcess(NEVER, under);
  const containers = [];
  for (let i = 0; i < 10; i++) {
    const container = bed.container({ pod: `polled-${i}` }).write(20);
    await wait(700);
    container.write(5).rotate();
    container.write(5);
    await wait(700);
    container.deletePod();
    containers.push(container);
  }
  await expectComplete(bed.store, containers);
  expect(agent.stderr).toContain('raise fs.inotify.max_user_instances');
}, 60_000);
