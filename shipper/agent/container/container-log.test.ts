import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { gzipSync } from 'node:zlib';
import { criLine, secondsAgo } from '../../../tests/testkit/simulated-node';
import { Descriptors } from '../files/descriptors';
import { LogFile } from '../files/log-file';
import { ObservedLog } from './testing/observed-log';

/** More than the time in which a container that wrote is taken to run. */
const SILENCE_MS = 6_000;

let log: ObservedLog;
beforeEach(() => {
  log = new ObservedLog();
});
afterEach(() => log.remove());

const totalOf = (numbers: readonly number[]) => numbers.reduce((sum, one) => sum + one, 0);
const gaps = () => log.record().gaps;
/** The time of a line, as far as both records and directories have it. */
const isAt = (line: number) =>
  expect.stringContaining(new Date(Number(log.simulated.times[line]! / 1_000_000n)).toISOString().slice(0, -1));

/** Compresses a rotated file as the kubelet does: beside it first, then under its name. */
function compress(path: string): string {
  writeFileSync(`${path}.tmp`, gzipSync(readFileSync(path)));
  renameSync(`${path}.tmp`, `${path}.gz`);
  rmSync(path);
  return `${path}.gz`;
}

/** Decompresses what is to be read next, as far as it has to be. */
async function unpack(): Promise<void> {
  for (let file = log.container.packed; file; file = log.container.packed) {
    await log.container.unpack(file);
    if (log.ship().length === 0) {
      return;
    }
  }
}

test('what is read counts as seen, what Loki took as acknowledged', () => {
  log.simulated.write(10);
  log.observe();
  expect(log.container).toMatchObject({ unread: log.simulated.bytes, unacked: log.simulated.bytes });
  const segments = log.read();
  expect(log.container).toMatchObject({ unread: 0, unacked: log.simulated.bytes });
  expect(log.counts()).toEqual({ linesSeen: 10, linesAcked: 0, bytesSeen: log.simulated.bytes, bytesAcked: 0 });
  segments.forEach((segment) => log.container.acknowledge(segment));
  expect(log.container).toMatchObject({ unread: 0, unacked: 0, isAtRest: true, unackedSinceMs: null });
  expect(log.counts()).toEqual(log.all);
});

test('what did not arrive is read once more, and counted once', () => {
  log.simulated.write(10);
  log.observe();
  expect(log.read().map((segment) => log.container.countRead(segment))).toEqual([
    { bytes: log.simulated.bytes, lines: 10 },
  ]);
  log.container.rewind();
  expect(log.container.unread).toBe(log.simulated.bytes);
  expect(log.read().map((segment) => log.container.countRead(segment))).toEqual([{ bytes: 0, lines: 0 }]);
  expect(log.record()).toMatchObject({ gaps: [] });
});

test('what was passed over is seen, not acknowledged, and named', () => {
  log.simulated.write(4);
  log.observe();
  const [segment] = log.read(1);
  log.container.passOver(segment!, { reason: 'refused', detail: 'line too long' });
  log.ship();
  expect(log.counts()).toMatchObject({ linesSeen: 4, linesAcked: 3 });
  expect(log.record().gaps).toMatchObject([{ reason: 'refused', lines: 1, detail: 'line too long' }]);
});

test('a rotated file is read to its end before its successor, and closed once it is silent', () => {
  log.simulated.write(5);
  log.observe();
  log.simulated.rotate();
  log.simulated.write(5);
  log.scan();
  expect(log.container.files.map(({ rotation }) => rotation === '')).toEqual([false, true]);
  log.ship();
  expect(log.container.closeFinished()).toBe(false); // a last line may come to it yet
  log.aheadMs = SILENCE_MS;
  expect(log.container.closeFinished()).toBe(true);
  expect(log.container.files).toHaveLength(1);
  expect(log.counts()).toEqual(log.all);
  expect(log.container.bytesOnNode).toBe(log.simulated.bytes);
});

test('a file that is emptied is another one: what was not read of it is missing', () => {
  log.simulated.write(10);
  log.observe();
  log.read(4).forEach((segment) => log.container.acknowledge(segment));
  const { bytesAcked } = log.counts();
  truncateSync(log.simulated.current);
  log.scan();
  expect(log.record().gaps).toMatchObject([
    { reason: 'truncated', bytes: log.simulated.bytes - bytesAcked },
    { reason: 'truncated', bytes: null },
  ]);
  const before = log.simulated.bytes;
  log.simulated.write(3);
  log.scan();
  log.ship();
  expect(log.counts()).toMatchObject({ linesAcked: 7, bytesAcked: bytesAcked + log.simulated.bytes - before });
});

test('of a deleted file nothing is missing, and its container ended when it is silent and its link is gone', () => {
  log.simulated.write(10);
  log.observe();
  log.simulated.deleteFiles();
  log.scan();
  expect(log.record()).toMatchObject({ ended: false, left: { bytesUnacked: log.simulated.bytes } });
  log.container.lookForEnd('removed');
  expect(log.container.state.ended).toBe(false);
  log.ship();
  log.aheadMs = SILENCE_MS;
  log.container.lookForEnd('removed');
  expect(log.record()).toMatchObject({ ended: true, gaps: [], status: 'rescued' });
  expect(log.counts()).toEqual(log.all);
});

test('one whose link is there goes on, however silent it is: somebody deleted its log by hand', () => {
  log.simulated.write(10);
  log.observe();
  log.simulated.deleteByHand();
  log.scan();
  log.aheadMs = SILENCE_MS;
  log.container.lookForEnd('there');
  expect(log.container).toMatchObject({ lingers: true, state: { ended: false } });
  log.simulated.write(5);
  log.scan();
  log.ship();
  expect(log.record()).toMatchObject({ left: null, ended: false, gaps: [] });
  expect(log.counts()).toEqual(log.all);
});

test('without a link silence has to do, from the moment at which the log left', () => {
  log.simulated.write(10);
  log.observe();
  log.aheadMs = SILENCE_MS;
  log.simulated.deleteFiles();
  log.scan();
  log.container.lookForEnd('unknown');
  expect(log.container.state.ended).toBe(false);
  log.aheadMs = 2 * SILENCE_MS;
  log.container.lookForEnd('unknown');
  expect(log.container.state.ended).toBe(true);
});

