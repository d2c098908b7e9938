import { statSync, truncateSync, utimesSync } from 'node:fs';
import { criLine, secondsAgo } from '../../../tests/testkit/simulated-node';
import { routeOf } from '../entries/route';
import { ObservedLog } from './testing/observed-log';

let log: ObservedLog;
beforeEach(() => {
  log = new ObservedLog();
});
afterEach(() => log.remove());

const nowSeconds = () => Math.floor(Date.now() / 1000);
const totalOf = (numbers: readonly number[]) => numbers.reduce((sum, one) => sum + one, 0);
const inNanos = (entries: ObservedLog['entries']) =>
  entries.map(({ time: [seconds = 0, nanos = 0] }) => BigInt(seconds) * 1_000_000_000n + BigInt(nanos));

/** Requests until nothing is left: what each of them took. */
function readAll(rules: Parameters<ObservedLog['fill']>[0] = {}) {
  const requests: string[][] = [];
  for (;;) {
    const { segments } = log.fill(rules);
    if (segments.length === 0) {
      return requests;
    }
    requests.push(log.lines);
  }
}

describe('what a request takes', () => {
  test('is the lines of all files, from the oldest on, each with its own time', () => {
    log.simulated.write(3);
    log.observe();
    log.simulated.rotate();
    log.simulated.write(2);
    log.scan();
    const { segments, stop } = log.fill();
    expect(log.lines).toEqual(log.simulated.written);
    expect(inNanos(log.entries)).toEqual(log.simulated.times);
    expect(stop).toBe('end');
    const [first = 0, second = 0, third = 0, fourth = 0, fifth = 0] = log.simulated.sizes;
    expect(segments).toMatchObject([
      { lines: 3, bytes: first + second + third, to: { offset: first + second + third, lines: 3 } },
      { lines: 2, bytes: fourth + fifth, to: { offset: fourth + fifth, lines: 2 } },
    ]);
  });

  test('is as many lines as it may hold, and the next one goes on behind them', () => {
    log.simulated.write(7);
    log.observe();
    const { segments, stop } = log.fill({ maxEntries: 3 });
    expect(stop).toBe('full');
    expect(segments).toMatchObject([{ lines: 3, bytes: totalOf(log.simulated.sizes.slice(0, 3)) }]);
    const [next] = log.fill({ maxEntries: 3 }).segments;
    expect(next).toMatchObject({ lines: 3, bytes: totalOf(log.simulated.sizes.slice(3, 6)), to: { lines: 6 } });
    expect(log.lines).toEqual(log.simulated.written.slice(3, 6));
    expect(readAll()).toEqual([log.simulated.written.slice(6)]);
  });

  test('is as many bytes as it may hold', () => {
    log.simulated.write(100);
    log.observe();
    const requests = readAll({ maxPayload: 500 });
    expect(requests.length).toBeGreaterThan(5);
    expect(requests.flat()).toEqual(log.simulated.written);
  });

  test('says from when to when its lines are, and what is odd about them', () => {
    log.simulated.write(1);
    log.simulated.append('garbage\n');
    log.simulated.append(Buffer.from([...Buffer.from(criLine(secondsAgo(-1), 'b').slice(0, -1)), 0xff, 0x0a]));
    log.observe();
    log.read(1);
    const { segments } = log.fill();
    const last = new Date(Date.now() + 1_000).toISOString().replace('Z', '');
    expect(segments).toMatchObject([
      { lines: 2, unparsed: 1, replaced: 1, nulBytes: 0, misdated: 0, leftOut: 0, rules: [], containerId: null },
    ]);
    expect(segments[0]?.last?.startsWith(last)).toBe(true);
    expect(segments[0]?.arrivalSeconds).toBe(nowSeconds());
  });
});

