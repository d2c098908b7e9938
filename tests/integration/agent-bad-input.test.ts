import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { request } from 'undici';
import { startStore } from '../../pocket-loki';
import { agentConfig, expectEachLineOnce, finalContainerRecord, storedOf } from './agent-harness';
import { until } from '../testkit/until';
import { criLine, secondsAgo } from '../testkit/simulated-node';
import { afterlog } from '../testkit/afterlog';
import { agentScene } from './agent-scene';
import { freePort } from '../testkit/http';

const scene = agentScene();

const start = () => scene.agents.start(agentConfig(scene.node, scene.store.url));

test('lines that are not CRI, and bytes that are not UTF-8, are shipped and marked', async () => {
  const container = scene.node.container({ pod: 'odd-0' });
  container.append(criLine(secondsAgo(1), 'good')).append('{ no CRI line\n');
  container.append(Buffer.concat([Buffer.from(criLine(secondsAgo(0), 'caf').trimEnd()), Buffer.from([0xe9, 0x0a])]));
  const { agent } = await start();
  await agent.settled();
  const entries = await storedOf(scene.store, container);
  expect(entries.map(({ line, metadata }) => [line, metadata.format, metadata.replaced])).toEqual([
    ['good', undefined, undefined],
    ['{ no CRI line', 'unparsed', undefined],
    ['caf\ufffd', undefined, 'utf8'],
  ]);
  expect(agent.containerRecords()).toMatchObject([{ linesAcked: 3, bytesAcked: container.bytes }]);
});

test.each(['in one piece', 'in fragments'])('a line of 2 MB %s arrives whole, cut into parts', async (how) => {
  const content = 'héllo wörld '.repeat(150_000);
  const at = secondsAgo(1);
  const container = scene.node.container({ pod: 'long-0' });
  if (how === 'in one piece') {
    container.append(criLine(at, content));
  } else {
    for (let from = 0; from < content.length; from += 16_384) {
      const last = from + 16_384 >= content.length;
      const tag = last ? 'F' : 'P';
      container.append(criLine(at + BigInt(from), content.slice(from, from + 16_384), 'stdout', tag));
    }
  }
  container.append(criLine(at + 10_000_000n, 'next'));
  const { agent } = await start();
  await agent.settled();
  const entries = await storedOf(scene.store, container);
  const parts = entries.slice(0, -1);
  expect(entries.at(-1)?.line).toBe('next');
  expect(parts.map(({ line }) => line).join('') === content).toBe(true);
  expect(parts.map(({ metadata }) => metadata.continues)).toEqual([...parts.slice(1).map(() => 'true'), undefined]);
  expect(agent.containerRecords()).toMatchObject([{ linesAcked: 2, gaps: [] }]);
});

test('an ended log keeps its last line without newline, or without its last fragment', async () => {
  const cut = scene.node.container({ pod: 'cut-0' }).append(criLine(secondsAgo(1), 'one'));
  cut.append(criLine(secondsAgo(0), 'torn').trimEnd());
  const partial = scene.node.container({ pod: 'part-0' }).append(criLine(secondsAgo(0), 'begun', 'stdout', 'P'));
  scene.node.container({ pod: 'empty-0' }).append('');
  const { agent } = await start();
  await until('all are seen', () => agent.containerRecords().length === 3);
  cut.deleteFiles();
  partial.deleteFiles();
  expect(await finalContainerRecord(scene.store, cut)).toMatchObject({
    linesAcked: 2,
    bytesAcked: cut.bytes,
    gaps: [],
  });
  expect(await finalContainerRecord(scene.store, partial)).toMatchObject({ linesAcked: 1, bytesAcked: partial.bytes });
  expect((await storedOf(scene.store, cut)).map(({ line }) => line)).toEqual(['one', 'torn']);
  expect((await storedOf(scene.store, partial)).map(({ line }) => line)).toEqual(['begun']);
});

test('a link that leads out of the log directories is not followed, and said', async () => {
  const secret = join(scene.node.dir, 'secret');
  writeFileSync(secret, criLine(secondsAgo(0), 'password'));
  const container = scene.node.container({ pod: 'sly-0' });
  symlinkSync(secret, container.current);
  const honest = scene.node.container({ pod: 'honest-0' }).write(3);
  const { agent, said } = await start();
  await agent.settled();
  expect(said()).toMatch(/leads to .*secret, outside .*: not followed/);
  expect(await storedOf(scene.store, container)).toEqual([]);
  await expectEachLineOnce(scene.store, [honest]);
});

test('a corrupt checkpoint is kept aside, and all is sent once more without a line twice', async () => {
  const container = scene.node.container({ pod: 'web-0' }).write(50);
  const first = await start();
  await first.agent.settled();
  await scene.agents.stop(first.agent);
  writeFileSync(join(scene.node.state, 'checkpoint.jsonl'), 'not json\n');
  const { agent, said } = await start();
  await agent.settled();
  expect(said()).toContain('the checkpoint is corrupt: kept aside, starting over');
  expect(readdirSync(scene.node.state).some((name) => name.startsWith('checkpoint.jsonl.corrupt-'))).toBe(true);
  await expectEachLineOnce(scene.store, [container]);
});

test('the second agent on a state directory refuses, and names the first', async () => {
  await start();
  const args = [
    'agent',
    '--state.dir',
    scene.node.state,
    '--logs.dir',
    scene.node.logs,
    '--loki.url',
    scene.store.url,
    '--listen',
    '',
  ];
  const { code, stderr } = await afterlog(args);
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringContaining(`another agent (process ${process.pid}) runs on --state.dir ${scene.node.state}`),
  });
});

test('a wrong configuration key is named, and the near one', async () => {
  const file = join(scene.node.dir, 'agent.yaml');
  writeFileSync(file, 'batch:\n  siez: 1MiB\n');
  const { code, stderr } = await afterlog(['agent', '--config', file]);
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringContaining(`${file}: line 2: unknown key "batch.siez"; did you mean "batch.size"?`),
  });
});

test('says on /ready why it is not ready, and ships when the log directory and Loki come up', async () => {
  const port = await freePort();
  const listen = `127.0.0.1:${await freePort()}`;
  const config = agentConfig(scene.node, `http://127.0.0.1:${port}`, { listen });
  rmSync(scene.node.logs, { recursive: true });
  writeFileSync(scene.node.logs, 'in the way');
  const { agent } = await scene.agents.start(config);
  const ready = async () => {
    const { statusCode, body } = await request(`http://${listen}/ready`);
    return `${statusCode} ${await body.text()}`;
  };
  expect(await ready()).toMatch(/^503 not ready: .*ENOTDIR/);
  rmSync(scene.node.logs);
  mkdirSync(scene.node.logs);
  const container = scene.node.container({ pod: 'web-0' }).write(10);
  await until('Loki is missed', async () => /^503 not ready: .*ECONNREFUSED/.test(await ready()));
  const late = await startStore({ dir: join(scene.node.dir, 'late-store'), port });
  await agent.settled();
  expect(await ready()).toBe('200 ready\n');
  expect(agent.containerRecords()).toMatchObject([{ linesAcked: container.written.length }]);
  await scene.agents.stop(agent);
  await late.close();
});
