import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { criLine, secondsAgo } from '../testkit/simulated-node';
import { expectEachLineOnce, finalContainerRecord, storedOf } from '../integration/agent-harness';
import { until } from '../testkit/until';
import { expectComplete } from './account';
import { faultBed, gaugeOf } from './bed';

const bed = faultBed();

const contentsOf = async (container: Parameters<typeof storedOf>[1]) =>
  (await storedOf(bed.store, container)).map(({ line }) => line);

test('F27: a line of 2 MB in fragments arrives whole, in marked parts', async () => {
  const content = 'héllo wörld '.repeat(170_000);
  const at = secondsAgo(1);
  const container = bed.container({ pod: 'long-0' });
  for (let from = 0; from < content.length; from += 16_384) {
    const tag = from + 16_384 >= content.length ? 'F' : 'P';
    container.append(criLine(at + BigInt(from), content.slice(from, from + 16_384), 'stdout', tag));
  }
  container.append(criLine(at + 10_000_000n, 'next'));
  await bed.start();
  container.append('');
  await until('all of it is stored', async () => (await contentsOf(container)).at(-1) === 'next');
  const parts = (await storedOf(bed.store, container)).slice(0, -1);
  expect(parts.map(({ line }) => line).join('') === content).toBe(true);
  expect(parts.map(({ metadata }) => metadata.continues)).toEqual([...parts.slice(1).map(() => 'true'), undefined]);
});

test('F27: fragments of both streams that lie in one another are joined each to its own', async () => {
  const at = secondsAgo(1);
  const container = bed.container({ pod: 'both-0' });
  const pieces: Array<[string, string, string]> = [
    ['stdout', 'P', 'out one '],
    ['stderr', 'P', 'err one '],
    ['stdout', 'P', 'out two '],
    ['stderr', 'F', 'err end'],
    ['stdout', 'F', 'out end'],
    ['stderr', 'P', 'again '],
    ['stderr', 'F', 'an error'],
  ];
  pieces.forEach(([stream, tag, text], i) => container.append(criLine(at + BigInt(i), text, stream, tag)));
  await bed.start();
  await until('all lines', async () => (await storedOf(bed.store, container)).length === 3);
  const entries = await storedOf(bed.store, container);
  expect(entries.map(({ line, metadata }) => [metadata.stream, line]).sort()).toEqual([
    ['stderr', 'again an error'],
    ['stderr', 'err one err end'],
    ['stdout', 'out one out two out end'],
  ]);
});

test('F27: more than 100 containers that die amid a line lose none of what is there of it', async () => {
  const containers = Array.from({ length: 130 }, (_, i) => {
    const container = bed.container({ pod: `torn-${i}` }).write(3);
    return container.append(criLine(secondsAgo(0) + 1_000_000n, `begun ${i}`, 'stdout', 'P'));
  });
  const { agent } = await bed.start();
  await until('all are seen', () => agent.containerRecords().length === 130);
  containers.forEach((container) => container.deleteFiles());
  for (const [i, container] of containers.entries()) {
    const containerRecord = await finalContainerRecord(bed.store, container);
    expect(containerRecord).toMatchObject({ linesAcked: 4, bytesAcked: container.bytes, gaps: [] });
    const entries = await storedOf(bed.store, container);
    expect(entries.map(({ line }) => line)).toEqual([...container.written, `begun ${i}`]);
    expect(entries.at(-1)?.metadata.continues).toBe('true');
  }
});

test('F27: a fragment that never ends is not held for ever in memory, and delays nothing but its own log', async () => {
  const stuck = bed.container({ pod: 'stuck-0' });
  const fragment = 'y'.repeat(16_384);
  for (let i = 0; i < 400; i++) {
    stuck.append(criLine(secondsAgo(0) + BigInt(i), fragment, 'stdout', 'P'));
  }
  const other = bed.container({ pod: 'other-0' }).write(100);
  const { agent } = await bed.start();
  await bed.arrived(other);
  await until('the line is sent in parts', async () =>
    agent.containerRecords().some(({ bytesAcked }) => bytesAcked > 4_000_000)
  );
  stuck.deleteFiles();
  await finalContainerRecord(bed.store, stuck);
  expect((await contentsOf(stuck)).join('').length).toBe(400 * fragment.length);
});

