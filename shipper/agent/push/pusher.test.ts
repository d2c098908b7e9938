import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import winston from 'winston';
import { FakeLoki, streamsOf, type PushedStream, type Treatment } from '../../../tests/testkit/fake-loki';
import type { ReceivedRequest } from '../../../tests/testkit/http';
import { criLine, secondsAgo } from '../../../tests/testkit/simulated-node';
import { until } from '../../../tests/testkit/until';
import { connectLoki, type LokiConnection } from '../../loki/connection';
import { PushClient } from '../../loki/push/client';
import type { ContainerLog } from '../container/container-log';
import { ObservedLog } from '../container/testing/observed-log';
import { AgentMetrics } from '../status/metrics';
import { Pusher, type PushOptions } from './pusher';

// The pusher and what it stands on, over HTTP, with logs on a disk: what reaches Loki, whatever that answers.

const logger = winston.createLogger({ silent: true });
const HOUR_SECONDS = 3_600;

let loki: FakeLoki;
let connection: LokiConnection;
let push: PushClient;
let metrics: AgentMetrics;
let pusher: Pusher;
let logs: ObservedLog[];
/** What Loki took, and all that it was sent. */
let stored: PushedStream[];
let sent: Array<PushedStream & { headers: ReceivedRequest['headers'] }>;
/** What Loki says of a push; undefined: it takes it. */
let answer: (stream: PushedStream, body: Buffer) => Treatment | undefined;
let settled: Set<ContainerLog>;
/** What was unacknowledged of each container when it was to be kept, before it was sent. */
let sending: number[];

beforeEach(async () => {
  [logs, stored, sent, sending, settled] = [[], [], [], [], new Set()];
  answer = () => undefined;
  loki = await FakeLoki.start();
  loki.treat = (request) => {
    const [stream] = streamsOf(request);
    if (!stream) {
      return 'pass';
    }
    sent.push({ ...stream, headers: request.headers });
    const treatment = answer(stream, request.body) ?? 'pass';
    if (treatment === 'pass') {
      stored.push(stream);
    }
    return treatment;
  };
  connection = connectLoki({ url: loki.url });
  push = new PushClient(connection, { logger, timeoutMs: 60_000, nowMs: Date.now });
  metrics = new AgentMetrics();
  pusher = begin();
});
afterEach(async () => {
  await pusher.stop();
  logs.forEach((log) => log.remove());
  await connection.close();
  await loki.close();
});

function begin(options: Partial<PushOptions> = {}): Pusher {
  return new Pusher(
    {
      ...{ batchWaitMs: 0, pollMs: 0, batchBytes: 64 * 1024, concurrency: 4, backoff: { min: 2, max: 4 } },
      ...{ maxLineBytes: 16 * 1024, maxAgeSeconds: 24 * HOUR_SECONDS, futureSeconds: 600, misdated: 'store' },
      ...options,
    },
    {
      ...{ push, logger, metrics, nowSeconds: () => Math.floor(Date.now() / 1000) },
      labelsOf: ({ run, destination }) => ({ pod: run.pod, ...destination.labels }),
      onSending: (containers) => sending.push(...containers.map(({ unacked }) => unacked)),
      onSettled: (containers) => containers.forEach((container) => settled.add(container)),
    }
  );
}

function observe(pod = 'job-1', write: (log: ObservedLog) => void = () => undefined): ObservedLog {
  const log = new ObservedLog({ pod, clock: 'running' });
  logs.push(log);
  write(log);
  return log.observe();
}

/** All that the logs have goes out. */
async function send(...all: ObservedLog[]): Promise<void> {
  all.forEach(({ container }) => pusher.ready(container, true));
  await until(
    'all is settled',
    () => all.every(({ container }) => container.unacked === 0) && pusher.requestsUnderWay === 0
  );
}

const linesOf = (streams: readonly PushedStream[], pod = 'job-1') =>
  streams.filter(({ stream }) => stream.pod === pod).flatMap(({ values }) => values.map(([, line]) => line));
