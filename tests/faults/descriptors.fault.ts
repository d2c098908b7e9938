import { readdirSync, readFileSync } from 'node:fs';
import { request } from 'undici';
import { finalContainerRecord } from '../integration/agent-harness';
import { until } from '../testkit/until';
import { SimulatedNode } from '../testkit/simulated-node';
import { expectExactAccount } from './account';
import { AgentProcess } from '../testkit/agent-process';
import { faultBed } from './bed';
import { Sink } from './sink';

const bed = faultBed();

test('300 containers under a limit of 64 descriptors: all lines arrive, and the status page answers', async () => {
  const containers = Array.from({ length: 300 }, (_, i) => bed.container({ pod: `many-${i}` }).write(20));
  const listen = 20_000 + (process.pid % 20_000);
  const agent = await bed.startProcess(['--listen', `127.0.0.1:${listen}`], ['prlimit', '--nofile=64:64']);
  for (const container of containers) {
    await bed.arrived(container);
    container.write(5);
  }
  for (const container of containers) {
    await bed.arrived(container);
  }
  const metrics = await (await request(`http://127.0.0.1:${listen}/metrics`)).body.text();
  expect(Number(/^afterlog_open_files (\d+)/m.exec(metrics)?.[1])).toBeLessThanOrEqual(20);
  expect(readdirSync(`/proc/${agent.pid}/fd`).length).toBeLessThan(64);
  await until('acknowledged', async () => {
    const text = await (await request(`http://127.0.0.1:${listen}/metrics`)).body.text();
    return /^afterlog_unacknowledged_bytes 0$/m.test(text);
  });
  containers.forEach((container) => container.deletePod());
  for (const container of containers.slice(0, 40)) {
    // Its container ran: whether it wrote to the deleted file of which no descriptor was kept, the agent may not know.
    const containerRecord = await finalContainerRecord(bed.store, container);
    expect(await expectExactAccount(bed.store, container, containerRecord)).toEqual([]);
  }
  expect(agent.stderr).not.toContain('EMFILE');
}, 120_000);

const PATIENCE_MS = 300_000;

test(
  'as many containers as descriptors: all lines arrive, and the status page answers',
  async () => {
    const hard = /^Max open files +\d+ +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    const count = Math.min(20_000, Number(hard ?? 20_000));
    const node = new SimulatedNode();
    const sink = await Sink.open();
    const containers = Array.from({ length: count }, (_, i) =>
      node.container({ pod: `many-${i.toString(36).padStart(5, '0')}` }).write(1)
    );
    const listen = 20_000 + (process.pid % 20_000);
    const agent = new AgentProcess(node, {
      url: sink.url,
      flags: ['--listen', `127.0.0.1:${listen}`],
      under: ['prlimit', `--nofile=${count}:${count}`],
    });
    const arrived = () => [...sink.pods.values()].reduce((sum, { distinct }) => sum + distinct, 0);
    const metric = async (name: string) => {
      const text = await (await request(`http://127.0.0.1:${listen}/metrics`)).body.text();
      return Number(new RegExp(`^afterlog_${name} (\\d+)`, 'm').exec(text)?.[1]);
    };
    try {
      await agent.started(PATIENCE_MS);
      await until('all of the first lines', () => arrived() === count, PATIENCE_MS);
      containers.slice(0, 500).forEach((container) => container.write(1)); // files that may have been given back
      await until('all of the later lines', () => arrived() === count + 500, PATIENCE_MS);
      await until('acknowledged', async () => (await metric('unacknowledged_bytes')) === 0, PATIENCE_MS);
      expect(await metric('open_files')).toBeLessThan(count);
      expect(await metric('containers')).toBe(count);
      expect(agent.stderr).not.toContain('EMFILE');
    } finally {
      await agent.end('SIGKILL');
      await sink.close();
      node.remove();
    }
  },
  3 * PATIENCE_MS
);
