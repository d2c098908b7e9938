import { gzipSync } from 'node:zlib';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { request } from 'undici';
import { entriesOf, expectEachLineOnce, finalContainerRecord } from './agent-harness';
import { until } from '../testkit/until';
import { agentScene } from './agent-scene';

const MIB = 2 ** 20;

const scene = agentScene();

/** Memory outside of V8's heap, where blocks, requests and unpacked files are. */
const bufferBytes = () => {
  const { external, arrayBuffers } = process.memoryUsage();
  return Math.max(external, arrayBuffers);
};

test('a backlog of 500 files, a third of them compressed, waits on the disk and not in memory', async () => {
  const line = 'x'.repeat(1_000);
  const content = Array.from(
    { length: 600 },
    (_, i) => `2026-11-24T00:00:00.${String(i).padStart(9, '0')}Z stdout F ${line}\n`
  );
  const log = Buffer.from(content.join(''));
  for (let i = 0; i < 500; i++) {
    const container = scene.node.container({ pod: `backlog-${i}`, namespace: `n${i % 50}` });
    if (i % 3 === 0) {
      writeFileSync(`${container.current}.20261124-000000.gz`, gzipSync(log, { level: 1 }));
    } else {
      container.append(log);
    }
  }
  const config = scene.config();
  config.push.timeout = 300;
  scene.endpoint.treat = () => 'hang'; // every answer is waited for, and none comes
  const before = bufferBytes();
  const { agent } = await scene.start(config);
  const backlog = 333 * log.length;
  await until('the backlog is seen', () => agent.unacked > backlog);
  let most = 0;
  await until('each stream has been tried', async () => {
    most = Math.max(most, bufferBytes() - before);
    await wait(20);
    return scene.endpoint.pushes >= 50;
  });
  expect(agent.unacked).toBeGreaterThan(backlog);
  // One block of memory of some 8 MiB, the requests under way, and the windows on compressed files.
  expect(most).toBeLessThan(48 * MIB);
});

test('one stream that Loki refuses does not hold up the others', async () => {
  const refused = Array.from({ length: 10 }, (_, i) =>
    scene.node.container({ pod: `bad-${i}`, namespace: `bad-${i}` }).write(50)
  );
  const good = scene.node.container({ pod: 'good-0' }).write(500);
  const config = scene.config();
  config.push.concurrency = 2;
  scene.endpoint.treatBody = (body) =>
    /namespace="bad-/.test(body) ? { status: 429, body: 'Per stream rate limit exceeded' } : 'pass';
  const { agent } = await scene.start(config);
  await until('the good one is through', () => agent.containerRecords().some(({ linesAcked }) => linesAcked === 500));
  scene.endpoint.treatBody = null;
  await agent.settled();
  await expectEachLineOnce(scene.store, [...refused, good]);
});

test('an ending agent sends what is left, lines of the last moment included', async () => {
  const config = scene.config();
  config.batch.wait = 60_000;
  config.rescan.interval = 60_000;
  const { agent, said } = await scene.start(config);
  const container = scene.node.container({ pod: 'job-0' }).write(1_000);
  await until('it is seen', () => agent.unacked > 0);
  container.write(500);
  await agent.stop();
  await expectEachLineOnce(scene.store, [container]);
  expect(said()).not.toContain('unacknowledged');
});

test('an ending agent waits for Loki as long as it may, and says in one line what it leaves', async () => {
  const config = scene.config();
  config.shutdown.timeout = 400;
  scene.endpoint.stall();
  const { agent, said } = await scene.start(config);
  const running = scene.node.container({ pod: 'job-0' }).write(100);
  const ended = scene.node.container({ pod: 'job-1' }).write(50);
  await until('both are seen', () => agent.unacked === running.bytes + ended.bytes);
  ended.deleteFiles();
  await until('the end is seen', () => agent.atRisk > 0);
  const begin = performance.now();
  await agent.stop();
  expect(performance.now() - begin).toBeGreaterThan(350);
  const lines = said()
    .trim()
    .split('\n')
    .map((text) => JSON.parse(text) as Record<string, unknown>);
  expect(lines.at(-1)).toMatchObject({
    level: 'warn',
    message: 'stopped with unacknowledged data; the next start sends it',
    bytes: running.bytes + ended.bytes,
    atRisk: ended.bytes,
    containers: 2,
  });
});