test('the next agent goes on behind what Loki acknowledged', () => {
  log.simulated.write(10);
  log.observe();
  log.read(6).forEach((segment) => log.container.acknowledge(segment));
  const saved = log.kept();
  log.container.close();
  log.simulated.write(5);
  log.observe(saved);
  expect(log.container.unread).toBe(log.simulated.bytes - (saved.files[0]?.acked.offset ?? 0));
  log.ship();
  expect(log.counts()).toEqual(log.all);
  expect(log.record().gaps).toEqual([]);
});

test('it finds a file that was rotated meanwhile, and misses one that is gone by the bytes that Loki lacks', () => {
  log.simulated.write(10);
  log.observe();
  log.read(6).forEach((segment) => log.container.acknowledge(segment));
  const saved = log.kept();
  const { bytesAcked } = log.counts();
  const first = log.simulated.bytes;
  log.container.close();
  log.simulated.rotate();
  log.simulated.write(5);
  log.observe(structuredClone(saved));
  log.ship();
  expect(log.counts()).toEqual(log.all);
  log.container.close();

  log.simulated.deleteByHand();
  log.simulated.write(5);
  log.observe(saved);
  expect(log.record().gaps[0]).toMatchObject({ reason: 'gone-unread', bytes: first - bytesAcked });
  expect(log.container.unreported).toBe(true);
});

test('a file that is emptied and deleted between two looks is read on, and what was in it before is missing', () => {
  log.simulated.reopen().write(10);
  log.observe();
  log.read(6).forEach((segment) => log.container.acknowledge(segment));
  const { bytesAcked } = log.counts();
  const { bytes } = log.simulated;
  truncateSync(log.simulated.current);
  log.simulated.write(3);
  log.simulated.deleteByHand();
  log.scan();
  log.ship();
  expect(log.container).toMatchObject({ unread: 0, unacked: 0 });
  expect(log.record().gaps).toMatchObject([
    { reason: 'truncated', bytes: bytes - bytesAcked },
    { reason: 'truncated', bytes: null },
  ]);
  expect(log.counts()).toMatchObject({ linesAcked: 9, bytesAcked: bytesAcked + log.simulated.bytes - bytes });
  log.simulated.write(2).release();
  log.scan();
  log.ship();
  expect(log.counts()).toMatchObject({ linesAcked: 11 });
});

test('a record says until when a container wrote to a deleted file that nobody held', () => {
  log.simulated.reopen().write(3);
  log.observe();
  const saved = log.kept();
  log.container.close();
  log.simulated.deleteByHand();
  log.observe(saved);
  log.container.lookForEnd('there');
  log.container.unreported = false;
  log.aheadMs = 1_000;
  log.simulated.write(2).reopen().write(1);
  log.scan();
  expect(log.container.unreported).toBe(true);
  expect(log.record().gaps.at(-1)).toMatchObject({ bytes: null, to: new Date(Date.now()).toISOString() });
});

test('lines of a container that follows one which the kubelet removed do not carry its id', () => {
  log.simulated.write(3);
  log.observe();
  log.container.setContainerId('first');
  expect(log.read().map(({ containerId }) => containerId)).toEqual(['first']);
  log.container.rewind();
  log.simulated.deleteFiles();
  log.scan();
  log.container.lookForEnd('removed');
  log.simulated.write(2);
  log.scan();
  expect(log.read().map(({ containerId }) => containerId)).toEqual(['first', null]);
  log.container.rewind();
  log.container.setContainerId('second');
  expect(log.read().at(-1)).toMatchObject({ containerId: 'second' });
});

test('a log whose first file was made well after its link misses what was before it, also where the link is known later', () => {
  log.simulated.write(3);
  log.observe();
  const { birthtimeMs } = statSync(log.simulated.current);
  log.container.linked('first', birthtimeMs - 1_000);
  expect(log.record().gaps).toMatchObject([
    { reason: 'gone-unread', bytes: null, detail: 'what was rotated and deleted before the agent first saw the log' },
  ]);
  log.container.close();
  log.observe();
  log.container.linked('first', birthtimeMs + 5);
  log.container.linked('first', birthtimeMs - 1_000); // that of before
  expect(log.record()).toMatchObject({ gaps: [], containerId: 'first' });
});

test('what a container wrote to a deleted file until its successor was there is known to the next agent', () => {
  log.simulated.reopen().write(10);
  log.observe();
  log.simulated.deleteByHand();
  log.scan();
  log.simulated.write(5);
  const { bytes } = log.simulated;
  log.simulated.reopen().write(5).release();
  log.scan();
  const saved = log.kept();
  log.container.close();
  log.observe(saved);
  expect(log.record().gaps).toMatchObject([{ reason: 'gone-unread', bytes }]);
});

test('bytes of a container that runs are at risk only in rotated files, and all where Loki takes nothing for seconds', () => {
  log.simulated.write(10);
  log.observe();
  expect([log.container.reclaimable, log.container.atRiskBytes]).toEqual([false, 0]);
  const rotated = log.simulated.bytes;
  log.simulated.rotate();
  log.simulated.write(5);
  log.scan();
  expect(log.container.atRiskBytes).toBe(rotated);
  log.aheadMs = SILENCE_MS;
  expect([log.container.reclaimable, log.container.atRiskBytes]).toEqual([true, log.simulated.bytes]);
  log.ship();
  expect(log.container.atRiskBytes).toBe(0);
});

test('a file is given up with what is not read of it, and that is in the record', () => {
  log.simulated.write(10);
  log.observe();
  const [view] = log.container.files;
  const sent = log.read(4);
  log.container.giveUp(view!, { reason: 'shed' });
  log.container.giveUp(view!, { reason: 'shed' });
  const unread = log.simulated.sizes.slice(4).reduce((sum, size) => sum + size, 0);
  expect(log.record().gaps).toMatchObject([{ reason: 'shed', bytes: unread }]);
  expect(log.container.unrepeatable).toBe(true); // four lines are under way, and cannot be read again
  log.container.rewind();
  expect(log.record().gaps).toMatchObject([{ bytes: log.simulated.bytes, reason: 'shed' }]);
  expect(sent).toHaveLength(1);
  expect(log.counts()).toMatchObject({ bytesSeen: log.simulated.bytes, bytesAcked: 0 });
});

test('a line without an end waits for it, and goes out as far as it is there when its container is over', () => {
  mkdirSync(log.simulated.directory, { recursive: true });
  log.simulated.write(1);
  appendFileSync(log.simulated.current, `${new Date().toISOString()} stdout F half a`);
  log.observe();
  log.ship();
  expect([log.container.unfinished, log.counts().linesAcked]).toEqual([true, 1]);
  log.container.over = true;
  log.ship();
  expect([log.container.unfinished, log.counts().linesAcked]).toEqual([false, 2]);
});

