import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { formatNs } from '../../model/time';
import type { AgentConfig } from '../../shipper/config/agent-config';
import { expectEachLineOnce, finalContainerRecord, storedOf } from './agent-harness';
import { until } from '../testkit/until';
import type { SimulatedContainer } from '../testkit/simulated-node';
import { agentScene } from './agent-scene';

const scene = agentScene();
let config: AgentConfig;
beforeEach(() => {
  config = scene.config();
  config.batch.size = 16 * 1024;
});

/** Starts the agent before an endpoint that answers nobody, and waits until it has seen the containers. */
async function startStalled(...containers: SimulatedContainer[]) {
  scene.endpoint.stall();
  const { agent } = await scene.start(config);
  const bytes = containers.reduce((sum, container) => sum + container.bytes, 0);
  await until('the agent sees them', () => agent.unacked === bytes);
  return agent;
}

/** Holds the container record's one gap against the lines that the store lacks. */
async function expectExactGap(container: SimulatedContainer): Promise<void> {
  const containerRecord = await finalContainerRecord(scene.store, container);
  const stored = (await storedOf(scene.store, container)).map(({ line }) => line);
  expect(stored.length).toBeGreaterThan(0);
  expect(stored).toEqual(container.written.slice(0, stored.length));
  const bytes = container.sizes.slice(stored.length).reduce((sum, size) => sum + size, 0);
  expect(containerRecord).toMatchObject({ status: 'partial', bytesSeen: container.bytes, linesAcked: stored.length });
  expect(containerRecord.gaps).toMatchObject([
    { reason: 'shed', bytes, from: formatNs(container.times[stored.length]!), to: formatNs(container.times.at(-1)!) },
  ]);
}

test('over the budget the noisiest gives way, and its container record names what is missing, to the byte', async () => {
  config.rescue['max-bytes'] = 200_000;
  const noisy = scene.node.container({ pod: 'noisy-0' }).write(4_000, 5);
  const quiet = scene.node.container({ pod: 'quiet-0' }).write(300, 5);
  const agent = await startStalled(noisy, quiet);
  noisy.deleteFiles();
  quiet.deleteFiles();
  await until('something is given up', () => agent.containerRecords().some(({ gaps }) => gaps.length > 0));
  scene.endpoint.release();
  expect(await finalContainerRecord(scene.store, quiet)).toMatchObject({
    status: 'rescued',
    linesAcked: 300,
    gaps: [],
  });
  await expectEachLineOnce(scene.store, [quiet]);
  await expectExactGap(noisy);
  expect(await agent.metrics.registry.metrics()).toMatch(/afterlog_missed_bytes_total\{reason="shed"\} [1-9]/);
});

test('a file that is held for too long gives way', async () => {
  config.rescue['max-age'] = 500;
  const old = scene.node.container({ pod: 'old-0' }).write(2_000, 5);
  const agent = await startStalled(old);
  old.deleteFiles();
  await until('it is given up', () => agent.containerRecords().some(({ gaps }) => gaps.length > 0));
  scene.endpoint.release();
  await expectExactGap(old);
});

test('a rotated file that the kubelet compressed is given up without a loss: its copy is read', async () => {
  config.rescue['max-bytes'] = 1_000;
  const container = scene.node.container({ pod: 'rotated-0' }).write(2_000, 5);
  const rotated = container.rotate();
  container.write(10);
  const agent = await startStalled(container);
  writeFileSync(`${rotated}.gz`, gzipSync(readFileSync(rotated)));
  rmSync(rotated);
  const gauge = async (name: string) =>
    Number(new RegExp(`^afterlog_${name} (.*)$`, 'm').exec(await agent.metrics.registry.metrics())?.[1]);
  await until('the deletion is seen', async () => (await gauge('rescue_bytes')) > 0);
  await until('it is given up', async () => (await gauge('rescue_bytes')) === 0);
  scene.endpoint.release();
  await agent.settled();
  await expectEachLineOnce(scene.store, [container]);
  expect(agent.containerRecords()).toMatchObject([{ linesAcked: 2_010, gaps: [] }]);
});

test('what was rescued, and what is at risk, is counted', async () => {
  const container = scene.node.container({ pod: 'report-0' }).write(500, 5);
  const agent = await startStalled(container);
  container.deleteFiles();
  const metrics = () => agent.metrics.registry.metrics();
  await until('it is at risk', async () => (await metrics()).includes(`afterlog_at_risk_bytes ${container.bytes}\n`));
  const during = await metrics();
  expect(during).toContain(`afterlog_rescue_bytes ${container.bytes}\n`);
  const lag = Number(/^afterlog_lag_seconds (.*)$/m.exec(during)?.[1]);
  expect(lag).toBeGreaterThan(0);
  scene.endpoint.release();
  await finalContainerRecord(scene.store, container);
  const after = await metrics();
  expect(after).toContain('afterlog_at_risk_bytes 0\n');
  expect(after).toContain('afterlog_lag_seconds 0\n');
  expect(after).toContain('afterlog_rescue_bytes 0\n');
  expect(after).toContain(`afterlog_rescued_bytes_total ${container.bytes}\n`);
  expect(after).toContain(`afterlog_read_bytes_total ${container.bytes}\n`);
  expect(after).toContain('afterlog_read_lines_total 500\n');
  expect(after).toContain('afterlog_acknowledged_lines_total 500\n');
});
