import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as z from 'zod';
import { formatNs } from '../../model/time';
import { containerRecordSchema } from '../../model/records';
import { entriesOf, expectEachLineOnce, storedOf } from './agent-harness';
import { secondsAgo, SimulatedNode, type SimulatedContainer } from '../testkit/simulated-node';
import { afterlog } from '../testkit/afterlog';
import { startTestStore, type TestStore } from '../testkit/store';
import { itemsOf } from '../testkit/json-list';

let node: SimulatedNode;
let store: TestStore;
beforeEach(async () => {
  node = new SimulatedNode();
  store = await startTestStore();
});
afterEach(async () => {
  await store.close();
  node.remove();
});

const once = (...more: string[]) =>
  afterlog([
    ...['agent', '--once', '--loki.url', store.url, '--logs.dir', node.logs, '--containers.dir', node.links],
    ...['--state.dir', node.state, '--node.name', 'n1', '--cluster.name', 'c1', ...more],
  ]);

const containerRecordsIn = (stdout: string) => z.array(containerRecordSchema).parse(itemsOf(stdout));

/** A rotated file as the kubelet compresses it. */
function compress(file: string): void {
  writeFileSync(`${file}.gz`, gzipSync(readFileSync(file)));
  rmSync(file);
}

/** Two pods of one Job (so of one stream), one with an init container, restarts, rotated and compressed files. */
function tree(): SimulatedContainer[] {
  const init = node.container({ pod: 'import-x7k2p', container: 'prepare' }).write(5);
  const main = node.container({ pod: 'import-x7k2p' }).write(400, 60).link('a'.repeat(64));
  compress(main.rotate());
  main.write(300, 40);
  main.rotate();
  main.write(20);
  const sibling = node.container({ pod: 'import-b9q4z' }).write(500, 30);
  const failed = node.container({ pod: 'web-0', namespace: 'shop' }).write(30, 20);
  const again = node.container({ pod: 'web-0', namespace: 'shop', restart: 1 }).write(40);
  return [init, main, sibling, failed, again];
}

test('delivers each line of a tree once, and nothing the second time', async () => {
  const containers = tree();
  const first = await once('-o', 'json');
  expect({ code: first.code, stderr: first.stderr }).toEqual({
    code: 0,
    stderr: expect.not.stringMatching(/error|warn/),
  });
  await expectEachLineOnce(store, containers);
  const containerRecords = containerRecordsIn(first.stdout);
  expect(Object.fromEntries(containerRecords.map(({ id, linesAcked, status }) => [id, [linesAcked, status]]))).toEqual(
    Object.fromEntries(containers.map(({ id, written }) => [id, [written.length, 'complete']]))
  );

  const count = async () => (await entriesOf(store, '{cluster="c1", service_name!="afterlog"}')).length;
  const before = await count();
  const second = await once('-o', 'json');
  expect(second.code).toBe(0);
  expect(await count()).toBe(before);
  const totals = (list: typeof containerRecords) =>
    list.map(({ id, linesAcked, bytesAcked }) => ({ id, linesAcked, bytesAcked }));
  expect(totals(containerRecordsIn(second.stdout))).toEqual(totals(containerRecords));
});

test('sends only what came in between', async () => {
  const [, main] = tree();
  await once();
  main!.write(10);
  main!.rotate();
  main!.write(3);
  const { code } = await once();
  expect(code).toBe(0);
  await expectEachLineOnce(store, [main!]);
});

test('gives lines their stream, container id and restart as metadata, and one stream to the pods of a Job', async () => {
  const [, main, sibling] = tree();
  await once();
  const [entry] = await storedOf(store, main!);
  expect(entry?.labels).toEqual({
    cluster: 'c1',
    namespace: 'jobs',
    workload: 'import',
    service_name: 'import',
    container: 'main',
  });
  expect(entry?.metadata).toMatchObject({
    pod: 'import-x7k2p',
    node: 'n1',
    job: 'import',
    restart: '0',
    stream: 'stdout',
    container_id: 'a'.repeat(64),
  });
  const [other] = await storedOf(store, sibling!);
  expect(other?.labels).toEqual(entry?.labels);
});

test("reads Docker's json-file format, a line in parts included", async () => {
  const at = secondsAgo(10);
  const json = (log: string, after: bigint) =>
    `${JSON.stringify({ log, stream: 'stdout', time: formatNs(at + after) })}\n`;
  const docker = node.container({ pod: 'old-docker-0' });
  docker.append(json('first\n', 0n) + json('in ', 1n) + json('two parts\n', 2n) + json('snowman ☃ "quoted"\n', 3n));
  expect((await once()).code).toBe(0);
  expect((await storedOf(store, docker)).map(({ line }) => line)).toEqual([
    'first',
    'in two parts',
    'snowman ☃ "quoted"',
  ]);
});

test('ends with 1 and says what happened when Loki cannot be reached; the lines go with the next run', async () => {
  const containers = tree();
  const { code, stderr } = await once('--loki.url', 'http://127.0.0.1:1', '--once.timeout', '1s');
  expect(code).toBe(1);
  expect(stderr).toMatch(/ECONNREFUSED/);
  expect(stderr).toMatch(/afterlog: Loki acknowledged nothing for 1 s; .*run again to send them\n$/);
  expect((await once()).code).toBe(0);
  await expectEachLineOnce(store, containers);
});

test('ends with 0 where there is nothing to ship', async () => {
  const { code, stdout } = await once();
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^NAMESPACE .*STATUS\n$/) });
});

test('ends with 1 and names what could not be opened: a link that leads out, one that leads nowhere, a pipe', async () => {
  const good = node.container({ pod: 'good-0' }).write(5);
  const elsewhere = join(node.dir, 'elsewhere');
  writeFileSync(elsewhere, 'secret\n');
  symlinkSync(elsewhere, node.container({ pod: 'out-0' }).current);
  const first = await once('-o', 'json');
  expect(first.code).toBe(1);
  expect(first.stderr).toMatch(/afterlog: a log cannot be opened: .*out-0.*elsewhere, outside .*not followed/);
  const records = containerRecordsIn(first.stdout);
  expect(records.find(({ pod }) => pod === 'good-0')).toMatchObject({ status: 'complete' });
  expect(records.find(({ pod }) => pod === 'out-0')).toMatchObject({
    status: 'lost',
    linesAcked: 0,
    gaps: [{ reason: 'unreadable', bytes: 7 }],
  });
  await expectEachLineOnce(store, [good]);
  symlinkSync(join(node.dir, 'nothing'), node.container({ pod: 'nowhere-0' }).current);
  const second = await once();
  expect(second.code).toBe(1);
  expect(second.stderr).toMatch(/afterlog: 2 logs cannot be opened, one of them: /);
});

test('ends with 1 and a record for each log that is a directory, or a link in a circle', async () => {
  mkdirSync(node.container({ pod: 'directory-0' }).current);
  const circle = node.container({ pod: 'circle-0' });
  symlinkSync(circle.current, circle.current);
  const { code, stdout, stderr } = await once('-o', 'json');
  expect(code).toBe(1);
  expect(stderr).toMatch(/afterlog: 2 logs cannot be opened, one of them: .*\nafterlog: 2 of 2 logs are not complete/);
  const gaps = [{ reason: 'unreadable', bytes: null }];
  expect(containerRecordsIn(stdout)).toMatchObject([
    { pod: 'circle-0', status: 'lost', bytesSeen: 0, gaps },
    { pod: 'directory-0', status: 'lost', bytesSeen: 0, gaps },
  ]);
});
