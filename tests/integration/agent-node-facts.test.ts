import { readFileSync } from 'node:fs';
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { diskRecordSchema, gcRecordSchema, rollupRecordSchema, thresholdsRecordSchema } from '../../model/records';
import type { AgentConfig } from '../../shipper/config/agent-config';
import type { FilesystemReader } from '../../shipper/node/disk/filesystem';
import { agentConfig, Agents, entriesOf } from './agent-harness';
import { until } from '../testkit/until';
import { SimulatedNode } from '../testkit/simulated-node';
import { startTestStore, type TestStore } from '../testkit/store';
import { serve, type TestServer } from '../testkit/http';

const recorded = (name: string) => readFileSync(`tests/recording/disk-pressure/kubelet/${name}`, 'utf8');

const agents = new Agents();
let store: TestStore;
let node: SimulatedNode;
let kubelet: TestServer | undefined;

beforeEach(async () => {
  store = await startTestStore();
  node = new SimulatedNode();
});
afterEach(async () => {
  await agents.stopAll();
  await kubelet?.close();
  kubelet = undefined;
  await store.close();
  node.remove();
});

function config(more: Partial<AgentConfig['kubelet']>): AgentConfig {
  const made = agentConfig(node, store.url);
  made.disk = { ...made.disk, 'nodefs-dir': node.logs, 'imagefs-dir': node.logs, interval: 50 };
  made.kubelet = { ...made.kubelet, ...more };
  return made;
}

/** A kubelet that answers one path, as the recorded one did. */
async function kubeletWith(path: string, body: string): Promise<string> {
  kubelet = await serve(({ url }) => (url === path ? { status: 200, body } : { status: 403, body: 'Forbidden' }));
  return kubelet.url;
}

const records = async (kind: string): Promise<unknown[]> =>
  (await entriesOf(store, `{service_name="afterlog", record="${kind}"}`)).map(
    ({ line }) => JSON.parse(line) as unknown
  );

test('disk samples say what Loki does not have yet and what lies in the logs of running and of ended containers', async () => {
  const live = node.container({ pod: 'live-0' }).write(10);
  await agents.start(config({}));
  await until('a disk record with the log', async () =>
    (await records('disk')).some((line) => diskRecordSchema.parse(line).logs?.live === live.bytes)
  );
  const [disk] = (await records('disk')).map((line) => diskRecordSchema.parse(line));
  expect(disk).toMatchObject({ node: 'n1', cluster: 'c1', layout: 'single', layoutFrom: 'devices' });
  expect(disk?.nodefs?.capacity).toBeGreaterThan(0);
});

test('without a kubelet to ask, thresholds are assumed and say so', async () => {
  await agents.start(config({}));
  await until('thresholds', async () => (await records('thresholds')).length > 0);
  expect((await records('thresholds')).map((line) => thresholdsRecordSchema.parse(line).source)).toEqual(['assumed']);
});

test('the thresholds in force come from the kubelet', async () => {
  await agents.start(config({ url: await kubeletWith('/configz', recorded('configz.json')) }));
  await until('thresholds', async () => (await records('thresholds')).length > 0);
  expect((await records('thresholds')).map((line) => thresholdsRecordSchema.parse(line))).toMatchObject([
    { source: 'configz', pressureTransitionSeconds: 60 },
  ]);
  const [entry] = await entriesOf(store, '{service_name="afterlog", record="thresholds"}');
  expect(entry?.metadata).toMatchObject({ source: 'configz', image_gc_lead: '0.0000' });
});