const valueOf = async (name: string) =>
  (await metrics.registry.getSingleMetric(`afterlog_${name}`)?.get())?.values[0]?.value;
/** Answers so to the first pushes. */
const first = (...treatments: Treatment[]) => {
  answer = () => treatments.shift();
};

describe('lines', () => {
  test('go to the stream of their container, a stream a request, and count once', async () => {
    const one = observe('job-1', ({ simulated }) => simulated.write(5));
    const two = observe('job-2', ({ simulated }) => simulated.write(3));
    await send(one, two);
    expect(stored).toHaveLength(2);
    expect(linesOf(stored)).toEqual(one.simulated.written);
    expect(linesOf(stored, 'job-2')).toEqual(two.simulated.written);
    expect(one.counts()).toEqual(one.all);
    expect(settled).toEqual(new Set([one.container, two.container]));
    expect(sending.sort((a, b) => a - b)).toEqual([two.simulated.bytes, one.simulated.bytes]);
    const bytes = one.simulated.bytes + two.simulated.bytes;
    expect(pusher.acknowledgedBytes).toBe(bytes);
    expect(await valueOf('acknowledged_bytes_total')).toBe(bytes);
    expect(await valueOf('acknowledged_lines_total')).toBe(8);
    expect(await valueOf('read_lines_total')).toBe(8);
    expect(await valueOf('read_bytes_total')).toBe(bytes);
    expect(await valueOf('rescued_bytes_total')).toBe(0);
    expect(await valueOf('push_retries_total')).toBe(0);
    expect(await valueOf('last_acknowledgement_timestamp_seconds')).toBeGreaterThan(0);
    expect(await valueOf('sent_bytes_total')).toBeGreaterThan(0);
    expect(await valueOf('encoded_bytes_total')).toBeGreaterThan(0);
  });

  test('of several containers of a stream go out together, and those that are more than a request one after the other', async () => {
    const all = [1, 2, 3].map(() => observe('job-1', ({ simulated }) => simulated.write(20)));
    await send(...all);
    expect(stored).toHaveLength(1);
    expect(linesOf(stored)).toEqual(all.flatMap(({ simulated }) => simulated.written));
    const large = observe('job-2', ({ simulated }) => simulated.write(5_000));
    await send(large);
    expect(stored.length).toBeGreaterThan(3);
    expect(linesOf(stored, 'job-2')).toEqual(large.simulated.written);
    stored.forEach(({ values }) => expect(values.reduce((sum, [, line]) => sum + line.length, 0)).toBeLessThan(65_000));
  });

  test('go out without being asked for again where there are more of them, and where more come', async () => {
    const log = observe('job-1', ({ simulated }) => simulated.write(1));
    await send(log);
    log.simulated.write(1);
    log.directory.poll();
    pusher.ready(log.container);
    await until('it is sent', () => log.container.unacked === 0);
    expect(linesOf(stored)).toEqual(log.simulated.written);
  });

  test('of a deleted file count as rescued', async () => {
    const log = observe('job-1', ({ simulated }) => simulated.write(4));
    log.simulated.deleteByHand();
    log.scan();
    await send(log);
    expect(await valueOf('rescued_bytes_total')).toBe(log.simulated.bytes);
  });

  test('that are odd are counted by what is odd', async () => {
    const log = observe('job-1', ({ simulated }) =>
      simulated
        .append(Buffer.alloc(1_000))
        .write(1)
        .append('garbage\n')
        .append(Buffer.from([...Buffer.from(criLine(secondsAgo(0), 'b').slice(0, -1)), 0xff, 0x0a]))
        .append(criLine(secondsAgo(-4_000), 'of the future'))
    );
    first({ status: 400, body: 'entry for stream \'{pod="job-1"}\' has timestamp too new: 2030-01-01T00:00:00Z' });
    await send(log);
    expect(await valueOf('unparsed_lines_total')).toBe(1);
    expect(await valueOf('replaced_lines_total')).toBe(1);
    expect(await valueOf('misdated_lines_total')).toBe(1);
    expect(await valueOf('nul_bytes_total')).toBe(1_000);
  });

  test('of a tenant go to it', async () => {
    const log = observe('job-1', ({ simulated }) => simulated.write(1));
    const other = observe('job-1', ({ simulated }) => simulated.write(1));
    other.container.destination = { tenant: 'team-a', labels: { team: 'a' }, metadata: [] };
    await send(log, other);
    expect(sent.map(({ stream, headers }) => [stream.team, headers['x-scope-orgid']]).sort()).toEqual(
      [
        [undefined, undefined],
        ['a', 'team-a'],
      ].sort()
    );
  });
});

