import { appendFileSync, mkdirSync, statSync, truncateSync } from 'node:fs';
import { relative } from 'node:path';
import winston from 'winston';
import { SimulatedNode, type SimulatedContainer } from '../../../tests/testkit/simulated-node';
import { containerRunId } from '../../../model/container-run';
import { ContainerDirectory } from '../discover/container-directory';
import { Refusals } from '../discover/refusals';
import { EncodeBuffer } from '../entries/encode-buffer';
import { routeOf } from '../entries/route';
import { ContainerLog, type Segment } from './container-log';
import type { SavedContainer } from './saved';

// A container's log on a disk, as its directory shows it and as a pusher sends it, without either's timers.

const logger = winston.createLogger({ silent: true });
const buffer = new EncodeBuffer(1024 * 1024);
const NODE = { cluster: 'c1', node: 'n1' };
/** More than the time in which a container that wrote is taken to run. */
const SILENCE_MS = 6_000;

let node: SimulatedNode;
let simulated: SimulatedContainer;
let directory: ContainerDirectory;
let container: ContainerLog;
/** The time stands still, but for this. */
let aheadMs: number;

beforeEach(() => {
  aheadMs = 0;
  const [begin, beginMs] = [performance.now(), Date.now()];
  jest.spyOn(performance, 'now').mockImplementation(() => begin + aheadMs);
  jest.spyOn(Date, 'now').mockImplementation(() => beginMs + aheadMs);
  node = new SimulatedNode();
  simulated = node.container({ pod: 'job-1' });
});
afterEach(() => {
  container.close();
  jest.restoreAllMocks();
  node.remove();
});

/** An agent sees the directory for the first time, or again with what an earlier one kept. */
function observe(saved?: SavedContainer): void {
  const { namespace, pod, uid: podUid } = simulated;
  directory = new ContainerDirectory(
    simulated.directory,
    { namespace, pod, podUid },
    simulated.name,
    {
      logger,
      refusals: new Refusals(logger),
      roots: [node.logs],
      linkedMs: () => null,
      changed: () => undefined,
      create: (run, path, kept) => {
        const deps = {
          pairs: () => [],
          onMiss: () => undefined,
          nowText: () => new Date(Date.now()).toISOString(),
          fileTimeText: (ms: number) => new Date(ms).toISOString(),
          lastWatched: null,
        };
        container = new ContainerLog(containerRunId(run), run, path, deps, kept);
        return container;
      },
    },
    new Map(saved ? [[simulated.restart, saved]] : []),
    () => undefined
  );
  directory.scan();
}

const kept = (): SavedContainer => ({
  id: container.id,
  run: container.run,
  directory: relative(node.logs, simulated.directory),
  account: structuredClone(container.state),
  files: structuredClone(container.savedFiles()),
});

/** Reads all that is there into a request. */
function read(maxEntries = 100_000): Segment[] {
  const nowSeconds = Math.floor(Date.now() / 1000);
  buffer.encoder.begin('{}');
  const { segments } = container.fill(
    buffer,
    {
      ...{ maxLineBytes: 10_000, maxPayload: 1024 * 1024, maxEntries, keepsFuture: false, misdated: 'store' },
      ...{ route: routeOf(nowSeconds, nowSeconds), nowSeconds, futureSeconds: 600 },
    },
    performance.now()
  );
  return segments;
}

/** All that is there is read, and Loki takes it. */
function ship(): void {
  read().forEach((segment) => container.acknowledge(segment));
}

const record = () => container.record(NODE, false);
const counts = () => {
  const { linesSeen, linesAcked, bytesSeen, bytesAcked } = record();
  return { linesSeen, linesAcked, bytesSeen, bytesAcked };
};
const all = ({ written, bytes }: SimulatedContainer) => ({
  ...{ linesSeen: written.length, linesAcked: written.length },
  ...{ bytesSeen: bytes, bytesAcked: bytes },
});

test('what is read counts as seen, what Loki took as acknowledged', () => {
  simulated.write(10);
  observe();
  expect(container).toMatchObject({ unread: simulated.bytes, unacked: simulated.bytes });
  const segments = read();
  expect(container).toMatchObject({ unread: 0, unacked: simulated.bytes });
  expect(counts()).toEqual({ linesSeen: 10, linesAcked: 0, bytesSeen: simulated.bytes, bytesAcked: 0 });
  segments.forEach((segment) => container.acknowledge(segment));
  expect(container).toMatchObject({ unread: 0, unacked: 0, isAtRest: true, unackedSinceMs: null });
  expect(counts()).toEqual(all(simulated));
});

test('what did not arrive is read once more, and counted once', () => {
  simulated.write(10);
  observe();
  expect(read().map((segment) => container.countRead(segment))).toEqual([{ bytes: simulated.bytes, lines: 10 }]);
  container.rewind();
  expect(container.unread).toBe(simulated.bytes);
  expect(read().map((segment) => container.countRead(segment))).toEqual([{ bytes: 0, lines: 0 }]);
  expect(record()).toMatchObject({ gaps: [] });
});