describe('a container that the configuration excludes', () => {
  test('is not read; what it has and what it writes from then on is passed over', () => {
    log.simulated.write(10);
    log.observe();
    log.ship(4);
    const { lastTime } = log.container.state;
    log.container.excludedBy = 'rule-1';
    expect(log.container.excludedBy).toBe('rule-1');
    expect(log.container).toMatchObject({
      unread: 0,
      unacked: 0,
      atRiskBytes: 0,
      unackedSinceMs: null,
      unreported: true,
    });
    expect(gaps()).toEqual([
      { reason: 'excluded', bytes: null, lines: null, from: lastTime, to: null, detail: 'rule-1' },
    ]);
    const unread = totalOf(log.simulated.sizes.slice(4));
    expect(log.container.state.passedOver).toMatchObject({ bytes: unread });
    log.simulated.write(2);
    log.directory.poll();
    expect([log.container.unread, log.ship()]).toEqual([0, []]);
    expect(log.container.state.passedOver.bytes).toBe(unread + totalOf(log.simulated.sizes.slice(10)));
    expect(log.record()).toMatchObject({ bytesSeen: log.simulated.bytes, linesAcked: 4 });
  });

  test('counts nothing twice of what was under way', () => {
    log.simulated.write(10);
    log.observe();
    const [first] = log.read(3);
    const [second] = log.read(3);
    log.container.excludedBy = 'rule-1';
    const { passedOver } = structuredClone(log.container.state);
    log.container.acknowledge(first!);
    log.container.passOver(second!, { reason: 'refused', detail: 'line too long' });
    expect(log.container.state.passedOver).toEqual(passedOver);
    expect(gaps()).toMatchObject([{ reason: 'excluded' }]);
    expect(log.container.unacked).toBe(0);
  });

  test('is shipped again from where it is then, and the record says from when to when it was not', () => {
    log.simulated.write(2);
    log.observe();
    log.container.excludedBy = 'rule-1';
    log.container.unreported = false;
    log.container.excludedBy = null;
    log.container.excludedBy = null;
    expect(log.container.unreported).toBe(true);
    log.simulated.write(3);
    log.scan();
    expect(log.ship()).toEqual(log.simulated.written.slice(2));
    expect(gaps()).toMatchObject([{ reason: 'excluded', from: null, to: log.now }]);
    expect(log.record()).toMatchObject({ bytesSeen: log.simulated.bytes });
  });

  test('has one gap for each rule, one after the other, however often it is told', () => {
    log.simulated.write(2);
    log.observe();
    log.container.excludedBy = 'rule-1';
    log.container.excludedBy = 'rule-1';
    log.aheadMs = 1_000;
    log.container.excludedBy = 'rule-2';
    expect(gaps()).toMatchObject([
      { detail: 'rule-1', to: log.now },
      { detail: 'rule-2', to: null },
    ]);
    log.restart();
    log.container.excludedBy = 'rule-2';
    expect(gaps()).toHaveLength(2);
  });

  test('misses nothing else: what goes of it went by the rule', () => {
    log.simulated.write(2);
    log.observe();
    log.container.excludedBy = 'rule-1';
    log.simulated.write(2);
    truncateSync(log.simulated.current);
    log.scan();
    log.simulated.deleteFiles();
    log.scan();
    expect(gaps()).toMatchObject([{ reason: 'excluded' }]);
    expect(log.missed).toEqual([]);
  });

  test('has no open files for long: deleted ones are closed', () => {
    log.simulated.write(2);
    log.observe();
    log.container.excludedBy = 'rule-1';
    expect(log.container.closeFinished()).toBe(false);
    log.simulated.deleteFiles();
    log.scan();
    expect([log.container.closeFinished(), log.container.files]).toEqual([true, []]);
  });
});