describe('what Loki does not answer, or not as Loki, is sent again as it was', () => {
  test.each<[string, Treatment]>([
    ['an error of the server', { status: 500, body: 'out of memory' }],
    ['a proxy that is overloaded', { status: 503 }],
    ['a rate limit', { status: 429, body: 'ingestion rate limit exceeded' }],
    ['a wrong tenant', { status: 401, body: 'no org id' }],
    ['a cut connection', 'reset'],
    ['no HTTP', 'garbage'],
  ])('%s', async (_, treatment) => {
    const log = observe('job-1', ({ simulated }) => simulated.write(5));
    let problem: string | null = null;
    let tries = 0;
    answer = () => {
      problem ??= push.problem;
      return tries++ < 3 ? treatment : undefined;
    };
    await send(log);
    expect(linesOf(stored)).toEqual(log.simulated.written);
    expect(sent).toHaveLength(4);
    expect(sent.map(({ values }) => values)).toEqual([1, 2, 3, 4].map(() => stored[0]?.values));
    expect([log.counts(), log.record().gaps]).toEqual([log.all, []]);
    expect(await valueOf('push_retries_total')).toBeGreaterThanOrEqual(3);
    expect(await valueOf('read_lines_total')).toBe(5);
    expect([problem, push.problem]).toEqual([expect.any(String), null]);
  });

  test('also where its file is given up meanwhile: it cannot be read again', async () => {
    const log = observe('job-1', ({ simulated }) => simulated.write(5));
    let tries = 0;
    answer = () => {
      if (tries++ === 0) {
        log.container.giveUp(log.container.files[0]!, { reason: 'shed' });
      }
      return tries < 4 ? 'reset' : undefined;
    };
    pusher.ready(log.container, true);
    await until('it is stored', () => stored.length === 1 && pusher.requestsUnderWay === 0);
    expect([log.counts(), log.record().gaps]).toEqual([log.all, []]);
  });

  test('is sent with what came meanwhile only behind it', async () => {
    const log = observe('job-1', ({ simulated }) => simulated.write(5));
    let tries = 0;
    answer = () => {
      if (tries++ === 0) {
        log.simulated.write(3);
        log.directory.poll();
        return 'reset-after';
      }
      return undefined;
    };
    await send(log);
    expect(sent.map(({ values }) => values.length)).toEqual([5, 5, 3]);
    expect(linesOf(stored)).toEqual(log.simulated.written);
  });
});