test('F28: the last line of a dead container is sent without its newline', async () => {
  const container = bed.container({ pod: 'abrupt-0' }).write(10);
  container.append(criLine(secondsAgo(0) + 1_000_000n, 'last words').trimEnd());
  const { agent } = await bed.start();
  await until('it is seen', () => agent.containerRecords()[0]?.bytesSeen === container.bytes);
  container.deleteFiles();
  expect(await finalContainerRecord(bed.store, container)).toMatchObject({
    linesAcked: 11,
    gaps: [],
    bytesAcked: container.bytes,
  });
  expect((await contentsOf(container)).at(-1)).toBe('last words');
});

test('F29: a line with bytes that are not UTF-8 is kept, marked and counted', async () => {
  const container = bed.container({ pod: 'binary-0' });
  const at = secondsAgo(1);
  const bytes = [[0xe9], [0x00, 0x01, 0xff, 0xfe], [0xc3]];
  for (const [i, odd] of bytes.entries()) {
    const line = Buffer.from(criLine(at + BigInt(i), 'caf').trimEnd());
    container.append(Buffer.concat([line, Buffer.from([...odd, 0x0a])]));
  }
  container.append(criLine(at + 10n, 'clean é'));
  const { agent } = await bed.start();
  await until('all lines', async () => (await storedOf(bed.store, container)).length === 4);
  const entries = await storedOf(bed.store, container);
  expect(entries.map(({ line, metadata }) => [line, metadata.replaced])).toEqual([
    ['caf\ufffd', 'utf8'],
    ['caf\u0000\u0001\ufffd\ufffd', 'utf8'],
    ['caf\ufffd', 'utf8'],
    ['clean é', undefined],
  ]);
  expect(await gaugeOf(agent, 'replaced_lines_total')).toBe(3);
  expect(agent.containerRecords()).toMatchObject([{ linesAcked: 4, bytesAcked: container.bytes, gaps: [] }]);
});

test('F30: with no API server, and no links that name containers, logs are shipped by what their path says', async () => {
  rmSync(bed.node.links, { recursive: true });
  expect(existsSync(bed.node.links)).toBe(false);
  await bed.start();
  const container = bed.container({ pod: 'import-x7k2p' }).write(50);
  await bed.arrived(container);
  const [entry] = await storedOf(bed.store, container);
  expect(entry?.labels).toMatchObject({ namespace: container.namespace, workload: 'import', container: 'main' });
  expect(entry?.metadata).toMatchObject({ pod: 'import-x7k2p', pod_uid: container.uid, restart: '0', job: 'import' });
  container.deletePod();
  await expectComplete(bed.store, [container]);
});

test('F31: logs that were there before the agent are read from their heads', async () => {
  const containers = ['a', 'b', 'c'].map((name, i) => {
    const container = bed.container({ pod: `early-${name}` }).write(100, 60 * (i + 1));
    container.rotate();
    return container.write(100, 30);
  });
  await bed.start();
  for (const container of containers) {
    await bed.arrived(container);
  }
  await expectEachLineOnce(bed.store, containers);
  containers.forEach((container) => container.deletePod());
  await expectComplete(bed.store, containers);
});

test('F36: a log that nothing tells of any more, and that grows on, is found by the next rescan', async () => {
  await bed.start(bed.config({ rescan: { interval: 1_000 } }));
  const container = bed.container({ pod: 'renewed-0' }).write(10);
  await bed.arrived(container);
  rmSync(container.directory, { recursive: true });
  await wait(200);
  mkdirSync(container.directory); // another inode: a watch on the one before tells nothing
  container.write(10);
  await bed.arrived(container);
  for (let round = 0; round < 2; round++) {
    await wait(6_500); // so long silent that it is looked at no more often than others
    container.write(10);
    await until('it is read on', async () => (await storedOf(bed.store, container)).length === 30 + 10 * round, 5_000);
  }
});