describe('a rotated file that is compressed', () => {
  test('before anybody saw it is read from its copy, first', async () => {
    log.simulated.write(20);
    compress(log.simulated.rotate());
    log.simulated.write(2);
    log.observe();
    expect(log.container).toMatchObject({ isUnpacking: true });
    expect(log.container.unacked).toBe(1 + totalOf(log.simulated.sizes.slice(20)));
    expect(log.fill()).toMatchObject({ segments: [], stop: 'unprepared' });
    await log.container.unpack(log.container.packed!);
    expect(log.ship()).toEqual(log.simulated.written);
    expect(log.container.packed).toBeUndefined();
    expect(log.container.closeFinished()).toBe(true);
    expect(log.container.isUnpacking).toBe(false);
    expect(log.counts()).toEqual(log.all);
    expect(log.container.bytesOnNode).toBe(log.simulated.bytes);
    log.scan();
    expect([log.container.files.length, gaps()]).toEqual([1, []]);
  });

  test('while it is open is read on where it stands', () => {
    log.simulated.write(10);
    log.observe();
    log.ship(4);
    const rotated = log.simulated.rotate();
    log.scan();
    compress(rotated);
    log.scan();
    expect(log.container.files).toMatchObject([{ isDeleted: false, path: `${rotated}.gz` }, {}]);
    expect(log.ship()).toEqual(log.simulated.written.slice(4));
    expect([log.counts(), gaps()]).toEqual([log.all, []]);
  });

  test('can be gone on with in the copy, which frees the deleted file', async () => {
    log.simulated.write(10);
    log.observe();
    log.ship(4);
    const rotated = log.simulated.rotate();
    log.scan();
    expect(log.container.goOnInCopy(log.container.files[0]!, [log.node.logs])).toBe(false); // there is none
    compress(rotated);
    log.scan();
    const [file, current] = log.container.files;
    expect(log.container.goOnInCopy(current!, [log.node.logs])).toBe(false);
    expect(log.container.goOnInCopy(file!, [log.node.logs])).toBe(true);
    expect(file).toMatchObject({ compressed: true, isDeleted: false, pinnedBytes: 0 });
    expect(file!.status()).toBe('superseded');
    expect(log.container.goOnInCopy(file!, [log.node.logs])).toBe(false); // it is the copy already
    await log.container.unpack(log.container.packed!);
    expect(log.ship()).toEqual(log.simulated.written.slice(4));
    expect([log.counts(), gaps()]).toEqual([log.all, []]);
  });

  test('after it was done with is known by its first line, also after a restart', async () => {
    log.simulated.write(10);
    log.observe();
    log.ship();
    const rotated = log.simulated.rotate();
    log.scan();
    log.aheadMs = SILENCE_MS;
    expect(log.container.closeFinished()).toBe(true);
    renameSync(compress(rotated), `${log.simulated.current}.20260101-090000.gz`); // its name tells nothing
    log.restart();
    await unpack();
    expect(log.container.files.map(({ compressed }) => compressed)).toEqual([false]);
    expect([log.counts(), gaps()]).toEqual([log.all, []]);
    expect(log.container.state.closed).toMatchObject([{ onNode: true, rotated: '20260101-090000' }]);
    expect(log.container.bytesOnNode).toBe(log.simulated.bytes);
  });

  test('while an agent was away that had begun it is gone on with behind what Loki has', async () => {
    log.simulated.write(10);
    log.observe();
    log.ship(4);
    compress(log.simulated.rotate());
    log.simulated.write(2);
    log.restart();
    expect(gaps()).toEqual([]); // it may be in the compressed file
    expect(log.container.isAtRest).toBe(false);
    await log.container.unpack(log.container.packed!);
    expect(log.ship()).toEqual(log.simulated.written.slice(4));
    expect([log.counts(), gaps()]).toEqual([log.all, []]);
  });

  test('that is another than the one that an agent had begun does not stand for it', async () => {
    log.simulated.write(10);
    log.observe();
    log.ship(4);
    const rest = totalOf(log.simulated.sizes.slice(4));
    const saved = log.kept();
    rmSync(log.simulated.rotate());
    log.simulated.write(2);
    compress(log.simulated.rotate());
    log.restart(saved);
    expect(gaps()).toEqual([]);
    await log.container.unpack(log.container.packed!);
    expect(gaps()).toMatchObject([
      { reason: 'gone-unread', bytes: rest },
      { reason: 'gone-unread', bytes: null },
    ]);
    expect(log.ship()).toEqual(log.simulated.written.slice(10));
    expect(log.container.bytesWritten).toBe(log.simulated.bytes);
  });

  test('and open under its other name as well is one file', async () => {
    log.simulated.write(10);
    log.observe();
    const rotated = log.simulated.rotate();
    log.scan();
    renameSync(compress(rotated), `${log.simulated.current}.20260101-090000.gz`);
    log.scan();
    expect(log.container.files).toHaveLength(3);
    await log.container.unpack(log.container.packed!);
    expect(log.container.files).toHaveLength(2);
    expect(log.ship()).toEqual(log.simulated.written);
    expect([log.counts(), gaps()]).toEqual([log.all, []]);
  });

  test('and damaged ends where it could be decompressed to, which the record says', async () => {
    log.simulated.write(5);
    const copy = compress(log.simulated.rotate());
    const whole = readFileSync(copy);
    writeFileSync(copy, whole.subarray(0, whole.length - 12));
    log.simulated.write(2);
    log.observe();
    const file = log.container.packed!;
    await expect(log.container.unpack(file)).rejects.toThrow(copy);
    log.container.endAtDamage(file, 'cut short');
    expect(gaps()).toEqual([
      { reason: 'unreadable', bytes: null, lines: null, from: null, to: log.now, detail: 'cut short' },
    ]);
    expect(log.ship().slice(-2)).toEqual(log.simulated.written.slice(-2));
    expect(log.container.packed).toBeUndefined();
  });

  test('begins a log that is seen for the first time: its first line has to do for when it was made', async () => {
    log.simulated.write(3, 10);
    compress(log.simulated.rotate());
    log.simulated.write(2);
    log.linkedMs = Date.now() - 60_000;
    log.observe();
    expect(gaps()).toEqual([]);
    await log.container.unpack(log.container.packed!);
    const [time = 0n] = log.simulated.times;
    const to = new Date(Number(time / 1_000_000n) + 50);
    expect(gaps()).toMatchObject([{ reason: 'gone-unread', bytes: null, to: to.toISOString() }]);
  });

  test('misses nothing before it where its first line is as old as its link', async () => {
    log.simulated.write(3, 10);
    compress(log.simulated.rotate());
    log.linkedMs = Date.now() - 10_000;
    log.observe();
    await log.container.unpack(log.container.packed!);
    expect(gaps()).toEqual([]);
  });
});

describe('files that are done with', () => {
  /** The container has rotated, and its older file is done with. */
  function closeOne(): string {
    log.simulated.write(5);
    log.observe();
    const rotated = log.simulated.rotate();
    log.simulated.write(5);
    log.scan();
    log.ship();
    log.aheadMs += SILENCE_MS;
    expect(log.container.closeFinished()).toBe(true);
    return rotated;
  }

  test('and deleted by rotation are added up in the record', () => {
    const rotated = closeOne();
    const bytes = totalOf(log.simulated.sizes.slice(0, 5));
    expect(log.container.state.closed).toMatchObject([{ lines: 5, bytes, from: isAt(0), to: isAt(4), onNode: true }]);
    rmSync(rotated);
    log.scan();
    expect(log.record()).toMatchObject({
      rotatedAway: { files: 1, lines: 5, bytes, from: isAt(0), to: isAt(4) },
      gaps: [],
    });
    expect(log.container.bytesOnNode).toBe(log.simulated.bytes - bytes);
    expect(log.container.bytesWritten).toBe(log.simulated.bytes);
    expect(log.counts()).toEqual(log.all);
  });

  test('are known by their name and inode: they are not opened again, whatever they are called', () => {
    const rotated = closeOne();
    log.scan();
    renameSync(rotated, `${log.simulated.current}.20260101-090000`);
    log.scan();
    expect(log.container.files).toHaveLength(1);
    expect(log.container.state.closed).toMatchObject([{ rotated: '20260101-090000', onNode: true }]);
    compress(`${log.simulated.current}.20260101-090000`);
    log.scan();
    expect(log.container.files).toHaveLength(1);
    expect(log.container.bytesWritten).toBe(log.simulated.bytes);
    expect([log.counts(), gaps()]).toEqual([log.all, []]);
  });

  test('are read on where they have grown since', () => {
    const rotated = closeOne();
    log.simulated.append(criLine(secondsAgo(0), 'late'), rotated);
    log.scan();
    expect(log.ship()).toEqual(['late']);
    expect(log.record()).toMatchObject({ linesAcked: 11, bytesAcked: log.simulated.bytes, gaps: [] });
    expect(log.container.state.closed).toEqual([]);
  });

  test('and were copied under another inode are known by their first line', () => {
    const rotated = closeOne();
    const bytes = readFileSync(rotated);
    rmSync(rotated);
    writeFileSync(`${log.simulated.current}.20260101-090000`, bytes);
    log.restart();
    expect(log.container.files).toHaveLength(1);
    expect(log.container.state.closed).toMatchObject([{ onNode: true, rotated: '20260101-090000' }]);
    expect([log.counts(), gaps()]).toEqual([log.all, []]);
    const { ino } = statSync(`${log.simulated.current}.20260101-090000`);
    expect(log.container.state.closed).toMatchObject([{ ino }]);
  });

  test('are closed at once where no name leads to them, else when no straggling line can come', () => {
    log.simulated.write(5);
    log.observe();
    const rotated = log.simulated.rotate();
    log.scan();
    expect([log.container.closeFinished(), log.container.awaitsStragglers]).toEqual([false, false]);
    log.ship();
    expect(log.container.awaitsStragglers).toBe(true);
    log.aheadMs = 1_900;
    expect(log.container.closeFinished()).toBe(false);
    log.simulated.append(criLine(secondsAgo(0), 'late'), rotated);
    expect(log.container.closeFinished()).toBe(false);
    expect(log.container.unread).toBe(log.simulated.bytes - totalOf(log.simulated.sizes));
    expect(log.ship()).toEqual(['late']);
    log.aheadMs = 3_800;
    expect(log.container.closeFinished()).toBe(false);
    log.aheadMs = 4_000;
    expect([log.container.closeFinished(), log.container.awaitsStragglers]).toEqual([true, false]);
  });

  test('of a container that goes on are not those that it writes to', () => {
    log.simulated.write(5);
    log.observe();
    log.ship();
    log.aheadMs = SILENCE_MS;
    expect([log.container.closeFinished(), log.container.awaitsStragglers]).toEqual([false, false]);
    log.simulated.deleteByHand();
    log.scan();
    expect(log.container.closeFinished()).toBe(false);
    log.container.lookForEnd('removed');
    expect(log.container.closeFinished()).toBe(true);
    expect(log.container.state.closed).toMatchObject([{ onNode: false, lines: 5, bytes: log.simulated.bytes }]);
    expect(log.counts()).toEqual(log.all);
  });

  test('stay open where everything is over: the agent ends', () => {
    log.simulated.write(5);
    log.observe();
    log.ship();
    log.container.over = true;
    log.aheadMs = SILENCE_MS;
    expect(log.container.closeFinished()).toBe(false);
  });
});