describe('a request that is too large for what is before Loki', () => {
  test('is made smaller until it passes', async () => {
    const log = observe('job-1', ({ simulated }) => simulated.write(40));
    answer = ({ values }) => (values.length > 6 ? { status: 413, body: 'too large' } : undefined);
    await send(log);
    expect(linesOf(stored)).toEqual(log.simulated.written);
    expect(sent.slice(0, 4).map(({ values }) => values.length)).toEqual([40, 20, 10, 5]);
    expect([log.counts(), log.record().gaps]).toEqual([log.all, []]);
  });

  test('is cut where it is a single line', async () => {
    const text = Array.from({ length: 300 }, (_, i) => `word${i}`).join(' ');
    const log = observe('job-1', ({ simulated }) => simulated.append(criLine(secondsAgo(0), text)));
    answer = ({ values }) => (values.some(([, line]) => line.length > 1_000) ? { status: 413 } : undefined);
    await send(log);
    expect(linesOf(stored).join('')).toBe(text);
    expect(log.record().gaps).toEqual([]);
  });

  test('grows again afterwards', async () => {
    const log = observe('job-1', ({ simulated }) => simulated.write(400));
    let tries = 0;
    answer = () => (tries++ < 3 ? { status: 413 } : undefined);
    await send(log);
    const sizes = stored.map(({ values }) => values.length);
    expect(sizes[0]).toBe(50);
    expect(Math.max(...sizes)).toBeGreaterThan(90);
    expect(linesOf(stored)).toEqual(log.simulated.written);
  });
});

describe('a line that Loki refuses for its own fault', () => {
  const tooLong = (length: number) =>
    `Max entry size '100' bytes exceeded for stream '{pod="job-1"}' while adding an entry with length '${length}' bytes`;

  test('is passed over alone, and named; all others arrive', async () => {
    const poison = 'p'.repeat(300);
    const log = observe('job-1', ({ simulated }) =>
      simulated
        .write(5)
        .append(criLine(secondsAgo(0), poison))
        .write(5)
    );
    answer = ({ values }) => {
      const count = values.filter(([, line]) => line.length > 100).length;
      return count > 0 ? { status: 400, body: tooLong(300) } : undefined;
    };
    await send(log);
    await until('it is reported', () => settled.has(log.container));
    expect(linesOf(stored)).toEqual(log.simulated.written);
    expect(log.record()).toMatchObject({
      linesSeen: 11,
      linesAcked: 10,
      gaps: [
        { reason: 'refused', lines: 1, bytes: criLine(0n, poison).length, detail: expect.stringContaining('400 ') },
      ],
    });
  });

  test('is not passed over where what Loki says of it is not so', async () => {
    const log = observe('job-1', ({ simulated }) => simulated.write(1));
    let tries = 0;
    answer = () => (tries++ < 3 ? { status: 400, body: tooLong(300) } : undefined);
    await send(log);
    expect(linesOf(stored)).toEqual(log.simulated.written);
    expect([tries, log.record().gaps]).toEqual([4, []]);
  });

  test('that is too old by Loki’s limit is passed over with all its like', async () => {
    const log = observe('job-1', ({ simulated }) => simulated.write(3));
    const limit = (ms: number) => ({
      status: 400,
      body: `3 errors like: entry for stream '{pod="job-1"}' has timestamp too old: 2026-01-01T00:00:00Z, oldest acceptable timestamp is: ${new Date(Date.now() + ms).toISOString()}`,
    });
    let tries = 0;
    answer = () => (tries++ === 0 ? limit(-60_000) : limit(60_000)); // the first is not so
    await send(log);
    const { gaps } = log.record();
    expect(new Set(gaps.map(({ reason }) => reason))).toEqual(new Set(['refused']));
    expect(gaps.reduce((sum, { lines }) => sum + (lines ?? 0), 0)).toBe(3);
    expect(gaps.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0)).toBe(log.simulated.bytes);
    expect(log.counts()).toMatchObject({ linesSeen: 3, linesAcked: 0, bytesAcked: 0 });
    expect(stored).toEqual([]);
  });

  test('as too far behind goes to a stream of its hour, and is passed over only where that refuses it, too', async () => {
    const behind = (count: number) => ({
      status: 400,
      body: `entry with timestamp 2026-01-01 00:00:00 +0000 UTC ignored, reason: 'entry too far behind, entry timestamp is: 2026-01-01T00:00:00Z, oldest acceptable timestamp is: 2026-01-01T01:00:00Z',\nuser 'fake', total ignored: ${count} out of ${count} for stream: {pod="job-1"}`,
    });
    const log = observe('job-1', ({ simulated }) => simulated.write(3));
    answer = ({ stream, values }) => (stream.late === undefined ? behind(values.length) : undefined);
    await send(log);
    expect(stored.map(({ stream }) => stream)).toEqual([
      { pod: 'job-1', late: 'true', hour: expect.stringMatching(/T\d\d$/) },
    ]);
    expect([linesOf(stored), log.record().gaps]).toEqual([log.simulated.written, []]);
    const other = observe('job-2', ({ simulated }) => simulated.write(2));
    answer = ({ values }) => behind(values.length);
    await send(other);
    expect(other.record().gaps).toMatchObject([{ reason: 'refused', lines: 2 }]);
  });
});