test('an hour is told in numbers when it is over, once, over a restart of the agent', async () => {
  // Each look at the disk, which is nodefs and imagefs, takes a minute of the node's time.
  let nowMs = Date.parse('2026-11-23T10:50:00Z');
  const now = () => BigInt(nowMs) * 1_000_000n;
  const clock = { now, when: now };
  const filesystem: FilesystemReader = () => {
    nowMs += 30_000;
    const numbers = { capacity: 1e11, available: 6e10, used: 4e10, inodes: 1000, inodesFree: 900 };
    return Promise.resolve({ device: 1, filesystem: numbers });
  };
  node.container({ pod: 'report-29731234-bcdfg', container: 'main' }).write(100);
  const settings = config({});
  const first = await agents.start(settings, { clock, filesystem });
  await until('some samples', async () => (await records('disk')).length > 0);
  await agents.stop(first.agent);
  await agents.start(settings, { clock, filesystem });
  const hours = async () => (await records('rollup')).map((line) => rollupRecordSchema.parse(line));
  await until('two hours', async () => (await hours()).length >= 2);
  const [hour, next] = (await hours()).sort((a, b) => (a.from < b.from ? -1 : 1));
  expect(hour).toMatchObject({ node: 'n1', period: 'hour', from: '2026-11-23T10:00:00.000000000Z', layout: 'single' });
  expect(hour?.observedSeconds).toBeGreaterThan(0);
  expect(hour?.observedSeconds).toBeLessThanOrEqual(600);
  expect(hour?.nodefs?.bytes).toMatchObject({ capacity: 1e11, least: 4e10, mean: 4e10, greatest: 4e10, filled: 0 });
  expect(next?.from).toBe('2026-11-23T11:00:00.000000000Z');
  const [entry] = await entriesOf(store, '{service_name="afterlog", record="rollup", period="hour"} | node="n1"');
  expect(entry?.metadata).toMatchObject({ nodefs_capacity: '100000000000', nodefs_mean: '40000000000' });
  expect(entry?.metadata).not.toHaveProperty('id');
});

test('each reclaim in the kubelet log is told once, over a restart of the agent', async () => {
  const log = join(node.dir, 'kubelet.log');
  const lines = recorded('kubelet.log').split('\n');
  const half = lines.findIndex((line) => line.includes('23:17:05'));
  await writeFile(log, `${lines.slice(0, half).join('\n')}\n`);
  const { agent } = await agents.start(config({ log }));
  await until('the first reclaim', async () => (await records('gc')).length === 1);
  await agents.stop(agent);
  await appendFile(log, lines.slice(half).join('\n'));
  await agents.start(config({ log }));
  await until('the second reclaim', async () => (await records('gc')).length === 2);
  expect((await records('gc')).map((line) => gcRecordSchema.parse(line).containersTotal)).toEqual([34, 7]);
});