describe('the record says when the log left its node', () => {
  test('as the file system has it, however late that is noticed', () => {
    log.simulated.write(5);
    log.observe();
    log.simulated.deleteByHand();
    const { mtimeMs } = statSync(log.simulated.directory);
    log.aheadMs = 30_000;
    log.scan();
    const { left } = log.record();
    expect(left).toMatchObject({ noticed: log.now, directory: 'unknown', bytesUnacked: log.simulated.bytes });
    expect(Math.abs(Date.parse(left?.at ?? '') - mtimeMs)).toBeLessThan(1_000);
    expect(left).not.toHaveProperty('lastSeen');
  });

  test('by the open files, where the directory changed later', () => {
    log.simulated.write(5);
    log.observe();
    log.simulated.rotate();
    log.simulated.write(1);
    log.scan();
    log.simulated.deleteByHand();
    const later = new Date(Date.now() + 3_600_000);
    utimesSync(log.simulated.directory, later, later);
    log.aheadMs = 7_200_000;
    log.scan();
    expect(Date.parse(log.record().left?.at ?? '')).toBeLessThan(later.getTime());
  });

  test('by the directory where files lay there that are not open, and by now where that is gone, too', () => {
    log.simulated.write(5);
    log.observe();
    log.simulated.rotate();
    log.scan();
    log.ship();
    log.aheadMs = SILENCE_MS;
    log.container.closeFinished();
    log.simulated.deleteByHand();
    const later = new Date(Math.ceil(Date.now() / 1000) * 1000 + 20_000);
    utimesSync(log.simulated.directory, later, later);
    log.aheadMs = 60_000;
    log.scan();
    expect(log.record().left).toMatchObject({ at: later.toISOString(), bytesUnacked: 0 });
  });

  test('by now where there is neither file nor directory', () => {
    log.simulated.write(5);
    log.observe();
    const saved = log.kept();
    log.simulated.deletePod();
    log.aheadMs = 10_000;
    log.lastWatched = new Date(Date.now() - 5_000).toISOString();
    log.restart(saved);
    expect(log.record().left).toMatchObject({ at: log.now, lastSeen: log.lastWatched });
    expect(gaps()).toMatchObject([
      { reason: 'gone-unread', bytes: log.simulated.bytes, to: log.now },
      { reason: 'gone-unread', bytes: null },
    ]);
  });

  test('and what was last known of it, where no earlier agent said until when it watched', () => {
    log.simulated.write(5);
    log.observe();
    log.ship();
    const saved = log.kept();
    log.simulated.deletePod();
    log.restart(saved);
    expect(log.record().left).toMatchObject({ lastSeen: log.container.state.lastTime });
  });

  test('with all that was not in Loki then, also what its container wrote to the deleted file', () => {
    log.simulated.reopen().write(5);
    log.observe();
    log.ship(2);
    log.simulated.deleteByHand();
    log.scan();
    const { bytesUnacked = 0 } = log.record().left ?? {};
    expect(bytesUnacked).toBe(totalOf(log.simulated.sizes.slice(2)));
    log.simulated.write(2);
    log.directory.poll();
    expect(log.record().left).toMatchObject({ bytesUnacked: totalOf(log.simulated.sizes.slice(2)) });
    log.simulated.write(2);
    log.read(); // finds more than the last look did
    expect(log.record().left).toMatchObject({ bytesUnacked: totalOf(log.simulated.sizes.slice(2)) });
    log.container.rewind();
    log.ship();
    expect(log.record().left).toMatchObject({ bytesUnacked: totalOf(log.simulated.sizes.slice(2)) });
    log.simulated.release();
  });

  test('and is ended at once where nothing writes any more', () => {
    log.simulated.write(5);
    log.observe();
    log.container.over = true;
    log.simulated.deleteByHand();
    log.scan();
    expect(log.record()).toMatchObject({ ended: true, left: { bytesUnacked: log.simulated.bytes } });
    expect(log.container.lingers).toBe(false);
  });
});

