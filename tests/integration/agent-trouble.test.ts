import { createHash } from 'node:crypto';
import type { Treatment } from '../testkit/fake-loki';
import { agentConfig, expectEachLineOnce, storedContainerRecords, storedOf } from './agent-harness';
import { criLine, secondsAgo } from '../testkit/simulated-node';
import { agentScene } from './agent-scene';
import { startTestStore } from '../testkit/store';

const scene = agentScene();

const overloaded: Treatment = {
  status: 429,
  body: 'Ingestion rate limit exceeded for user fake (limit: 4194304 bytes/sec)',
};

test.each<[string, Treatment[]]>([
  [
    '500 after storing',
    [
      { status: 500, stored: true },
      { status: 503, stored: true },
    ],
  ],
  ['429', [overloaded, overloaded]],
  ['connections cut before and after storing', ['reset', 'reset-after']],
  [
    'an answer that is no acknowledgement',
    [
      { status: 260, stored: true },
      { status: 401, body: 'no credentials' },
    ],
  ],
])('every line arrives, and is stored once, through %s', async (_what, troubles) => {
  scene.endpoint.treat = (push) => (push % 3 < 2 ? troubles[push % troubles.length]! : 'pass');
  const containers = ['a', 'b'].map((name) =>
    scene.node.container({ pod: `job-${name}-0`, container: name }).write(1_500)
  );
  const config = scene.config();
  config.batch.size = 64 * 1024;
  const { agent } = await scene.start(config);
  await agent.settled();
  await expectEachLineOnce(scene.store, containers);
  expect(agent.containerRecords().map(({ linesAcked, gaps }) => ({ linesAcked, gaps }))).toEqual(
    containers.map(() => ({ linesAcked: 1_500, gaps: [] }))
  );
  expect(scene.endpoint.pushes).toBeGreaterThan(troubles.length);
});

test('requests that are too large for a proxy on the way are made smaller, until they pass', async () => {
  const tooLarge: Treatment = { status: 413, body: 'request body too large' };
  scene.endpoint.treat = (_push, bytes) => (bytes > 2_000 ? tooLarge : 'pass');
  const container = scene.node.container({ pod: 'job-a-0' }).write(1_500);
  const { agent } = await scene.start();
  await agent.settled();
  await expectEachLineOnce(scene.store, [container]);
  expect(agent.containerRecords()).toMatchObject([{ linesAcked: 1_500, gaps: [] }]);
});

test('a line that is too large for a proxy on the way is sent in parts, and spoils no other', async () => {
  const container = scene.node.container({ pod: 'job-a-0' }).write(300, 5);
  // Hashes, so that no compression makes it small.
  const noise = Array.from({ length: 50 }, (_, i) => createHash('sha256').update(`${i}`).digest('base64')).join('');
  container.append(criLine(secondsAgo(2), noise)).write(300);
  scene.endpoint.treat = (_push, bytes) => (bytes > 900 ? { status: 413, body: 'request body too large' } : 'pass');
  const { agent } = await scene.start();
  await agent.settled();
  const stored = await storedOf(scene.store, container);
  const parts = stored.slice(300, stored.length - 300);
  expect(parts.map(({ line }) => line).join('')).toBe(noise);
  expect(parts.map(({ metadata }) => metadata.continues)).toEqual([...parts.slice(1).map(() => 'true'), undefined]);
  expect(stored.filter((entry) => !parts.includes(entry)).map(({ line }) => line)).toEqual(container.written);
  expect(agent.containerRecords()).toMatchObject([{ linesAcked: 601, linesSeen: 601, gaps: [] }]);
});

test('lines that Loki refuses for good are counted in the container record, and the others are stored', async () => {
  await scene.store.close();
  scene.store = await startTestStore({ limits: { maxLineSize: 1_000 } });
  const container = scene.node.container({ pod: 'wordy-0' }).write(20, 5);
  container.append(criLine(secondsAgo(0), 'x'.repeat(2_000)));
  container.append(criLine(secondsAgo(0), 'after'));
  const { agent } = await scene.start(agentConfig(scene.node, scene.store.url));
  await agent.settled();
  expect((await storedOf(scene.store, container)).map(({ line }) => line)).toEqual([...container.written, 'after']);
  const containerRecord = (await storedContainerRecords(scene.store)).get(container.id);
  expect(containerRecord?.gaps).toMatchObject([
    { reason: 'refused', lines: 1, detail: expect.stringContaining('max entry size') },
  ]);
  expect(containerRecord?.linesAcked).toBe(21);
});

test('containers of one stream that have much together are sent request after request, without waiting for a fuller batch', async () => {
  const letters = 'bcdfghjklm';
  const containers = Array.from({ length: 60 }, (_, i) =>
    scene.node.container({ pod: `work-${letters[i % 10]}${letters[Math.floor(i / 10)]}222`, container: 'a' }).write(100)
  );
  const config = scene.config();
  config.batch.size = 16 * 1024;
  // Waiting once is right; waiting before each request would outlast the test's time.
  config.batch.wait = 2_000;
  const { agent } = await scene.start(config);
  await agent.settled();
  await expectEachLineOnce(scene.store, containers);
  expect(scene.endpoint.pushes).toBeGreaterThan(25);
});
