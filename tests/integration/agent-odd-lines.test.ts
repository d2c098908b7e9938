import { appendFileSync, statSync, truncateSync } from 'node:fs';
import type { Agent } from '../../shipper/agent/agent';
import winston from 'winston';
import { connectLoki } from '../../shipper/loki/connection';
import { RecordWriter } from '../../shipper/loki/record-writer';
import { entriesOf, storedOf } from './agent-harness';
import { until } from '../testkit/until';
import { criLine, secondsAgo } from '../testkit/simulated-node';
import { agentScene } from './agent-scene';

// Lines that no runtime should write, and that runtimes write: what is odd of one line holds back and costs no other.
const scene = agentScene();
const HOUR = 3600;
const DAY = 24 * HOUR;
const quiet = winston.createLogger({ silent: true });

const acked = (agent: Agent) => agent.containerRecords().reduce((sum, { linesAcked }) => sum + linesAcked, 0);

test('a line that is dated a day ahead is stored when it arrives, and blocks neither its container nor its neighbours', async () => {
  const odd = scene.node.container({ pod: 'job-b2222' }).write(500, 5);
  odd
    .append(criLine(secondsAgo(-DAY), 'from tomorrow'))
    .append('0001-01-01T00:00:00Z stdout F no time\n')
    .append('2262-04-12T00:00:00Z stdout F the end of time\n')
    .write(500);
  const neighbour = scene.node.container({ pod: 'job-c2222' }).write(100);
  const { agent } = await scene.start();
  await until('all is acknowledged', () => acked(agent) === 1_103 && agent.unacked === 0);
  expect((await storedOf(scene.store, neighbour)).map(({ line }) => line)).toEqual(neighbour.written);
  const stored = await storedOf(scene.store, odd);
  const dated = stored.filter(({ metadata }) => metadata.line_time !== undefined);
  expect(stored.filter((entry) => !dated.includes(entry)).map(({ line }) => line)).toEqual(odd.written);
  expect(dated.map(({ line }) => line)).toEqual(['from tomorrow', 'no time', 'the end of time']);
  for (const { ns } of dated) {
    expect(Math.abs(Number(secondsAgo(0) - ns)) / 1e9).toBeLessThan(30);
  }
  expect(Date.parse(dated[0]?.metadata.line_time ?? '')).toBeGreaterThan(Date.now() + (DAY - 60) * 1000);
  expect(dated[1]?.metadata.line_time).toBe('0001-01-01T00:00:00.000000000Z');
  expect(agent.containerRecords().every(({ gaps }) => gaps.length === 0)).toBe(true);
});

test('such lines are counted as missing where that is configured', async () => {
  const odd = scene.node
    .container({ pod: 'job-0' })
    .write(20, 5)
    .append(criLine(secondsAgo(-DAY), 'from tomorrow'))
    .write(20);
  const config = scene.config();
  config.limits['misdated-lines'] = 'count';
  const { agent } = await scene.start(config);
  await until('it is through', () => agent.unacked === 0 && acked(agent) === 40);
  expect((await storedOf(scene.store, odd)).map(({ line }) => line)).toEqual(odd.written);
  expect(agent.containerRecords()).toMatchObject([{ linesSeen: 41, gaps: [{ reason: 'refused', lines: 1 }] }]);
});

test('an agent whose clock is 20 minutes ahead has its lines and its records stored', async () => {
  const clock = { now: () => secondsAgo(-20 * 60), when: (ms: number) => BigInt(ms + 1_200_000) * 1_000_000n };
  const one = scene.node.container({ pod: 'job-0' });
  const texts = Array.from({ length: 40 }, (_, i) => `line ${i}`);
  texts.forEach((text, i) => one.append(criLine(secondsAgo(-20 * 60) + BigInt(i), text)));
  const { agent } = await scene.start(scene.config(), { clock });
  const writer = new RecordWriter(connectLoki({ url: scene.store.url }), {
    logger: quiet,
    now: clock.now,
    batchWaitMs: 5,
  });
  writer.write({ kind: 'pod', cluster: 'c1', timestamp: clock.now(), line: '{"id":"a"}', metadata: {} });
  await until('all is acknowledged', () => acked(agent) === 40 && agent.unacked === 0);
  expect((await storedOf(scene.store, one)).map(({ line }) => line)).toEqual(texts);
  await writer.flush();
  expect(writer.statistics).toMatchObject({ refused: 0, acknowledged: 1 });
  expect(await entriesOf(scene.store, '{record="pod"}')).toHaveLength(1);
});

test('a prompt without a newline holds back no later line of either stream', async () => {
  const one = scene.node
    .container({ pod: 'job-0' })
    .write(10, 5)
    .append(criLine(secondsAgo(4), 'continue? ', 'stdout', 'P'));
  const { agent } = await scene.start();
  const writing = setInterval(() => one.append(criLine(secondsAgo(0), 'waiting', 'stderr')), 100);
  await until('lines behind the prompt are acknowledged', () => acked(agent) > 20, 8_000);
  clearInterval(writing);
  one.append(criLine(secondsAgo(0), 'yes', 'stdout'));
  const answer = async () => (await storedOf(scene.store, one)).filter(({ line }) => line === 'yes');
  await until('the answer is stored', async () => (await answer()).length === 1);
  const stored = await storedOf(scene.store, one);
  const prompt = stored.filter(({ line }) => line === 'continue? ');
  expect(prompt.map(({ metadata }) => metadata.continues)).toEqual(['true']);
});