describe('a log of which only older files were seen', () => {
  test('misses the newest one, which came and went', () => {
    log.simulated.write(5);
    log.observe();
    const rotated = log.simulated.rotate();
    log.scan();
    const saved = log.kept();
    rmSync(log.simulated.current);
    log.restart({ ...saved, files: saved.files.slice(0, 1) });
    log.ship();
    rmSync(rotated);
    log.scan();
    expect(gaps()).toMatchObject([
      { reason: 'gone-unread', bytes: null, from: isAt(4), to: log.now, detail: 'a newer file that nobody saw' },
    ]);
  });

  test('misses nothing more where all that was in it is reported already', () => {
    mkdirSync(log.simulated.current);
    log.observe();
    expect(gaps()).toMatchObject([{ reason: 'unreadable', bytes: null }]);
    expect(log.container.unreported).toBe(true);
    log.simulated.unlink();
    rmSync(log.simulated.current, { recursive: true });
    log.scan();
    expect(gaps()).toMatchObject([{ reason: 'unreadable', bytes: null, lines: null, to: log.now }]);
    expect(gaps()).toHaveLength(1);
  });

  test('came and went unseen where nobody could look', () => {
    log.simulated.write(1);
    log.observe();
    log.directory.noteUnseen('1.log');
    expect(log.container.run.restart).toBe(1);
    expect(log.record()).toMatchObject({
      gaps: [{ reason: 'gone-unread', bytes: null, lines: null, from: null, to: log.now }],
      left: { at: log.now, bytesUnacked: 0 },
    });
  });
});

describe('a container whose log is there again', () => {
  test('after it seemed to have ended misses what it wrote meanwhile', () => {
    log.simulated.write(5);
    log.observe();
    log.ship();
    log.simulated.deleteByHand();
    log.scan();
    log.aheadMs = SILENCE_MS;
    log.container.lookForEnd('unknown');
    expect(log.record().ended).toBe(true);
    log.simulated.write(2);
    log.scan();
    expect(log.record()).toMatchObject({ ended: false, left: null });
    expect(gaps()).toMatchObject([
      {
        ...{ reason: 'gone-unread', bytes: null, from: isAt(4), to: log.now },
        detail: 'what was written after its log was removed and before it was there again',
      },
    ]);
  });

  test('misses nothing where its deleted file was open all the time', () => {
    log.simulated.reopen().write(5);
    log.observe();
    log.simulated.deleteByHand();
    log.scan();
    log.container.unreported = false;
    log.simulated.write(2).reopen().write(2).release();
    log.scan();
    expect([log.ship(), gaps(), log.container.unreported]).toEqual([log.simulated.written, [], false]);
    expect(log.container.files.map((file) => file.status())).toEqual(['rotated-away', 'current']);
  });

  test('is the same file where that had only another name meanwhile', () => {
    log.simulated.write(5);
    log.observe();
    renameSync(log.simulated.current, `${log.simulated.current}.bak`);
    log.scan();
    expect(log.container.files.map((file) => [file.status(), file.isDeleted])).toEqual([['deleted', true]]);
    expect(log.container.pinnedBytes).toBe(log.simulated.bytes);
    renameSync(`${log.simulated.current}.bak`, log.simulated.current);
    log.scan();
    expect(log.container.files.map((file) => [file.status(), file.isDeleted])).toEqual([['current', false]]);
    expect([log.ship(), gaps()]).toEqual([log.simulated.written, []]);
  });

  test('is known to the agent as long as somebody writes to the deleted one: a gap that ends now', () => {
    log.simulated.reopen().write(3);
    log.observe();
    log.ship();
    const saved = log.kept();
    log.container.close();
    log.simulated.deleteByHand();
    log.observe(saved);
    const before = gaps().length;
    log.container.lookForEnd('unknown');
    expect(gaps()).toHaveLength(before);
    log.container.lookForEnd('there');
    log.aheadMs = 2_000;
    log.container.lookForEnd('there');
    const unheld = { reason: 'gone-unread', bytes: null, detail: expect.stringContaining('not held open') };
    expect(gaps().at(-1)).toMatchObject({ ...unheld, from: isAt(2), to: log.now });
    expect(gaps()).toHaveLength(before + 1);
    log.aheadMs = 4_000;
    log.container.lookForEnd('removed');
    expect(gaps().at(-1)).toMatchObject({ ...unheld, to: log.now });
    log.simulated.release();
  });
});

describe('a file that cannot be held open', () => {
  test('and is deleted is missing by what was not read, and by what was written to it after that', () => {
    log.simulated.reopen().write(5);
    log.observe();
    log.ship(2);
    const files = Descriptors.limit(0);
    const other = LogFile.open(log.node.container({ pod: 'other' }).write(1).current, [log.node.logs]);
    Descriptors.limit(files);
    other.close();
    expect(log.container.files[0]).toMatchObject({ isHeld: false, isReadable: true });
    log.simulated.deleteByHand();
    log.scan();
    const detail = 'deleted while too many files were open to hold it, too';
    expect(gaps()).toMatchObject([
      { reason: 'gone-unread', bytes: totalOf(log.simulated.sizes.slice(2)), from: isAt(1), detail },
      { reason: 'gone-unread', bytes: null, from: isAt(1), detail },
    ]);
    log.simulated.release();
  });
});

