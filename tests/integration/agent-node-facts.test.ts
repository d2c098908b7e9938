import { readFileSync } from 'node:fs';
import { appendFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { diskRecordSchema, gcRecordSchema, thresholdsRecordSchema } from '../../model/records';
import type { AgentConfig } from '../../shipper/config/agent-config';
import { agentConfig, Agents, entriesOf, until } from './agent-harness';
import { SimulatedNode } from './agent-node';
import { startTestStore, type TestStore } from './logs-store';

const recorded = (name: string) => readFileSync(`tests/recording/disk-pressure/kubelet/${name}`, 'utf8');

const agents = new Agents();
let store: TestStore;
let node: SimulatedNode;
let kubelet: Server | undefined;

beforeEach(async () => {
  store = await startTestStore();
  node = new SimulatedNode();
});
afterEach(async () => {
  await agents.stopAll();
  kubelet?.close();
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
  kubelet = createServer((request, response) => {
    const known = request.url === path;
    response.writeHead(known ? 200 : 403).end(known ? body : 'Forbidden');
  });
  await new Promise<void>((resolve) => kubelet?.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(kubelet.address() as AddressInfo).port}`;
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