describe('lines of the same time', () => {
  test('are later than the one before, also over the end of a file', () => {
    const ns = secondsAgo(1);
    log.simulated.append(criLine(ns, 'one') + criLine(ns, 'two'));
    log.observe();
    log.simulated.rotate();
    log.simulated.append(criLine(ns, 'three') + criLine(ns + 1n, 'four'));
    log.scan();
    log.fill();
    expect(log.lines).toEqual(['one', 'two', 'three', 'four']);
    expect(inNanos(log.entries)).toEqual([ns, ns + 1n, ns + 2n, ns + 3n]);
  });

  test('are so wherever a request ends', () => {
    const ns = secondsAgo(1);
    log.simulated.append(criLine(ns, 'one'));
    log.observe();
    log.simulated.rotate();
    log.simulated.append(criLine(ns, 'two') + criLine(ns, 'three'));
    log.scan();
    const times = [1, 2, 3].flatMap(() => {
      log.ship(1);
      return inNanos(log.entries);
    });
    expect(times).toEqual([ns, ns + 1n, ns + 2n]);
    log.restart();
    log.simulated.append(criLine(ns, 'four'));
    log.scan();
    expect(log.ship()).toEqual(['four']);
    expect(inNanos(log.entries)).toEqual([ns + 3n]);
  });
});

describe('a long line', () => {
  const text = Array.from({ length: 3_000 }, (_, i) => `word${i}`).join(' ');

  test('goes out in parts, and over several requests where one does not take it', () => {
    log.simulated.append(criLine(secondsAgo(1), text)).write(1);
    log.observe();
    const requests = readAll({ maxEntries: 1 });
    expect(requests.map(([part = '']) => part.length)).toEqual([10_000, 10_000, text.length - 20_000, 19]);
    expect(requests.slice(0, 3).flat().join('')).toBe(text);
    expect(log.container.files[0]).toMatchObject({ unread: 0, unacked: log.simulated.bytes });
  });

  test('counts as one line, once, whatever requests it takes', () => {
    log.simulated.append(criLine(secondsAgo(1), text));
    log.observe();
    const segments = [1, 2, 3].flatMap(() => log.read(1));
    expect(segments.map(({ lines }) => lines)).toEqual([0, 0, 1]);
    expect(segments.map(({ bytes }) => bytes)).toEqual([0, 0, log.simulated.bytes]);
    segments.slice(0, 2).forEach((segment) => log.container.acknowledge(segment));
    log.container.rewind();
    expect(log.ship().join('')).toBe(text.slice(20_000)); // its first parts are in Loki
    expect(log.counts()).toMatchObject({ linesSeen: 1, linesAcked: 1, bytesAcked: log.simulated.bytes });
  });

  test.each([
    ['a block', 300_000],
    ['several blocks', 2_000_000],
    ['what is read whole', 5_000_000],
  ])('may be longer than %s', (_, length) => {
    const long = Array.from({ length: length / 10 }, (_word, i) => String(i).padStart(10, '.')).join('');
    log.simulated.append(
      criLine(secondsAgo(1), 'before') + criLine(secondsAgo(1), long) + criLine(secondsAgo(1), 'after')
    );
    log.observe();
    const parts = readAll({ maxLineBytes: 100_000 }).flat();
    expect(parts.at(0)).toBe('before');
    expect(parts.at(-1)).toBe('after');
    // Not compared with toBe, which would print both.
    expect(parts.slice(1, -1).join('') === long).toBe(true);
    expect(log.container.unread).toBe(0);
    expect(log.record()).toMatchObject({ bytesSeen: log.simulated.bytes });
  });
});

describe('NULs that a crash left', () => {
  const MIB = 1024 * 1024;

  test('are passed over so far at a time that others have their turn', () => {
    log.simulated.write(2);
    truncateSync(log.simulated.current, statSync(log.simulated.current).size + 70 * MIB);
    log.simulated.write(2);
    log.observe();
    const first = log.fill();
    expect(first.stop).toBe('full');
    const passed = totalOf(first.segments.map(({ nulBytes }) => nulBytes));
    expect(passed).toBeGreaterThanOrEqual(64 * MIB);
    expect(passed).toBeLessThan(69 * MIB);
    expect(first.segments.length).toBeLessThan(25); // in large blocks
    const [lines, second] = [log.lines, log.fill()];
    expect(second.stop).toBe('end');
    expect([...lines, ...log.lines]).toEqual(log.simulated.written);
    const all = [first, second].flatMap(({ segments }) => segments);
    expect(totalOf(all.map(({ nulBytes }) => nulBytes))).toBe(70 * MIB);
    expect(totalOf(all.map(({ bytes }) => bytes))).toBe(70 * MIB + log.simulated.bytes);
  });
});