test('what was in Loki’s hands when the agent ended and the log was deleted is named as such', async () => {
  const container = scene.node.container({ pod: 'job-0' }).write(100);
  scene.endpoint.treat = () => ({ status: 503, stored: true });
  const first = await scene.start();
  await until('the store has it', async () => (await entriesOf(scene.store, '{container="main"}')).length === 100);
  await scene.agents.stop(first.agent);
  container.rotate();
  container.deleteFiles();
  scene.endpoint.treat = () => 'pass';
  await scene.start();
  const containerRecord = await finalContainerRecord(scene.store, container);
  expect(containerRecord.gaps).toMatchObject([
    { reason: 'unacknowledged', bytes: container.bytes },
    { reason: 'gone-unread', bytes: null },
  ]);
  expect(containerRecord.status).toBe('unknown');
});

describe('the status page', () => {
  const start = async (profile: boolean) => {
    const config = scene.config({ listen: '127.0.0.1:0' });
    config.debug.profile = profile;
    const { agent } = await scene.start(config);
    return async (path: string) => {
      const { statusCode, body } = await request(`http://127.0.0.1:${agent.port}${path}`);
      return { status: statusCode, text: await body.text() };
    };
  };

  test('gives the container records as JSON', async () => {
    scene.node.container({ pod: 'job-0' }).write(5);
    const get = await start(false);
    const { status, text } = await get('/api/container-records');
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject([{ kind: 'container', pod: 'job-0', gaps: [] }]);
  });

  test('says of every metric what it is', async () => {
    const { text } = await (await start(false))('/metrics');
    const names = [...text.matchAll(/^# TYPE (afterlog_\S+)/gm)].map(([, name]) => name);
    expect(names).toEqual(
      expect.arrayContaining(['afterlog_priority_mode', 'afterlog_lag_seconds', 'afterlog_rescue_bytes'])
    );
    const helps = new Map([...text.matchAll(/^# HELP (afterlog_\S+) (.+)$/gm)].map(([, name, help]) => [name, help]));
    expect(names.filter((name) => (helps.get(name) ?? '').length < 10)).toEqual([]);
  });

  test('profiles nobody unless it is told to', async () => {
    const get = await start(false);
    expect(await get('/debug/profile')).toMatchObject({
      status: 404,
      text: expect.stringContaining('--debug.profile'),
    });
    expect(await get('/debug/heap')).toMatchObject({ status: 404 });
  });

  test('profiles processor and heap', async () => {
    const get = await start(true);
    const [profile, second] = await Promise.all([get('/debug/profile?seconds=0.3'), get('/debug/profile?seconds=0.3')]);
    expect(JSON.parse(profile.text)).toMatchObject({ nodes: expect.any(Array), timeDeltas: expect.any(Array) });
    expect(second.status).toBe(409);
    expect(await get('/debug/profile?seconds=never')).toMatchObject({ status: 400 });
  });
});

test('a rotated file that is compressed and deleted before its turn came is read all the same', async () => {
  const container = scene.node.container({ pod: 'job-0' }).write(2_000, 5);
  const rotated = container.rotate();
  writeFileSync(`${rotated}.gz`, gzipSync(readFileSync(rotated)));
  rmSync(rotated);
  scene.endpoint.stall();
  const { agent } = await scene.start();
  await until('it is seen', () => agent.unacked > 0);
  rmSync(`${rotated}.gz`);
  scene.endpoint.release();
  await agent.settled();
  await expectEachLineOnce(scene.store, [container]);
});