test('what was passed over is seen, not acknowledged, and named', () => {
  simulated.write(4);
  observe();
  const [segment] = read(1);
  container.passOver(segment!, { reason: 'refused', detail: 'line too long' });
  ship();
  expect(counts()).toMatchObject({ linesSeen: 4, linesAcked: 3 });
  expect(record().gaps).toMatchObject([{ reason: 'refused', lines: 1, detail: 'line too long' }]);
});

test('a rotated file is read to its end before its successor, and closed once it is silent', () => {
  simulated.write(5);
  observe();
  simulated.rotate();
  simulated.write(5);
  directory.scan();
  expect(container.files.map(({ rotation }) => rotation === '')).toEqual([false, true]);
  ship();
  expect(container.closeFinished()).toBe(false); // a last line may come to it yet
  aheadMs = SILENCE_MS;
  expect(container.closeFinished()).toBe(true);
  expect(container.files).toHaveLength(1);
  expect(counts()).toEqual(all(simulated));
  expect(container.bytesOnNode).toBe(simulated.bytes);
});

test('a file that is emptied is another one: what was not read of it is missing', () => {
  simulated.write(10);
  observe();
  read(4).forEach((segment) => container.acknowledge(segment));
  const { bytesAcked } = counts();
  truncateSync(simulated.current);
  directory.scan();
  expect(record().gaps).toMatchObject([
    { reason: 'truncated', bytes: simulated.bytes - bytesAcked },
    { reason: 'truncated', bytes: null },
  ]);
  const before = simulated.bytes;
  simulated.write(3);
  directory.scan();
  ship();
  expect(counts()).toMatchObject({ linesAcked: 7, bytesAcked: bytesAcked + simulated.bytes - before });
});

test('of a deleted file nothing is missing, and its container ended when it is silent and its link is gone', () => {
  simulated.write(10);
  observe();
  simulated.deleteFiles();
  directory.scan();
  expect(record()).toMatchObject({ ended: false, left: { bytesUnacked: simulated.bytes } });
  container.lookForEnd('removed');
  expect(container.state.ended).toBe(false);
  ship();
  aheadMs = SILENCE_MS;
  container.lookForEnd('removed');
  expect(record()).toMatchObject({ ended: true, gaps: [], status: 'rescued' });
  expect(counts()).toEqual(all(simulated));
});

test('one whose link is there goes on, however silent it is: somebody deleted its log by hand', () => {
  simulated.write(10);
  observe();
  simulated.deleteByHand();
  directory.scan();
  aheadMs = SILENCE_MS;
  container.lookForEnd('there');
  expect(container).toMatchObject({ lingers: true, state: { ended: false } });
  simulated.write(5);
  directory.scan();
  ship();
  expect(record()).toMatchObject({ left: null, ended: false, gaps: [] });
  expect(counts()).toEqual(all(simulated));
});

test('without a link silence has to do, from the moment at which the log left', () => {
  simulated.write(10);
  observe();
  aheadMs = SILENCE_MS;
  simulated.deleteFiles();
  directory.scan();
  container.lookForEnd('unknown');
  expect(container.state.ended).toBe(false);
  aheadMs = 2 * SILENCE_MS;
  container.lookForEnd('unknown');
  expect(container.state.ended).toBe(true);
});

test('the next agent goes on behind what Loki acknowledged', () => {
  simulated.write(10);
  observe();
  read(6).forEach((segment) => container.acknowledge(segment));
  const saved = kept();
  container.close();
  simulated.write(5);
  observe(saved);
  expect(container.unread).toBe(simulated.bytes - (saved.files[0]?.acked.offset ?? 0));
  ship();
  expect(counts()).toEqual(all(simulated));
  expect(record().gaps).toEqual([]);
});

test('it finds a file that was rotated meanwhile, and misses one that is gone by the bytes that Loki lacks', () => {
  simulated.write(10);
  observe();
  read(6).forEach((segment) => container.acknowledge(segment));
  const saved = kept();
  const { bytesAcked } = counts();
  const first = simulated.bytes;
  container.close();
  simulated.rotate();
  simulated.write(5);
  observe(structuredClone(saved));
  ship();
  expect(counts()).toEqual(all(simulated));
  container.close();

  simulated.deleteByHand();
  simulated.write(5);
  observe(saved);
  expect(record().gaps[0]).toMatchObject({ reason: 'gone-unread', bytes: first - bytesAcked });
  expect(container.unreported).toBe(true);
});