describe('old lines', () => {
  test('go to a stream of their hour, fresh ones to their own', async () => {
    const log = observe('job-1', ({ simulated }) =>
      simulated
        .write(2, 5 * HOUR_SECONDS)
        .write(2, 3 * HOUR_SECONDS)
        .write(2)
    );
    await send(log);
    expect(stored.map(({ stream, values }) => [stream.late, values.length])).toEqual([
      ['true', 2],
      ['true', 2],
      [undefined, 2],
    ]);
    expect(new Set(stored.map(({ stream }) => stream.hour)).size).toBe(3);
    expect(linesOf(stored)).toEqual(log.simulated.written);
  });

  test('that no Loki takes any more are passed over unsent, and named', async () => {
    const log = observe('job-1', ({ simulated }) => simulated.write(3, 30 * HOUR_SECONDS).write(2));
    await send(log);
    expect(linesOf(sent)).toEqual(log.simulated.written.slice(3));
    expect(log.record()).toMatchObject({ linesAcked: 2, gaps: [{ reason: 'too-old', lines: 3 }] });
    expect(await valueOf('read_lines_total')).toBe(5);
  });
});

describe('lines of the future', () => {
  const tooNew = {
    status: 400,
    body: 'entry for stream \'{pod="job-1"}\' has timestamp too new: 2030-01-01T00:00:00Z',
  };

  test('keep their time until Loki refuses one; from then on they are stored at the time of their arrival', async () => {
    const ahead = secondsAgo(-4_000);
    const log = observe('job-1', ({ simulated }) => simulated.append(criLine(ahead, 'ahead')));
    answer = ({ values }) => (values.some(([ns]) => ns === `${ahead}`) ? tooNew : undefined);
    await send(log);
    expect(sent[0]?.values[0]?.[0]).toBe(`${ahead}`);
    expect(sent).toHaveLength(2);
    const [, , metadata] = stored[0]?.values[0] ?? [];
    expect(metadata).toMatchObject({ line_time: expect.stringContaining('T') });
    expect([linesOf(stored), log.record().gaps]).toEqual([['ahead'], []]);
  });

  test('that are only a little ahead are waited for', async () => {
    const log = observe('job-1', ({ simulated }) => simulated.append(criLine(secondsAgo(-60), 'ahead')));
    first(tooNew, tooNew, tooNew);
    await send(log);
    expect(sent).toHaveLength(4);
    expect(new Set(sent.map(({ values }) => values[0]?.[0])).size).toBe(1);
    expect([linesOf(stored), log.record().gaps]).toEqual([['ahead'], []]);
  });
});

describe('a compressed file', () => {
  const compressed = (log: ObservedLog, end?: number) => {
    const rotated = log.simulated.rotate();
    writeFileSync(`${rotated}.tmp`, gzipSync(readFileSync(rotated)).subarray(0, end));
    renameSync(`${rotated}.tmp`, `${rotated}.gz`);
    rmSync(rotated);
  };

  test('is decompressed and sent before what comes after it', async () => {
    const log = observe('job-1', (one) => {
      one.simulated.write(5_000);
      compressed(one);
      one.simulated.write(5);
    });
    await send(log);
    expect(linesOf(stored)).toEqual(log.simulated.written);
    expect(log.counts()).toEqual(log.all);
  });

  test('that is damaged ends there, and its container record is due', async () => {
    const log = observe('job-1', (one) => {
      one.simulated.write(50);
      compressed(one, -20);
      one.simulated.write(5);
    });
    await send(log);
    expect(linesOf(stored).slice(-5)).toEqual(log.simulated.written.slice(-5));
    expect(log.record().gaps).toMatchObject([
      { reason: 'unreadable', bytes: null, detail: expect.stringContaining('.gz') },
    ]);
    expect(settled).toContain(log.container);
  });
});