test('catching up on hours behind an open prompt, every line goes to the stream of its own hour', async () => {
  const one = scene.node.container({ pod: 'job-b2222' }).append(criLine(secondsAgo(3 * HOUR), '> ', 'stdout', 'P'));
  for (let minute = 179; minute > 0; minute--) {
    one.append(criLine(secondsAgo(minute * 60), `minute ${minute}`, 'stderr'));
  }
  const other = scene.node.container({ pod: 'job-c2222' }).write(200, 1);
  const { agent } = await scene.start();
  await until('all is acknowledged', () => agent.unacked === 0 && acked(agent) === 380);
  expect((await storedOf(scene.store, other)).map(({ line }) => line)).toEqual(other.written);
  const stored = await storedOf(scene.store, one);
  expect(stored.map(({ line }) => line)).toEqual(['> ', ...Array.from({ length: 179 }, (_, i) => `minute ${179 - i}`)]);
  for (const { ns, labels } of stored.filter(({ labels }) => labels.late === 'true')) {
    expect(labels.hour).toBe(new Date(Number(ns / 1_000_000n)).toISOString().slice(0, 13));
  }
  const [record] = agent.containerRecords().filter(({ pod }) => pod === 'job-b2222');
  expect(Date.parse(record?.lastTime ?? '') - Date.parse(record?.firstTime ?? '')).toBeGreaterThan(2.9 * HOUR * 1000);
  expect(record?.gaps).toEqual([]);
});

test('lines that are equal to earlier ones in time and text, behind one out of order, are all stored', async () => {
  const time = secondsAgo(60);
  const equal = (count: number) => Array.from({ length: count }, () => criLine(time, 'tick')).join('');
  const one = scene.node.container({ pod: 'job-0' });
  one.append(equal(2_000) + criLine(time - 1_000_000_000n, 'tick') + equal(10));
  const second = scene.node.container({ pod: 'job-1' });
  const sequence = Array.from({ length: 20 }, (_, i) => criLine(time + BigInt(i), 'tock')).join('');
  second.append(sequence + criLine(time - 1n, 'tock') + sequence);
  const rotated = scene.node.container({ pod: 'job-2' }).append(equal(5));
  rotated.rotate();
  rotated.append(equal(5));
  const { agent } = await scene.start();
  await until('all is acknowledged', () => agent.unacked === 0 && acked(agent) === 2_062);
  expect((await storedOf(scene.store, one)).length).toBe(2_011);
  expect((await storedOf(scene.store, second)).length).toBe(41);
  expect((await storedOf(scene.store, rotated)).length).toBe(10);
});

test('NULs are passed over and counted, gigabytes of a hole too, and what stands behind them is parsed', async () => {
  const one = scene.node.container({ pod: 'job-0' }).append(Buffer.alloc(100)).write(20, 5);
  const hole = 3 * 1024 ** 3;
  const { size } = statSync(one.current);
  truncateSync(one.current, size + hole);
  one.bytes += hole;
  one.write(20);
  const { agent } = await scene.start();
  const before = process.memoryUsage().rss;
  await until('all is acknowledged', () => agent.unacked === 0 && acked(agent) === 40, 20_000);
  expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 ** 2);
  const stored = await storedOf(scene.store, one);
  expect(stored.map(({ line }) => line)).toEqual(one.written);
  expect(stored.map(({ ns }) => ns)).toEqual(one.times);
  expect((await agent.metrics.nulBytes.get()).values[0]?.value).toBe(hole + 100);
  expect(agent.containerRecords()).toMatchObject([{ linesAcked: 40, bytesAcked: one.bytes, gaps: [] }]);
});

test('a json-file log that begins with an empty line, and with NULs, is one all the same', async () => {
  const one = scene.node.container({ pod: 'job-0' });
  const time = (i: number) => new Date(Date.now() - 60_000 + i).toISOString();
  appendFileSync(one.current, Buffer.concat([Buffer.from('\n'), Buffer.alloc(7)]));
  for (let i = 0; i < 10; i++) {
    appendFileSync(one.current, `${JSON.stringify({ log: `line ${i}\n`, stream: 'stderr', time: time(i) })}\n`);
  }
  const { agent } = await scene.start();
  await until('all is acknowledged', () => agent.unacked === 0 && acked(agent) === 11);
  const stored = (await storedOf(scene.store, one)).filter(({ line }) => line !== '');
  expect(stored.map(({ line, metadata }) => `${metadata.stream} ${line}`)).toEqual(
    Array.from({ length: 10 }, (_, i) => `stderr line ${i}`)
  );
});