test('a file that is emptied and deleted between two looks is read on, and what was in it before is missing', () => {
  simulated.reopen().write(10);
  observe();
  read(6).forEach((segment) => container.acknowledge(segment));
  const { bytesAcked } = counts();
  const { bytes } = simulated;
  truncateSync(simulated.current);
  simulated.write(3);
  simulated.deleteByHand();
  directory.scan();
  ship();
  expect(container).toMatchObject({ unread: 0, unacked: 0 });
  expect(record().gaps).toMatchObject([
    { reason: 'truncated', bytes: bytes - bytesAcked },
    { reason: 'truncated', bytes: null },
  ]);
  expect(counts()).toMatchObject({ linesAcked: 9, bytesAcked: bytesAcked + simulated.bytes - bytes });
  simulated.write(2).release();
  directory.scan();
  ship();
  expect(counts()).toMatchObject({ linesAcked: 11 });
});

test('a record says until when a container wrote to a deleted file that nobody held', () => {
  simulated.reopen().write(3);
  observe();
  const saved = kept();
  container.close();
  simulated.deleteByHand();
  observe(saved);
  container.lookForEnd('there');
  container.unreported = false;
  aheadMs = 1_000;
  simulated.write(2).reopen().write(1);
  directory.scan();
  expect(container.unreported).toBe(true);
  expect(record().gaps.at(-1)).toMatchObject({ bytes: null, to: new Date(Date.now()).toISOString() });
});

test('lines of a container that follows one which the kubelet removed do not carry its id', () => {
  simulated.write(3);
  observe();
  container.setContainerId('first');
  expect(read().map(({ containerId }) => containerId)).toEqual(['first']);
  container.rewind();
  simulated.deleteFiles();
  directory.scan();
  container.lookForEnd('removed');
  simulated.write(2);
  directory.scan();
  expect(read().map(({ containerId }) => containerId)).toEqual(['first', null]);
  container.rewind();
  container.setContainerId('second');
  expect(read().at(-1)).toMatchObject({ containerId: 'second' });
});

test('a log whose first file was made well after its link misses what was before it, also where the link is known later', () => {
  simulated.write(3);
  observe();
  const { birthtimeMs } = statSync(simulated.current);
  container.linked('first', birthtimeMs - 1_000);
  expect(record().gaps).toMatchObject([
    { reason: 'gone-unread', bytes: null, detail: 'what was rotated and deleted before the agent first saw the log' },
  ]);
  container.close();
  observe();
  container.linked('first', birthtimeMs + 5);
  container.linked('first', birthtimeMs - 1_000); // that of before
  expect(record()).toMatchObject({ gaps: [], containerId: 'first' });
});

test('what a container wrote to a deleted file until its successor was there is known to the next agent', () => {
  simulated.reopen().write(10);
  observe();
  simulated.deleteByHand();
  directory.scan();
  simulated.write(5);
  const { bytes } = simulated;
  simulated.reopen().write(5).release();
  directory.scan();
  const saved = kept();
  container.close();
  observe(saved);
  expect(record().gaps).toMatchObject([{ reason: 'gone-unread', bytes }]);
});

test('bytes of a container that runs are at risk only in rotated files, and all where Loki takes nothing for seconds', () => {
  simulated.write(10);
  observe();
  expect([container.reclaimable, container.atRiskBytes]).toEqual([false, 0]);
  const rotated = simulated.bytes;
  simulated.rotate();
  simulated.write(5);
  directory.scan();
  expect(container.atRiskBytes).toBe(rotated);
  aheadMs = SILENCE_MS;
  expect([container.reclaimable, container.atRiskBytes]).toEqual([true, simulated.bytes]);
  ship();
  expect(container.atRiskBytes).toBe(0);
});

test('a file is given up with what is not read of it, and that is in the record', () => {
  simulated.write(10);
  observe();
  const [view] = container.files;
  const sent = read(4);
  container.giveUp(view!, { reason: 'shed' });
  container.giveUp(view!, { reason: 'shed' });
  const unread = simulated.sizes.slice(4).reduce((sum, size) => sum + size, 0);
  expect(record().gaps).toMatchObject([{ reason: 'shed', bytes: unread }]);
  expect(container.unrepeatable).toBe(true); // four lines are under way, and cannot be read again
  container.rewind();
  expect(record().gaps).toMatchObject([{ bytes: simulated.bytes, reason: 'shed' }]);
  expect(sent).toHaveLength(1);
  expect(counts()).toMatchObject({ bytesSeen: simulated.bytes, bytesAcked: 0 });
});

test('a line without an end waits for it, and goes out as far as it is there when its container is over', () => {
  mkdirSync(simulated.directory, { recursive: true });
  simulated.write(1);
  appendFileSync(simulated.current, `${new Date().toISOString()} stdout F half a`);
  observe();
  ship();
  expect([container.unfinished, counts().linesAcked]).toEqual([true, 1]);
  container.over = true;
  ship();
  expect([container.unfinished, counts().linesAcked]).toEqual([false, 2]);
});
