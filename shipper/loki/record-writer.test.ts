import winston from 'winston';
import { until } from '../../tests/testkit/until';
import { connectLoki, type LokiConnection } from './connection';
import { type OutgoingRecord, RecordWriter, type RecordWriterOptions } from './record-writer';
import { FakeLoki, streamsOf, type PushedStream, type Treatment } from '../../tests/testkit/fake-loki';

const quiet = winston.createLogger({ silent: true });
const HOUR = 3_600_000_000_000n;
const now = BigInt(Date.parse('2026-11-23T23:30:00Z')) * 1_000_000n;
const record = (name: string, timestamp = now, kind = 'pod'): OutgoingRecord => ({
  kind,
  cluster: 'c1',
  timestamp,
  line: `{"id":"${name}"}`,
  metadata: { id: name, node: '' },
});

describe('RecordWriter', () => {
  let loki: FakeLoki;
  let pushes: PushedStream[];
  /** What becomes of the next pushes, one after the other; then they pass. */
  let answers: Treatment[];
  let refuse: (streams: PushedStream[]) => Treatment | undefined;
  let connection: LokiConnection;
  const writer = (options: Partial<RecordWriterOptions> = {}) =>
    new RecordWriter(connection, {
      logger: quiet,
      now: () => now,
      batchWaitMs: 5,
      backoffMs: { min: 2, max: 4 },
      ...options,
    });

  beforeEach(async () => {
    pushes = [];
    answers = [];
    refuse = () => undefined;
    loki = await FakeLoki.start();
    loki.treat = (request) => {
      const streams = streamsOf(request);
      pushes.push(...streams);
      return refuse(streams) ?? answers.shift() ?? 'pass';
    };
    connection = connectLoki({ url: loki.url });
  });
  afterEach(async () => {
    await connection.close();
    await loki.close();
  });

  const lines = () => pushes.flatMap(({ values }) => values.map(([, line]) => line));

  it('puts each kind into a stream of its own, one stream in a request, with the metadata that has a value', async () => {
    const w = writer();
    w.write(record('a'));
    w.write(record('b', now, 'job'));
    w.write(record('c', now - 1n));
    await w.flush();
    expect(pushes).toHaveLength(2);
    expect(pushes).toContainEqual({
      stream: { service_name: 'afterlog', record: 'pod', cluster: 'c1' },
      values: [
        [(now - 1n).toString(), '{"id":"c"}', { id: 'c' }],
        [now.toString(), '{"id":"a"}', { id: 'a' }],
      ],
    });
    expect(w.pending).toBe(0);
    expect(w.statistics).toMatchObject({ written: 3, acknowledged: 3, refused: 0, retries: 0 });
  });

  it('sends again what Loki could not take, until it can', async () => {
    answers = [{ status: 429 }, { status: 500 }, { status: 260 }, { status: 401 }];
    const w = writer();
    w.write(record('a'));
    await w.flush();
    expect(lines()).toEqual(Array(5).fill('{"id":"a"}'));
    expect(w.statistics).toMatchObject({ acknowledged: 1, retries: 4 });
  });

  it('sends again when the connection breaks', async () => {
    const unreachable = connectLoki({ url: 'http://127.0.0.1:1' });
    let tries = 0;
    const w = new RecordWriter(
      { ...unreachable, request: (...args) => (tries++ < 2 ? unreachable : connection).request(...args) },
      {
        logger: quiet,
        now: () => now,
        batchWaitMs: 1,
        backoffMs: { min: 1, max: 1 },
      }
    );
    w.write(record('a'));
    await w.flush();
    expect(lines()).toEqual(['{"id":"a"}']);
    await unreachable.close();
  });

  it('passes over a record that is too long for Loki alone, once those beside it are stored', async () => {
    const tooLong = {
      status: 400,
      body: "max entry size '10' bytes exceeded for stream '{}' while adding an entry with length '14' bytes",
    };
    answers = [tooLong, 'pass', tooLong];
    const w = writer();
    w.write(record('a'));
    w.write(record('long'));
    await w.flush();
    expect(pushes.map(({ values }) => values.map(([, line]) => line))).toEqual([
      ['{"id":"a"}', '{"id":"long"}'],
      ['{"id":"a"}'],
      ['{"id":"long"}'],
    ]);
    expect(w.statistics).toMatchObject({ refused: 1, acknowledged: 1 });
    expect(w.pending).toBe(0);
  });

  it('sends a record again that Loki calls longer than it is', async () => {
    answers = [{ status: 400, body: "max entry size '10000' bytes exceeded for stream '{}'" }];
    const w = writer();
    w.write(record('a'));
    await w.flush();
    expect(w.statistics).toMatchObject({ refused: 0, acknowledged: 1, retries: 1 });
  });

  it('moves a record that is too far behind to its hour, and then to now', async () => {
    const behind = {
      status: 400,
      body: "entry with timestamp 2026-11-23 23:20:00 +0000 UTC ignored, reason: 'entry too far behind, entry timestamp is: a, oldest acceptable timestamp is: b',\nuser 'fake', total ignored: 1 out of 1 for stream: {}",
    };
    answers = [behind, behind];
    const w = writer();
    w.write(record('a', now - HOUR / 6n));
    await w.flush();
    expect(pushes.map(({ stream, values }) => [stream.hour, values[0]?.[0]])).toEqual([
      [undefined, `${now - HOUR / 6n}`],
      ['2026-11-23T23', `${now - HOUR / 6n}`],
      [undefined, `${now}`],
    ]);
  });

  it('moves a record that is too old for this Loki to what it takes', async () => {
    answers = [
      {
        status: 400,
        body: "entry for stream '{}' has timestamp too old: 2026-11-23T21:30:00Z, oldest acceptable timestamp is: 2026-11-23T22:30:00Z",
      },
    ];
    const w = writer();
    w.write(record('a', now - 2n * HOUR));
    await w.flush();
    expect(BigInt(pushes[1]?.values[0]?.[0] ?? 0) - (now - HOUR)).toBe(60_000_000_000n);
  });

  it('does not keep back other records for one that waits for a reason of its own', async () => {
    const w = writer();
    refuse = (push) => (JSON.stringify(push).includes('large') ? { status: 413 } : undefined);
    ['a', 'large', 'b'].forEach((name) => w.write(record(name)));
    w.write(record('c'));
    await until('all but the large one', () => w.pending === 1);
    w.write(record('d'));
    await until('all but the large one', () => w.pending === 1);
    refuse = () => undefined;
    await w.flush();
    expect(w.statistics).toMatchObject({ acknowledged: 5, refused: 0 });
  });

  it('splits a request that is too large', async () => {
    answers = [{ status: 413 }, { status: 500, body: 'received message larger than max (5 vs. 4)' }];
    const w = writer();
    ['a', 'b', 'c', 'd'].forEach((name) => w.write(record(name)));
    await w.flush();
    expect(pushes.map(({ values }) => values.length)).toEqual([4, 2, 1, 1, 2]);
    expect(w.statistics).toMatchObject({ acknowledged: 4 });
  });

  it('keeps late records away from the newest, in streams of an hour, oldest first', async () => {
    const w = writer();
    for (const age of [0n, 2n * HOUR, HOUR / 2n, 2n * HOUR + HOUR / 4n, 30n * HOUR]) {
      w.write(record(`${age}`, now - age));
    }
    await w.flush();
    const late = { service_name: 'afterlog', record: 'pod', cluster: 'c1', late: 'true' };
    expect(pushes.map(({ stream }) => stream)).toEqual([
      { ...late, hour: '2026-11-22T17' },
      { ...late, hour: '2026-11-23T21' },
      { service_name: 'afterlog', record: 'pod', cluster: 'c1' },
    ]);
    expect(pushes[1]?.values.map(([time]) => BigInt(time))).toEqual([now - 2n * HOUR - HOUR / 4n, now - 2n * HOUR]);
  });

  it('chooses the stream anew when a record had to wait', async () => {
    answers = [{ status: 503 }];
    let time = now;
    const w = writer({ now: () => (time += HOUR) });
    w.write(record('a', now + HOUR));
    await w.flush();
    expect(pushes.map(({ stream }) => stream.late)).toEqual([undefined, 'true']);
  });

  it('moves times that Loki would refuse into what it takes', async () => {
    const w = writer();
    w.write(record('future', now + 24n * HOUR));
    w.write(record('past', now - 400n * 24n * HOUR));
    await w.flush();
    const times = pushes.flatMap(({ values }) => values.map(([time]) => now - BigInt(time)));
    expect(times).toEqual([7n * 24n * HOUR - HOUR / 6n, 0n]);
  });

  it('makes who writes faster than Loki takes wait, and no longer than needed', async () => {
    answers = ['hang'];
    const w = writer({ maxPendingBytes: 20, batchBytes: 1 });
    w.write(record('a'));
    w.write(record('b'));
    let free = false;
    const waited = w.writable().then(() => (free = true));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect([free, w.full]).toEqual([false, true]);
    await w.close(1);
    expect(free).toBe(false);

    const quick = writer({ maxPendingBytes: 20, batchBytes: 1 });
    quick.write(record('a'));
    quick.write(record('b'));
    await quick.writable();
    expect(quick.full).toBe(false);
    expect(quick.pending).toBeLessThan(2);
    await quick.close(1000);
    void waited;
  });

  it('hands back at the end what was not acknowledged', async () => {
    answers = ['pass', 'hang'];
    const w = writer({ batchBytes: 1 });
    const records = ['a', 'b', 'c'].map((name) => record(name));
    records.forEach((one) => w.write(one));
    const { undelivered } = await w.close(50);
    expect(undelivered).toEqual(records.slice(1));
    expect(() => w.write(record('d'))).toThrow('closed');
  });

  it('tells who waits for a flush when it is closed before that', async () => {
    answers = ['hang'];
    const w = writer();
    w.write(record('a'));
    const flushed = w.flush();
    await Promise.all([expect(flushed).rejects.toThrow('closed before'), w.close(1)]);
    await expect(w.flush()).rejects.toThrow('closed before');
  });

  it('resolves a flush while others go on writing', async () => {
    const w = writer({ batchBytes: 1 });
    w.write(record('a'));
    const flushed = w.flush();
    const writing = setInterval(() => w.write(record('more')), 1);
    await flushed;
    clearInterval(writing);
    expect(lines()[0]).toBe('{"id":"a"}');
    await w.close(1000);
  });
});
