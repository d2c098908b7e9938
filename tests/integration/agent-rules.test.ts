import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { entriesOf, finalContainerRecord } from './agent-harness';
import { Endpoint } from './agent-endpoint';
import { AgentProcess } from '../testkit/agent-process';
import { afterlog } from '../testkit/afterlog';
import { randomFrom } from '../testkit/random';
import { criLine, SimulatedNode } from '../testkit/simulated-node';
import { startTestStore, type TestStore } from '../testkit/store';
import { until } from '../testkit/until';
import { itemsOf } from '../testkit/json-list';

let node: SimulatedNode;
let store: TestStore;
let endpoint: Endpoint;
let agent: AgentProcess | undefined;
beforeEach(async () => {
  node = new SimulatedNode();
  store = await startTestStore();
  endpoint = await Endpoint.before(store.url);
});
afterEach(async () => {
  await agent?.end('SIGKILL');
  await endpoint.close();
  await store.close();
  node.remove();
});

const RULES = `
drop:
  - { name: debug, match: '^DEBUG' }
  - { name: health, match: 'GET /healthz', namespaces: [shop] }
redact:
  - { name: card, match: '\\d{4}-\\d{4}', with: '****' }
multiline:
  - { first-line: '^[A-Z]', pods: [web-*] }
`;

const lines = async (query: string) => (await entriesOf(store, query)).map(({ line }) => line);

function configFile(): string {
  const file = join(node.dir, 'agent.yaml');
  writeFileSync(file, RULES);
  return file;
}

test('kill -9 at random moments under a failing endpoint: what is dropped is counted once, the rest is there once', async () => {
  const random = randomFrom(20_261_129);
  endpoint.treat = () => (random() < 0.4 ? ({ status: 500, stored: random() < 0.5 } as const) : 'pass');
  const web = node.container({ pod: 'web-1', namespace: 'shop' }).link('a'.repeat(64));
  const expected: string[] = [];
  let dropped = 0;
  let nextNs = BigInt(Date.now()) * 1_000_000n;
  const write = (...texts: string[]) => {
    web.append(texts.map((text) => criLine((nextNs += 1_000n), text)).join(''));
  };
  const step = (n: number) => {
    const now = BigInt(Date.now()) * 1_000_000n;
    nextNs = now > nextNs ? now : nextNs;
    if (n % 3 === 0) {
      write(`DEBUG ${n}`, '  of two lines');
      dropped++;
    } else if (n % 3 === 1) {
      write(`Error ${n} 1234-5678`, `  at a${n}`, `  at b${n}`);
      expected.push(`Error ${n} ****\n  at a${n}\n  at b${n}`);
    } else {
      write(`Request ${n}`);
      expected.push(`Request ${n}`);
    }
  };
  const flags = ['--config', configFile(), '--push.backoff-min', '10ms', '--push.backoff-max', '100ms'];
  let n = 0;
  const writer = setInterval(() => step(n++), 5);
  for (let kill = 0; kill < 4; kill++) {
    agent = new AgentProcess(node, { url: endpoint.url, flags: [...flags, '--batch.size', '4KiB'] });
    await agent.started();
    await wait(random() * 400);
    await agent.end('SIGKILL');
  }
  clearInterval(writer);
  endpoint.treat = () => 'pass';
  agent = new AgentProcess(node, { url: endpoint.url, flags });
  await agent.started();
  await until('all entries are there', async () => (await lines('{namespace="shop"}')).length >= expected.length);
  rmSync(join(web.directory, '..'), { recursive: true });
  web.unlink();
  const record = await finalContainerRecord(store, web);
  expect(await lines('{namespace="shop"}')).toEqual(expected);
  expect(record).toMatchObject({ linesAcked: expected.length, linesSeen: expected.length + dropped, gaps: [] });
  const redacted = expected.filter((text) => text.startsWith('Error')).length;
  expect(record.rules?.map(({ rule, action, lines: count }) => [rule, action, count]).sort()).toEqual([
    ['card', 'redact', redacted],
    ['debug', 'drop', dropped],
  ]);
  expect(['complete', 'rescued']).toContain(record.status);
  const { stdout, stderr } = await afterlog(['logs', 'web-1', '-n', 'shop', '--loki.url', store.url]);
  expect(stdout + stderr).toMatch(new RegExp(`${dropped} lines \\([^)]*\\) dropped by rule debug\\.`));
}, 120_000);

test('rules are for the containers that they name, and the rest is sent as it is', async () => {
  const now = BigInt(Date.now()) * 1_000_000n;
  const all = ['DEBUG a', 'GET /healthz', 'Pay 1234-5678', '  more'];
  for (const [pod, namespace] of [
    ['web-1', 'shop'],
    ['api-1', 'jobs'],
  ] as const) {
    node.container({ pod, namespace }).append(all.map((text, i) => criLine(now + BigInt(i), text)).join(''));
  }
  const { stdout, code } = await afterlog([
    ...['agent', '--once', '--config', configFile(), '--loki.url', store.url, '--logs.dir', node.logs, '-o', 'json'],
    ...['--containers.dir', node.links, '--state.dir', node.state, '--node.name', 'n1'],
  ]);
  expect(code).toBe(0);
  expect(itemsOf(stdout)).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ pod: 'api-1', status: 'complete', linesSeen: 4, linesAcked: 3 }),
      expect.objectContaining({ pod: 'web-1', status: 'complete', linesSeen: 3, linesAcked: 1 }),
    ])
  );
  expect(await lines('{namespace="shop"}')).toEqual(['Pay ****\n  more']);
  expect(await lines('{namespace="jobs"}')).toEqual(['GET /healthz', 'Pay ****', '  more']);
});

test.each([
  ['drop: [{name: a, match: "("}]', /agent\.yaml: line 1: drop\[0\]\.match: invalid RE2 regular expression "\("/],
  ['log: {level: info}\nmultiline: [{first: x}]', /agent\.yaml: line 2: multiline\[0\]\.first-line: is missing/],
  ['drop: [{name: a, match: x, namespace: [b]}]', /line 1: drop\[0\]: unknown key "namespace"/],
  ['drop: {a: x}', /line 1: drop: expected a list of rules/],
  ['drop: [x]', /line 1: drop\[0\]: expected name and match/],
])('%s is refused with file, line and key', async (yaml, message) => {
  const file = join(node.dir, 'agent.yaml');
  writeFileSync(file, `${yaml}\n`);
  const { stderr, code } = await afterlog(['agent', '--config', file, '--loki.url', store.url]);
  expect(code).toBe(1);
  expect(stderr).toMatch(message);
});