describe('whose turn it is', () => {
  test('is that of logs that may go first, in priority mode, the smallest rest first', async () => {
    pusher = begin({ concurrency: 1 });
    const running = observe('running', ({ simulated }) => simulated.write(1));
    const ended = [30, 10, 20].map((lines) => {
      const log = observe(`ended-${lines}`, ({ simulated }) => simulated.write(lines));
      log.container.state.ended = true;
      return log;
    });
    loki.stall();
    const busy = observe('busy', ({ simulated }) => simulated.write(1));
    pusher.ready(busy.container, true);
    await until('a request is under way', () => loki.waiting === 1);
    [running, ...ended].forEach(({ container }) => pusher.ready(container, true));
    pusher.priority = true;
    loki.release();
    await until('all is sent', () => [running, ...ended].every(({ container }) => container.unacked === 0));
    expect(stored.map(({ stream }) => stream.pod)).toEqual(['busy', 'ended-10', 'ended-20', 'ended-30', 'running']);
  });

  test('is everybody’s, as many at once as there may be', async () => {
    pusher = begin({ concurrency: 3 });
    const all = [1, 2, 3, 4, 5].map((i) => observe(`job-${i}`, ({ simulated }) => simulated.write(1)));
    let most = 0;
    answer = () => {
      most = Math.max(most, pusher.requestsUnderWay);
      return undefined;
    };
    loki.stall();
    all.forEach(({ container }) => pusher.ready(container, true));
    await until('three are under way', () => loki.waiting === 3);
    expect(pusher.requestsUnderWay).toBe(3);
    loki.release();
    await until('all is sent', () => all.every(({ container }) => container.unacked === 0));
    expect(most).toBe(3);
  });

  test('does not come for a container that is done with', async () => {
    const log = observe('job-1', ({ simulated }) => simulated.write(1));
    const other = observe('job-2', ({ simulated }) => simulated.write(1));
    pusher.ready(log.container, true);
    pusher.forget(log.container);
    await send(other);
    expect(sent.map(({ stream }) => stream.pod)).toEqual(['job-2']);
  });
});

describe('the end', () => {
  test('flushes what is there, and waits for it', async () => {
    pusher = begin({ batchWaitMs: 3_600_000 });
    const log = observe('job-1', ({ simulated }) => simulated.write(3));
    pusher.ready(log.container);
    await pusher.flush([log.container], () => log.container.unacked === 0, 60_000);
    expect(linesOf(stored)).toEqual(log.simulated.written);
    expect(pusher.requestsUnderWay).toBe(0);
  });

  test('does not wait for ever', async () => {
    const log = observe('job-1', ({ simulated }) => simulated.write(3));
    answer = () => 'hang';
    await pusher.flush([log.container], () => false, 50);
    expect(log.container.unacked).toBe(log.simulated.bytes);
  });

  test('gives up what is under way, and begins nothing else', async () => {
    const log = observe('job-1', ({ simulated }) => simulated.write(3));
    answer = () => 'hang';
    pusher.ready(log.container, true);
    await until('it is under way', () => sent.length === 1);
    await pusher.stop();
    expect(pusher.requestsUnderWay).toBe(0);
    pusher.ready(log.container, true);
    expect(log.container.unread).toBe(log.simulated.bytes);
    expect(push.problem).toBeNull();
  });
});
