import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NODE_METADATA, nodeRecordSchema, POD_METADATA, podRecordSchema } from '../../model/records';
import { formatNs } from '../../model/time';
import { pushLines, pushOther, pushRecord, record, run } from '../integration/logs-data';
import { afterlog } from '../testkit/afterlog';
import { serve } from '../testkit/http';
import { ago, startTestStore, type TestStore } from '../testkit/store';

// Whoever can name a pod, write a message, or answer in Loki's place must not reach the terminal of who reads.
const EVIL = '\u001b]0;owned\u0007\u001b[2J\u009b31m\u202e';
/** What moves a cursor, sets a title or turns the direction of writing; a line feed and a tab may pass. */
const RAW = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/;

let store: TestStore;
let dir: string;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'afterlog-terminal-'));
  store = await startTestStore();
  const time = ago(3600);
  const later = time + 1_000_000_000n;
  for (const one of [
    run('plain-x7k2p', { node: `n${EVIL}`, cluster: `c${EVIL}` }),
    run(`web${EVIL}-x7k2p`, { container: `main${EVIL}`, namespace: `ns${EVIL}` }),
  ]) {
    await pushLines(store, one, [[time, 'a line']]);
    await pushRecord(store, later, record(one, [time], { status: 'partial' }));
  }
  const pod = podRecordSchema.safeParse({
    ...{ v: 2, kind: 'pod', id: 'p', cluster: 'c1', namespace: 'job-test', pod: 'gone-x7k2p', podUid: 'p', node: 'n1' },
    ...{
      job: `j${EVIL}`,
      phase: 'Failed',
      reason: `Evicted${EVIL}`,
      message: `The node was low on${EVIL}`,
      containers: [],
    },
  });
  if (pod.success) {
    await pushOther(store, later, pod.data, POD_METADATA);
  }
  const node = nodeRecordSchema.safeParse({
    ...{ v: 2, kind: 'node', id: 'n', cluster: 'c1', node: `n${EVIL}`, time: formatNs(time), message: EVIL },
  });
  if (node.success) {
    await pushOther(store, later, node.data, NODE_METADATA);
  }
});
afterAll(async () => {
  await store.close();
  rmSync(dir, { recursive: true });
});

test.each([
  ['cases', []],
  ['cases', ['-o', 'wide']],
  ['cases', ['-o', 'json']],
  ['cases', ['-o', 'jsonl', '--no-evidence']],
  ['cases', ['--node', `n${EVIL}`, '--namespace', EVIL]],
  ['explain', ['plain-x7k2p']],
  ['explain', [`web${EVIL}-x7k2p`]],
  ['explain', ['plain-x7k2p', '-o', 'json']],
  ['logs', ['plain-x7k2p']],
  ['logs', ['plain-x7k2p', '-o', 'json']],
  ['logs', ['plain-x7k2p', '-o', 'jsonl']],
  ['logs', [`web${EVIL}-x7k2p`]],
  ['logs', [`pod/${EVIL}`]],
  ['capacity', []],
  ['capacity', ['-o', 'markdown']],
  ['capacity', ['-o', 'csv']],
  ['capacity', ['-o', 'json']],
  ['capacity', ['--by', 'job']],
  ['capacity', ['--what-if', `x${EVIL}=1`]],
  ['doctor', ['--only', 'loki,configuration', '--cluster.name', `c${EVIL}`]],
  ['cases', ['--cause', EVIL]],
  ['cases', ['--status', EVIL]],
  ['logs', ['x', '--since', EVIL]],
  ['logs', ['x', `--${EVIL}`]],
  [EVIL, []],
])('`afterlog %s` with %j writes nothing that a terminal obeys', async (command, args) => {
  const { stdout, stderr } = await afterlog([command, ...args], { env: { HOME: dir, LOKI_ADDR: store.url } });
  expect(`${stdout}${stderr}`.length).toBeGreaterThan(0);
  expect(RAW.exec(stdout)?.[0]).toBeUndefined();
  expect(RAW.exec(stderr)?.[0]).toBeUndefined();
});

test.each(['cases', 'capacity', 'logs', 'explain', 'doctor'])(
  '`afterlog %s` shows an answer of somebody else escaped',
  async (command) => {
    const other = await serve(() => ({ status: 400, body: `no${EVIL}`, headers: { 'content-type': 'text/plain' } }));
    const args =
      command === 'doctor' ? ['--only', 'loki'] : command === 'cases' || command === 'capacity' ? [] : ['web-x7k2p'];
    const { stdout, stderr } = await afterlog([command, ...args], { env: { HOME: dir, LOKI_ADDR: other.url } });
    await other.close();
    expect(RAW.exec(stdout + stderr)?.[0]).toBeUndefined();
    expect(stdout + stderr).toContain('no\\u001b]0;owned');
  }
);

test('a configuration file’s keys and values are escaped in what is said of them', async () => {
  const file = join(dir, 'agent.yaml');
  for (const text of [`"x\\e[2J": 1\n`, `batch: {wait: "\\e[2J"}\n`, 'loki: {url: "\\e[2J"}\n']) {
    writeFileSync(file, text);
    const { code, stderr } = await afterlog(['agent', '--once', '--config', file]);
    expect(code).toBe(1);
    expect(RAW.exec(stderr)?.[0]).toBeUndefined();
  }
});