describe('a last line without an end', () => {
  const half = () => criLine(secondsAgo(0), 'half a').slice(0, -1);

  test('is waited for, as long as its container may write the rest', () => {
    log.simulated.write(1).append(half());
    log.observe();
    expect(log.ship()).toEqual(log.simulated.written);
    log.aheadMs = 60_000;
    expect([log.ship(), log.container.unfinished]).toEqual([[], true]);
    log.simulated.append(' line\n');
    log.scan();
    expect([log.ship(), log.container.unfinished]).toEqual([['half a line'], false]);
  });

  test('goes out at once where its container is over', () => {
    log.simulated.append(half());
    log.observe();
    expect(log.ship()).toEqual([]);
    log.container.over = true;
    expect(log.ship()).toEqual(['half a']);
  });
});

describe('a part of a line whose end does not come', () => {
  const part = (seconds: number) => criLine(secondsAgo(seconds), 'a part', 'stdout', 'P');

  test('waits two seconds, whatever is written meanwhile, and holds back what is behind it', () => {
    log.simulated.append(part(0)).append(criLine(secondsAgo(0), 'an error', 'stderr'));
    log.observe();
    expect(log.ship()).toEqual([]);
    log.aheadMs = 1_900;
    log.simulated.append(criLine(secondsAgo(0.5), 'another', 'stderr'));
    log.scan();
    expect(log.ship()).toEqual([]);
    log.aheadMs = 2_100;
    log.simulated.append(criLine(secondsAgo(0.5), 'a third', 'stderr'));
    log.scan();
    expect(log.ship().sort()).toEqual(['a part', 'a third', 'an error', 'another']);
    const { metadata } = log.entries.find(({ line }) => line === 'a part') ?? {};
    expect(metadata).toContainEqual(['continues', 'true']);
    expect(log.container.unfinished).toBe(false);
  });

  test('waits two seconds again where a part of another line comes', () => {
    log.simulated.append(part(0));
    log.observe();
    log.ship();
    log.aheadMs = 1_900;
    log.simulated.append(criLine(secondsAgo(0), ' and its end')).append(part(0));
    log.scan();
    expect(log.ship()).toEqual(['a part and its end']);
    log.aheadMs = 3_800;
    expect(log.ship()).toEqual([]);
    log.aheadMs = 4_000;
    expect(log.ship()).toEqual(['a part']);
  });

  test('does not wait where nothing was written for five seconds before it was seen', () => {
    log.simulated.append(part(6));
    const before = new Date(Date.now() - 5_100);
    utimesSync(log.simulated.current, before, before);
    log.observe();
    expect(log.ship()).toEqual(['a part']);
  });

  test('waits where something was written less than five seconds before it was seen', () => {
    log.simulated.append(part(6));
    const before = new Date(Date.now() - 4_500);
    utimesSync(log.simulated.current, before, before);
    log.observe();
    expect(log.ship()).toEqual([]);
  });
});