describe('what waits for Loki', () => {
  test('waits since its file was made, later since the last line that Loki has', () => {
    log.simulated.write(5, 30);
    log.observe();
    expect(log.container.unackedSinceMs).toBe(statSync(log.simulated.current).birthtimeMs);
    log.ship(2);
    expect(log.container.unackedSinceMs).toBe(Math.floor(Number(log.simulated.times[1]! / 1_000_000n) / 1000) * 1000);
    log.ship();
    expect(log.container.unackedSinceMs).toBeNull();
  });

  test('is at risk where Loki has taken nothing for five seconds, although its container writes', () => {
    log.simulated.write(5);
    log.observe();
    log.ship();
    expect(log.container.atRiskBytes).toBe(0);
    for (log.aheadMs = 0; log.aheadMs < 5_000; log.aheadMs += 900) {
      log.simulated.write(1);
      log.directory.poll();
      expect([log.container.reclaimable, log.container.atRiskBytes]).toEqual([false, 0]);
    }
    log.simulated.write(1);
    log.directory.poll();
    expect(log.container.atRiskBytes).toBe(log.container.unacked);
    log.ship(1);
    expect(log.container.atRiskBytes).toBe(0); // Loki takes something
  });

  test('is at risk where its container ended or its log was removed', () => {
    log.simulated.write(5);
    log.observe();
    log.simulated.deleteByHand();
    log.scan();
    expect([log.container.reclaimable, log.container.atRiskBytes]).toEqual([true, log.simulated.bytes]);
  });

  test('of a container that a newer one replaced, too', () => {
    log.simulated.write(5);
    log.observe();
    const { container } = log;
    writeFileSync(log.simulated.current.replace('0.log', '1.log'), '');
    log.scan();
    expect(container.state.ended).toBe(true);
    expect([container.reclaimable, container.atRiskBytes]).toEqual([true, log.simulated.bytes]);
    expect(container.files.map((file) => file.status())).toEqual(['superseded']);
    container.close();
  });

  test('is read again after a restart unless Loki has it, and has its file again', () => {
    log.observe();
    log.simulated.append('');
    log.scan();
    const saved = log.kept();
    expect(saved.files).toMatchObject([{ hash: null, size: 0, over: false }]);
    log.simulated.write(3);
    log.restart(saved);
    expect(gaps()).toEqual([]);
    expect(log.ship()).toEqual(log.simulated.written);
  });

  test('went with its file where another one of that name is there that had no line yet', () => {
    log.simulated.append('x');
    log.observe();
    const saved = log.kept();
    expect(saved.files).toMatchObject([{ hash: null, size: 1 }]);
    renameSync(log.simulated.current, `${log.simulated.current}.bak`);
    log.simulated.write(3);
    log.restart(saved);
    expect(gaps()).toMatchObject([{ reason: 'gone-unread', bytes: 1 }, { bytes: null }]);
  });

  test('of a file that became shorter than what Loki has is all of it: it was emptied', () => {
    log.simulated.write(5);
    log.observe();
    log.ship(4);
    const saved = log.kept();
    const [first = 0] = log.simulated.sizes;
    truncateSync(log.simulated.current, first);
    log.restart(saved);
    expect(log.container.unread).toBe(first);
    expect(gaps()).toMatchObject([
      { reason: 'gone-unread', bytes: totalOf(log.simulated.sizes.slice(4)) },
      { bytes: null },
    ]);
  });
});

describe('what is given up', () => {
  test('to spare the disk has the times of its first and last line', () => {
    log.simulated.write(10);
    log.observe();
    log.ship(3);
    log.container.giveUp(log.container.files[0]!, { reason: 'shed' });
    expect(gaps()).toEqual([
      { reason: 'shed', bytes: totalOf(log.simulated.sizes.slice(3)), lines: null, from: isAt(3), to: isAt(9) },
    ]);
    expect(log.container.files[0]!.status()).toBe('given-up');
    expect(log.container).toMatchObject({ unread: 0, bytesOnNode: 0, bytesWritten: log.simulated.bytes });
    expect(log.missed).toHaveLength(1);
  });

  test('of a large file, too, whatever stands between its lines', () => {
    log.simulated.write(3_000);
    log.simulated.append('no time\n').append('none here either');
    log.observe();
    log.container.giveUp(log.container.files[0]!, { reason: 'shed' });
    expect(gaps()).toMatchObject([{ from: isAt(0), to: isAt(2_999), bytes: log.simulated.bytes }]);
  });

  test('of which no line has a time is missing from the last line before it until now', () => {
    log.simulated.write(1).append('no time\n');
    log.observe();
    log.ship(1);
    log.container.giveUp(log.container.files[0]!, { reason: 'shed' });
    expect(gaps()).toMatchObject([{ reason: 'shed', bytes: 8, from: isAt(0), to: log.now }]);
  });

  test('while its container writes to it misses what is written after that', () => {
    log.simulated.reopen().write(5);
    log.observe();
    log.simulated.deleteByHand();
    log.scan();
    log.aheadMs = 1_000;
    log.simulated.write(2);
    log.directory.poll();
    log.container.giveUp(log.container.files[0]!, { reason: 'shed' });
    expect(gaps()).toMatchObject([
      { reason: 'shed', bytes: log.simulated.bytes },
      { reason: 'shed', bytes: null, detail: 'what its container wrote to the deleted file after that' },
    ]);
    log.simulated.release();
  });

  test('after all of it was read is missing only where Loki does not take it', () => {
    log.simulated.write(5);
    log.observe();
    log.read();
    log.container.giveUp(log.container.files[0]!, { reason: 'shed' });
    expect([gaps(), log.container.unrepeatable]).toEqual([[], true]);
    log.container.rewind();
    expect(gaps()).toEqual([{ reason: 'shed', bytes: log.simulated.bytes, lines: 5, from: null, to: isAt(4) }]);
    expect(log.container.unrepeatable).toBe(false);
    log.container.rewind();
    expect(gaps()).toHaveLength(1);
    expect(log.counts()).toEqual({ linesSeen: 0, linesAcked: 0, bytesSeen: log.simulated.bytes, bytesAcked: 0 });
  });

  test('of a file that was emptied is the next agent’s other file', () => {
    log.simulated.write(5);
    log.observe();
    log.ship(2);
    truncateSync(log.simulated.current);
    log.scan();
    expect(log.container.files.map((file) => file.status())).toEqual(['given-up', 'current']);
    log.simulated.write(2);
    log.scan();
    const saved = log.kept();
    expect(saved.files).toMatchObject([{ ino: 0, over: true }, { over: false }]);
    log.restart(saved);
    expect(log.ship()).toEqual(log.simulated.written.slice(5));
    expect(gaps()).toHaveLength(2);
  });
});

test('the outline changes with names, files and the end, not with what is read', () => {
  const seen = new Set<string>();
  const isNews = () => {
    const before = seen.size;
    return seen.add(log.container.outline).size > before;
  };
  log.simulated.write(5);
  log.observe();
  expect(isNews()).toBe(true);
  log.simulated.write(1);
  log.scan();
  log.ship();
  expect(isNews()).toBe(false);
  const rotated = log.simulated.rotate();
  log.scan();
  expect(isNews()).toBe(true);
  log.aheadMs = SILENCE_MS;
  log.container.closeFinished();
  expect(isNews()).toBe(true);
  rmSync(rotated);
  log.simulated.deleteByHand();
  log.scan();
  expect(isNews()).toBe(true);
  log.container.lookForEnd('there');
  expect(isNews()).toBe(false);
  log.container.lookForEnd('removed');
  expect(isNews()).toBe(true);
});

test('nothing is at rest while something is unread, unreported, or looked for', () => {
  log.simulated.write(5);
  log.observe();
  expect(log.container.isAtRest).toBe(false);
  log.ship();
  expect(log.container.isAtRest).toBe(true);
  log.container.unreported = true;
  expect(log.container.isAtRest).toBe(false);
});