test('/metrics tells of reclaims, of how near eviction is, and of what can be read', async () => {
  const log = join(node.dir, 'kubelet.log');
  await writeFile(log, recorded('kubelet.log'));
  const container = node.container({ pod: 'gone-0' }).write(10);
  const made = config({ log, url: await kubeletWith('/configz', recorded('configz.json')) });
  made.listen = '127.0.0.1:0';
  const { agent } = await agents.start(made);
  const page = async () => (await fetch(`http://127.0.0.1:${agent.port}/metrics`)).text();
  await until('both reclaims', async () => (await page()).includes('afterlog_reclaims_total{trigger="eviction"} 2'));
  await agent.settled();
  container.deleteFiles();
  await until('the last record', async () =>
    (await page()).includes('afterlog_container_records_total{status="complete",reason="none"} 1')
  );
  const text = await page();
  expect(text).toContain('afterlog_reclaimed_containers_total 41\n');
  expect(text).toMatch(/^afterlog_reclaimed_images_total [1-9]/m);
  expect(text).toMatch(/^afterlog_eviction_threshold_distance_ratio\{signal="nodefs.available"\} -?0\.\d+$/m);
  expect(text).toMatch(/^afterlog_eviction_threshold_seconds (\+Inf|\d)/m);
  expect(text).toContain('afterlog_eviction_threshold_ratio{signal="imagefs.available"} 0.85\n');
  expect(text).toContain('afterlog_image_gc_threshold_ratio 0.85\n');
  expect(text).toContain('afterlog_disk_readable 1\n');
  expect(text).toContain('afterlog_kubelet_log_readable 1\n');
  const counted = [...text.matchAll(/^afterlog_kubelet_log_lines_total\{result="[\w-]+"\} (\d+)$/gm)];
  expect(counted.reduce((sum, [, lines]) => sum + Number(lines), 0)).toBe(
    recorded('kubelet.log').trimEnd().split('\n').length
  );
  expect(text).toMatch(/^afterlog_last_acknowledgement_timestamp_seconds 1[.\d]+(e\+?9)?$/m);
  expect(text).toMatch(/^afterlog_build_info\{version="[^"]+",nodejs="\d+\.\d+\.\d+"\} 1$/m);
});

test('four reclaims while Loki is down and the agent is stopped are four gc records when it is back', async () => {
  const log = join(node.dir, 'kubelet.log');
  const made = config({ log, 'log-timezone': 'UTC' });
  const down = await refusingLoki();
  made.loki = { url: down.url };
  for (const minute of [1, 2, 3, 4]) {
    await appendFile(log, reclaimLines(minute));
    const { agent } = await agents.start(made);
    await until('the reclaim was offered to Loki', () => down.offered() >= minute);
    await agent.stop({ graceMs: 0 });
  }
  await down.close();
  await agents.start({ ...made, loki: { url: store.url } });
  await until('all reclaims', async () => (await records('gc')).length === 4);
  expect((await records('gc')).map((line) => gcRecordSchema.parse(line).evicted)).toEqual(
    [1, 2, 3, 4].map((minute) => [`shop/hog-${minute}`])
  );
});

test("a kubelet's log in k0s's form gives its reclaims under their true times", async () => {
  const log = join(node.dir, 'k0s.log');
  const at = new Date(Date.now() - 60_000);
  const stamp = `${at.toISOString().slice(0, 19)}Z`;
  const lines = reclaimLines(7, new Date(at.getTime() + 9 * 3_600_000))
    .trimEnd()
    .split('\n');
  const wrapped = lines.map((text) => `time="${stamp}" level=info msg=${JSON.stringify(text)} component=kubelet\n`);
  await writeFile(log, wrapped.join(''));
  await agents.start(config({ log }));
  await until('the reclaim', async () => (await records('gc')).length === 1);
  const [record] = (await records('gc')).map((line) => gcRecordSchema.parse(line));
  expect(record?.start.slice(0, 19)).toBe(stamp.slice(0, 19));
});

/** A reclaim that ends in an eviction, as a kubelet of 1.36 writes it, a second long. */
function reclaimLines(minute: number, at = new Date(Date.now() - (10 - minute) * 60_000)): string {
  const wall = at.toISOString().replace(/^\d{4}-(\d\d)-(\d\d)T(.{8}).*/, '$1$2 $3');
  const line = (text: string) => `I${wall}.000${minute}00     286 eviction_manager.go:366] ${text}\n`;
  return [
    line('"Eviction manager: attempting to reclaim" resourceName="ephemeral-storage"'),
    line('"Eviction manager: must evict pod(s) to reclaim" resourceName="ephemeral-storage"'),
    line(`"Eviction manager: pod is evicted successfully" pod="shop/hog-${minute}"`),
    line(`"Eviction manager: pods evicted, waiting for pod to be cleaned up" pods=["shop/hog-${minute}"]`),
  ].join('');
}

/** A Loki that takes nothing, and counts the gc records that it was offered. */
async function refusingLoki(): Promise<{ url: string; offered(): number; close(): Promise<void> }> {
  const offered = new Set<string>();
  const { url, close } = await serve(({ body }) => {
    [...body.toString().matchAll(/hog-\d/g)].forEach(([name]) => offered.add(name));
    return { status: 503, body: 'down' };
  });
  return { url, offered: () => offered.size, close };
}