describe('what was sent without an answer is sent again as it was', () => {
  test('up to the same line, with the same container id, before anything else', () => {
    log.simulated.write(3);
    log.observe();
    log.container.setContainerId('first');
    log.sendWithoutAnswer();
    const { entries } = log;
    log.container.rewind();
    log.container.setContainerId('second');
    log.simulated.write(2);
    log.scan();
    const again = log.fill();
    expect([again.stop, again.late]).toEqual(['full', undefined]);
    expect(log.entries).toEqual(entries);
    expect(again.segments).toMatchObject([{ lines: 3, containerId: 'first' }]);
    expect(log.fill().segments).toMatchObject([{ lines: 2, containerId: 'second' }]);
    expect(log.lines).toEqual(log.simulated.written.slice(3));
  });

  test('by the next agent too', () => {
    log.simulated.write(4);
    log.observe();
    log.container.setContainerId('first');
    log.sendWithoutAnswer({ maxEntries: 2 });
    log.restart();
    log.container.setContainerId('second');
    expect(log.read()).toMatchObject([{ lines: 2, containerId: 'first' }]);
    expect(log.read()).toMatchObject([{ lines: 2, containerId: 'second' }]);
  });

  test('inside of a line', () => {
    const text = 'x'.repeat(25_000);
    log.simulated.append(criLine(secondsAgo(1), text));
    log.observe();
    log.container.setContainerId('first');
    log.sendWithoutAnswer({ maxEntries: 2 });
    log.container.rewind();
    log.container.setContainerId('second');
    const { segments } = log.fill({ maxEntries: 2 });
    expect(segments).toMatchObject([{ containerId: 'first', to: { offset: 0, skip: 20_000 } }]);
    expect(log.fill().segments).toMatchObject([{ containerId: 'second', lines: 1 }]);
    expect(log.lines).toEqual(['x'.repeat(5_000)]);
  });

  test('with the time at which misdated lines were stored', () => {
    log.simulated.append(criLine(secondsAgo(-3_600), 'of the future'));
    log.observe();
    const now = nowSeconds();
    const [sent] = log.sendWithoutAnswer({ nowSeconds: now });
    const { entries } = log;
    expect(entries).toMatchObject([{ time: [now, expect.any(Number)] }]);
    log.container.rewind();
    expect(log.fill({ nowSeconds: now + 100 }).segments).toMatchObject([{ arrivalSeconds: now, misdated: 1 }]);
    expect(log.entries).toEqual(entries);
    log.container.rewind();
    log.container.takeBack(sent!, null);
    log.fill({ nowSeconds: now + 100 });
    expect(log.entries).toMatchObject([{ time: [now + 100, expect.any(Number)] }]);
  });

  test('where a line had no end, as it went out', () => {
    log.simulated.append(criLine(secondsAgo(0), 'a part', 'stdout', 'P'));
    log.observe();
    log.fill();
    log.aheadMs = 3_000;
    log.sendWithoutAnswer();
    const { entries } = log;
    expect(log.lines).toEqual(['a part']);
    log.container.rewind();
    log.simulated.append(criLine(secondsAgo(0), ' and its end'));
    log.scan();
    log.fill();
    expect(log.entries).toEqual(entries);
    expect(readAll()).toEqual([[' and its end']]);
  });

  test('to a stream of late lines, where that is where it went, and to none else', () => {
    log.simulated.write(2, 3 * 3_600);
    log.observe();
    const seconds = Number(log.simulated.times[0]! / 1_000_000_000n);
    const late = routeOf(seconds, nowSeconds(), true);
    const fresh = routeOf(nowSeconds(), nowSeconds());
    log.sendWithoutAnswer({ route: late }, true);
    expect(log.lines).toEqual(log.simulated.written);
    log.container.rewind();
    expect(log.fill({ route: fresh })).toMatchObject({
      segments: [],
      stop: expect.not.stringMatching('end'),
      late: true,
    });
    expect(log.fill({ route: late }).segments).toMatchObject([{ lines: 2 }]);
  });

  test('to the container’s own stream, however late it is by now', () => {
    log.simulated.write(2);
    log.observe();
    log.sendWithoutAnswer();
    const { entries } = log;
    log.container.rewind();
    log.aheadMs = 5 * 3_600_000;
    const seconds = Number(log.simulated.times[0]! / 1_000_000_000n);
    const late = routeOf(seconds, nowSeconds(), true);
    expect(log.fill({ route: late })).toMatchObject({ segments: [], stop: 'fresh', late: false });
    expect(log.fill({ route: routeOf(seconds, nowSeconds(), false) }).segments).toMatchObject([{ lines: 2 }]);
    expect(log.entries).toEqual(entries);
  });

  test('unless Loki takes it only in a stream of late lines', () => {
    log.simulated.write(2);
    log.observe();
    log.sendWithoutAnswer().forEach((segment) => log.container.markLate(segment));
    log.container.rewind();
    expect(log.fill()).toMatchObject({ segments: [], late: true });
  });

  test('only until Loki acknowledged it', () => {
    log.simulated.write(2);
    log.observe();
    log.container.setContainerId('first');
    log.sendWithoutAnswer().forEach((segment) => log.container.acknowledge(segment));
    log.container.rewind();
    log.container.setContainerId('second');
    log.simulated.write(1);
    log.scan();
    expect(log.read()).toMatchObject([{ lines: 1, containerId: 'second' }]);
  });

  test('all of it, where it was sent twice with different ends', () => {
    log.simulated.write(6);
    log.observe();
    log.container.setContainerId('first');
    log.sendWithoutAnswer({ maxEntries: 4 });
    log.container.rewind();
    log.sendWithoutAnswer({ maxEntries: 2 }).forEach((segment) => log.container.acknowledge(segment));
    log.container.rewind();
    log.container.setContainerId('second');
    expect(log.read()).toMatchObject([{ lines: 2, containerId: 'first' }]);
    expect(log.read()).toMatchObject([{ lines: 2, containerId: 'second' }]);
  });
});