test('a file that is done keeps its descriptor no longer, and the others are closed with the container', () => {
  log.simulated.write(5);
  log.observe();
  const [file] = log.container.files;
  log.container.close();
  expect([file?.isReadable, log.container.files]).toEqual([false, []]);
});

describe('a deleted file whose successor is there, and that no rotation renamed', () => {
  test('is written to until it is silent: its last line is waited for, and it is closed then', () => {
    log.simulated.reopen().write(2);
    log.simulated.append(criLine(secondsAgo(0), 'half a').slice(0, -1));
    log.observe();
    log.simulated.deleteByHand();
    log.scan();
    writeFileSync(log.simulated.current, '');
    log.scan();
    expect(log.container.files.map((file) => file.status())).toEqual(['rotated-away', 'current']);
    expect(log.ship()).toEqual(log.simulated.written);
    log.aheadMs = 4_900;
    expect([log.ship(), log.container.closeFinished()]).toEqual([[], false]);
    log.aheadMs = 5_100;
    expect(log.ship()).toEqual(['half a']);
    expect([log.container.closeFinished(), log.container.files.length]).toEqual([true, 1]);
    log.simulated.release();
  });

  test('has a last line that comes later', () => {
    log.simulated.reopen().write(2);
    log.observe();
    log.simulated.deleteByHand();
    log.scan();
    writeFileSync(log.simulated.current, '');
    log.scan();
    log.ship();
    log.aheadMs = 4_000;
    log.simulated.write(1).release();
    log.directory.poll();
    log.aheadMs = 8_000;
    expect([log.ship(), log.container.closeFinished()]).toEqual([log.simulated.written.slice(2), false]);
    log.aheadMs = 9_100;
    expect(log.container.closeFinished()).toBe(true);
    expect([log.counts(), gaps()]).toEqual([log.all, []]);
  });
});

describe('a file that has its old size again', () => {
  test('is another one where it was emptied meanwhile', () => {
    log.simulated.write(3);
    log.observe();
    log.ship(1);
    const unread = log.container.unread;
    truncateSync(log.simulated.current);
    log.aheadMs = 1_000;
    log.simulated.write(3);
    utimesSync(log.simulated.current, new Date(), new Date(Date.now() + 1_000)); // times of files are coarse
    log.scan();
    expect(gaps()).toMatchObject([{ reason: 'truncated', bytes: unread }, { bytes: null }]);
    expect(log.ship()).toEqual(log.simulated.written.slice(3));
  });

  test('is the same where it was only touched', () => {
    log.simulated.write(3);
    log.observe();
    utimesSync(log.simulated.current, new Date(), new Date(Date.now() + 5_000));
    log.scan();
    expect([log.ship(), gaps()]).toEqual([log.simulated.written, []]);
  });
});

describe('what is kept for the next agent', () => {
  test('has what was sent without an answer, until Loki acknowledges it', () => {
    log.simulated.write(4);
    log.observe();
    expect(log.kept().files[0]).not.toHaveProperty('sent');
    const [segment] = log.sendWithoutAnswer({ maxEntries: 2 });
    const { offset } = segment!.to;
    expect(log.kept().files).toMatchObject([{ sent: { offset, skip: 0, late: false, containerId: null } }]);
    log.container.acknowledge(segment!);
    expect(log.kept().files[0]).not.toHaveProperty('sent');
  });

  test('counts what is read again as read already', () => {
    log.simulated.write(4);
    log.observe();
    log.ship(3);
    log.restart();
    expect(log.read().map((segment) => log.container.countRead(segment))).toEqual([
      { bytes: log.simulated.sizes[3], lines: 1 },
    ]);
  });

  test('says which files nothing is written to any more', () => {
    log.simulated.write(1);
    log.observe();
    log.simulated.rotate();
    log.scan();
    expect(log.kept().files.map(({ over }) => over)).toEqual([true, false]);
    log.simulated.deleteByHand();
    log.scan();
    log.container.lookForEnd('removed');
    expect(log.kept().files.map(({ over }) => over)).toEqual([true, true]);
  });

  test('has the time until which a file of an ended container can have been written, where that is known', () => {
    log.simulated.write(4);
    log.observe();
    log.container.state.ended = true;
    const saved = log.kept();
    log.simulated.deleteByHand();
    log.aheadMs = 60_000;
    log.restart(saved);
    const to = new Date(statSync(log.simulated.directory).mtimeMs + 50).toISOString();
    expect(gaps()).toMatchObject([{ reason: 'gone-unread', bytes: log.simulated.bytes, to }]);
  });
});

describe('a log that must not be opened', () => {
  beforeEach(() => {
    const outside = `${log.node.dir}/outside.log`;
    writeFileSync(outside, 'x'.repeat(100));
    symlinkSync(outside, log.simulated.current);
  });

  test('is on the node and missing, as long as that is so', () => {
    log.observe();
    const why = { reason: 'unreadable', bytes: 100, lines: null, from: null, to: log.now };
    expect(log.record()).toMatchObject({ bytesSeen: 100, bytesAcked: 0, gaps: [why] });
    expect(log.container.bytesWritten).toBe(100);
    expect(log.container.unreported).toBe(true);
    log.container.unreported = false;
    log.scan();
    expect(log.container.unreported).toBe(false); // no news
  });

  test('is missing for good once it is gone', () => {
    log.observe();
    rmSync(log.simulated.current);
    log.aheadMs = 1_000;
    log.scan();
    expect(log.record()).toMatchObject({
      bytesSeen: 100,
      gaps: [{ reason: 'unreadable', bytes: 100, lines: null, from: null, to: log.now }],
    });
    expect(log.container.bytesWritten).toBe(100);
  });

  test('is not missing where the configuration excludes it', () => {
    log.observe();
    log.container.excludedBy = 'rule-1';
    expect(log.record()).toMatchObject({ bytesSeen: 0, gaps: [{ reason: 'excluded' }] });
  });
});

test('a record is due when it has something to say: at the start of a backlog, and not again at once', () => {
  log.simulated.write(10);
  log.observe();
  expect(log.container.isReportDue()).toBe(false);
  log.aheadMs = 60_000;
  const isDue = log.container.isReportDue();
  log.container.reported();
  expect([isDue, log.container.isReportDue()]).toEqual([true, false]);
});

test('what a container wrote since its log was given up is missing until it is there again', () => {
  log.simulated.write(3);
  log.observe();
  log.ship();
  log.container.missUntil(log.now);
  expect(gaps()).toMatchObject([{ reason: 'gone-unread', bytes: null, from: isAt(2), to: log.now }]);
});
