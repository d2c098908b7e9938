import { rmSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { agentConfig, Agents } from '../integration/agent-harness';
import { until } from '../testkit/until';
import { SimulatedNode } from '../testkit/simulated-node';
import { writeBulk } from './bulk';
import { Sink } from './sink';

const PATIENCE_MS = 120_000;
const agents = new Agents();
let node: SimulatedNode;
let sink: Sink;
beforeEach(async () => {
  node = new SimulatedNode();
  sink = await Sink.open();
});
afterEach(async () => {
  await agents.stopAll();
  await sink.close();
  node.remove();
});

function start() {
  const config = agentConfig(node, sink.url);
  config.batch.size = 1024 * 1024;
  return agents.start(config);
}

test(
  'F7: a pod deleted while 100 MB of it are unread and Loki is slow is read to its end',
  async () => {
    const lines = 650_000;
    sink.delayMs = 15;
    const container = node.container({ pod: 'slow-0' });
    const bytes = await writeBulk(container.current, lines, 155);
    const { agent } = await start();
    await until('it is opened', () => agent.unacked > 0);
    container.deletePod();
    await until('it left', () => agent.containerRecords()[0]?.left != null, PATIENCE_MS);
    expect(agent.unacked).toBeGreaterThan(bytes / 2);
    await until('its last container record', () => agent.containerRecords()[0]?.final === true, PATIENCE_MS);
    expect(agent.containerRecords()[0]).toMatchObject({
      linesSeen: lines,
      linesAcked: lines,
      gaps: [],
      status: 'rescued',
    });
    expect(agent.containerRecords()[0]).toMatchObject({ bytesSeen: bytes, bytesAcked: bytes });
    expect(sink.tally('slow-0')).toMatchObject({ distinct: lines, repeated: 0, outOfOrder: 0 });
  },
  PATIENCE_MS
);

test(
  'F9: of 300 MiB written in one burst into one file, which is rotated and deleted later, all 1,000,000 lines arrive',
  async () => {
    const lines = 1_000_000;
    const { agent } = await start();
    const container = node.container({ pod: 'burst-0' });
    const bytes = await writeBulk(container.current, lines, 315);
    const rotated = container.rotate();
    await writeBulk(container.current, 1_000, 315, lines);
    await wait(500);
    rmSync(rotated);
    await until('all of it', () => sink.tally('burst-0').distinct === lines + 1_000, PATIENCE_MS);
    await until('acknowledged', () => agent.unacked === 0);
    expect(bytes).toBeGreaterThan(300 * 1024 * 1024);
    expect(sink.tally('burst-0')).toMatchObject({ repeated: 0, outOfOrder: 0 });
    expect(agent.containerRecords()).toMatchObject([{ linesAcked: lines + 1_000, gaps: [] }]);
  },
  PATIENCE_MS
);
