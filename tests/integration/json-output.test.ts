import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { startStore } from '../../pocket-loki';
import { afterlog } from '../testkit/afterlog';
import { jsonListSchema } from '../testkit/json-list';
import { ago, startTestStore, type TestStore } from '../testkit/store';
import { pushLines, pushRecord, record, run } from './logs-data';

// Every command prints the same with `-o json`: apiVersion, kind, items, complete, warnings (docs/reference/json.md).
const web = run('web-x7k2p');
let store: TestStore;
let dir: string;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'afterlog-json-'));
  store = await startTestStore();
  const time = ago(3600);
  await pushLines(store, web, [
    [time, 'first'],
    [time + 1n, 'second'],
  ]);
  await pushRecord(store, time + 1_000_000_000n, record(web, [time, time + 1n], { status: 'partial' }));
});
afterAll(async () => {
  await store.close();
  rmSync(dir, { recursive: true });
});

const ask = (...args: string[]) => afterlog(args, { env: { HOME: dir, LOKI_ADDR: store.url } });

const commands: Array<[kind: string, args: string[], items: number]> = [
  ['CaseList', ['cases'], 1],
  ['CaseList', ['cases', '--no-evidence'], 1],
  ['CaseList', ['cases', '--job', 'none'], 0],
  ['CaseList', ['explain', 'web-x7k2p'], 1],
  ['LogLineList', ['logs', 'web-x7k2p'], 2],
  ['LogLineList', ['logs', 'web-x7k2p', '--tail', '1', '--quiet'], 1],
  ['LogLineList', ['logs', 'web-x7k2p', '--tail', '0'], 0],
  ['CapacityReviewList', ['capacity'], 1],
  ['CapacityReviewList', ['capacity', '--by', 'job'], 1],
  ['FindingList', ['doctor', '--only', 'configuration'], 1],
];

test.each(commands)('%s of `afterlog %j`', async (kind, args, count) => {
  const { stdout } = await ask(...args, '-o', 'json');
  const list = jsonListSchema.parse(JSON.parse(stdout));
  expect([list.kind, list.items.length]).toEqual([kind, count]);
  expect(Object.keys(list).slice(0, 3)).toEqual(['apiVersion', 'kind', 'items']);
  expect(list.complete).toBe(true);
});

test('a list names every command that has -o json', async () => {
  const { stdout } = await ask('--help');
  const names = [...stdout.matchAll(/^ {2}(\w+) .*/gm)].map(([, name = '']) => name);
  const withJson: string[] = [];
  for (const name of names) {
    if (/output format: .*\bjson\b/.test((await ask(name, '--help')).stdout.replace(/\s+/g, ' '))) {
      withJson.push(name);
    }
  }
  // Of `agent` and `store` below.
  expect(withJson.sort()).toEqual([...new Set(commands.map(([, [name = '']]) => name)), 'agent', 'store'].sort());
});

test('`agent --once` and `store verify`', async () => {
  const dirs = ['--logs.dir', dir, '--containers.dir', dir, '--state.dir', join(dir, 'state'), '--node.name', 'n1'];
  const once = await ask('agent', '--once', ...dirs, '-o', 'json', '--loki.url', store.url);
  expect(jsonListSchema.parse(JSON.parse(once.stdout))).toMatchObject({ kind: 'ContainerRecordList', items: [] });

  const data = join(dir, 'data');
  const other = await startStore({ dir: data, port: 0 });
  await other.close();
  const verified = await ask('store', 'verify', '--data.dir', data, '-o', 'json');
  expect(jsonListSchema.parse(JSON.parse(verified.stdout))).toMatchObject({
    ...{ kind: 'StoreVerificationList', items: [{ dir: data, streams: 0, blocks: 0, entries: 0, damage: [] }] },
  });
  const none = await ask('store', 'verify', '--data.dir', join(dir, 'none'), '-o', 'json');
  expect([none.code, none.stdout]).toEqual([1, '']);
});

test('what became of the log follows its lines', async () => {
  const { stdout, stderr } = await ask('logs', 'web-x7k2p', '-o', 'json');
  const { items, containers } = jsonListSchema.parse(JSON.parse(stdout));
  expect(items).toMatchObject([{ line: 'first', labels: { pod: 'web-x7k2p' } }, { line: 'second' }]);
  expect(containers).toMatchObject([{ run: { pod: 'web-x7k2p' }, status: 'partial', linesShown: 2 }]);
  expect(stderr).toBe('');
});

test('with -o jsonl it is an object a line, and what became of the log is on stderr', async () => {
  const { stdout, stderr } = await ask('logs', 'web-x7k2p', '-o', 'jsonl');
  const line = z.object({ timestamp: z.string(), line: z.string() });
  expect(
    stdout
      .trim()
      .split('\n')
      .map((text) => line.parse(JSON.parse(text)).line)
  ).toEqual(['first', 'second']);
  expect(JSON.parse(stderr)).toMatchObject({ run: { pod: 'web-x7k2p' }, status: 'partial' });
});

test('what was not found beside what was is a warning, and the list is not complete', async () => {
  const absent = 'f'.repeat(64);
  const pasted = [web.containerId, absent].map((id) => `unable to retrieve container logs for containerd://${id}`);
  const { stdout, code } = await ask('logs', pasted.join('\n'), '-o', 'json');
  const { items, complete, warnings } = jsonListSchema.parse(JSON.parse(stdout));
  expect([code, items.length, complete]).toEqual([1, 2, false]);
  expect(warnings.join('\n')).toContain(absent.slice(0, 12));
});

test('that not all was observed is a warning of an empty list', async () => {
  const { stdout } = await ask('cases', '--namespace', 'none', '-o', 'json');
  const { items, warnings } = jsonListSchema.parse(JSON.parse(stdout));
  expect(items).toEqual([]);
  expect(warnings.join('\n')).toContain('No record names namespace none.');
});

test.each([
  ['--follow', []],
  ['--limit-bytes', ['10']],
])('a document is not cut: `logs -o json %s` is refused with a way on', async (flag, value) => {
  const { code, stderr } = await ask('logs', 'web-x7k2p', '-o', 'json', flag, ...value);
  expect(code).toBe(1);
  expect(stderr).toContain(`with ${flag} use --output jsonl`);
});