describe('a line for another stream', () => {
  test('ends the request before it, and the line after it is the first of the next', () => {
    log.simulated.write(2, 3 * 3_600);
    log.simulated.write(2);
    log.observe();
    const seconds = Number(log.simulated.times[0]! / 1_000_000_000n);
    expect(log.fill()).toMatchObject({ segments: [], stop: 'older', late: undefined });
    const late = log.fill({ route: routeOf(seconds, nowSeconds()) });
    expect(late).toMatchObject({ segments: [{ lines: 2 }], stop: 'newer' });
    expect(log.fill()).toMatchObject({ segments: [{ lines: 2 }], stop: 'end' });
    expect(log.lines).toEqual(log.simulated.written.slice(2));
  });
});

describe('lines without a time of their own', () => {
  test('have that of their file where none is before or after them', () => {
    log.simulated.append('garbage\n');
    log.observe();
    log.fill();
    const { birthtimeMs } = statSync(log.simulated.current);
    expect(log.entries).toMatchObject([{ line: 'garbage', time: [Math.floor(birthtimeMs / 1000), 0] }]);
  });

  test.each([
    ['a little', 590, 0],
    ['too much', 610, 1],
  ])('are misdated where it is %s in the future', (_, seconds, misdated) => {
    log.simulated.append(criLine(secondsAgo(-seconds), 'ahead'));
    log.observe();
    expect(log.read()).toMatchObject([{ misdated }]);
    const [entry] = log.entries;
    expect(entry?.time[0]).toBe(misdated === 0 ? Math.floor(Date.now() / 1000 + seconds) : nowSeconds());
  });
});

describe('a file that was emptied and has grown again since the last look', () => {
  test('is not read on as if it were the same: its new content is read from the start', () => {
    log.simulated.write(3);
    log.observe();
    log.ship(1);
    const unread = totalOf(log.simulated.sizes.slice(1));
    truncateSync(log.simulated.current);
    log.aheadMs = 1_000;
    log.simulated.write(5);
    expect(log.fill()).toMatchObject({ segments: [], stop: 'end' });
    log.scan();
    expect(log.record().gaps[0]).toMatchObject({ reason: 'truncated', bytes: unread });
    expect(log.ship()).toEqual(log.simulated.written.slice(3));
  });

  test('is known for another one although it was not read at all', () => {
    log.simulated.write(3);
    log.observe();
    const { bytes } = log.simulated;
    truncateSync(log.simulated.current);
    log.aheadMs = 1_000;
    log.simulated.write(5);
    expect(log.read()).toEqual([]);
    log.scan();
    expect(log.record().gaps[0]).toMatchObject({ reason: 'truncated', bytes });
    expect(log.ship()).toEqual(log.simulated.written.slice(3));
  });

  test('holds back what comes after it', () => {
    log.simulated.write(3);
    log.observe();
    log.ship(1);
    truncateSync(log.simulated.current);
    log.aheadMs = 1_000;
    log.simulated.write(5);
    log.read();
    log.simulated.rotate();
    log.simulated.write(1);
    expect(log.read()).toEqual([]);
    log.scan();
    expect(log.ship()).toEqual(log.simulated.written.slice(3));
  });
});
