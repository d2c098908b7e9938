import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { defaultLimits, type Limits } from '../common/limits';
import { LogStorage } from '../storage/log-storage';
import { IngestMetrics } from './ingest-metrics';
import { Ingester } from './ingester';
import type { PushedStream } from './pushed';

const second = 1_000_000_000n;
const minute = 60n * second;
const hour = 60n * minute;

describe('the ingester', () => {
  let dir: string;
  let storage: LogStorage;
  let registry: Registry;
  let now: number;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'afterlog-ingester-'));
    storage = await LogStorage.open(dir);
    registry = new Registry();
    now = Date.UTC(2026, 10, 24);
  });

  afterEach(async () => {
    await storage.close();
    await rm(dir, { recursive: true });
  });

  const ingester = (limits: Partial<Limits> = {}) => {
    const metrics = new IngestMetrics(registry, () => storage.streams.size);
    return new Ingester(
      storage,
      { ...defaultLimits, ...limits },
      metrics,
      () => now,
      () => undefined
    );
  };

  /** An entry this long before now. */
  const ago = (ns: bigint, line = 'x', metadata: Array<[string, string]> = []): PushedStream['entries'][number] => ({
    time: BigInt(now) * 1_000_000n - ns,
    line: Buffer.from(line),
    metadata,
  });
  const stream = (labels: Record<string, string>, ...entries: PushedStream['entries']): PushedStream => ({
    labels: Object.entries(labels),
    entries,
  });
  const refused = (status: number, message: string) =>
    expect.objectContaining({ status, message: expect.stringContaining(message) });

  async function count(): Promise<number> {
    const usages = await Promise.all(
      storage.streams.all().map((s) => storage.usageOf(s, { from: 0n, until: 1n << 62n }))
    );
    return usages.reduce((sum, { entries }) => sum + entries, 0);
  }

  async function discarded(reason: string): Promise<number> {
    const metric = await registry.getSingleMetric('loki_discarded_samples_total')?.get();
    return metric?.values.find(({ labels }) => labels.reason === reason)?.value ?? 0;
  }

  it('names the service of a stream by the first label that tells it', async () => {
    await ingester().push([stream({ job: 'j', container: 'c', a: 'b' }, ago(0n)), stream({ a: 'b' }, ago(0n))]);
    expect(storage.streams.all().map(({ text }) => text)).toEqual([
      '{a="b", container="c", job="j", service_name="c"}',
      '{a="b", service_name="unknown_service"}',
    ]);
  });

  it('stores what is valid beside what is not, and groups the reasons', async () => {
    const push = ingester().push([
      stream({ a: 'b' }, ago(8n * 24n * hour), ago(0n), ago(8n * 24n * hour)),
      stream({ a: 'c' }, ago(-11n * minute), ago(-9n * minute)),
    ]);
    await expect(push).rejects.toEqual(
      refused(
        400,
        `2 errors like: entry for stream '{a="b", service_name="unknown_service"}' has timestamp too old: 2026-11-16T00:00:00Z, oldest acceptable timestamp is: 2026-11-17T00:00:00Z; ` +
          `1 errors like: entry for stream '{a="c", service_name="unknown_service"}' has timestamp too new: 2026-11-24T00:11:00Z`
      )
    );
    expect(await count()).toBe(2);
    expect(await discarded('greater_than_max_sample_age')).toBe(2);
    expect(await discarded('too_far_in_future')).toBe(1);
  });

  it('refuses what is an hour behind its stream, also inside one push', async () => {
    const store = ingester();
    const push = store.push([stream({ a: 'b' }, ago(0n), ago(hour), ago(hour + 1n))]);
    await expect(push).rejects.toEqual(
      refused(
        400,
        `entry with timestamp 2026-11-23 22:59:59.999999999 +0000 UTC ignored, reason: 'entry too far behind, entry timestamp is: 2026-11-23T22:59:59Z, oldest acceptable timestamp is: 2026-11-23T23:00:00Z',\n` +
          `user 'fake', total ignored: 1 out of 3 for stream: {a="b", service_name="unknown_service"}`
      )
    );
    expect(await count()).toBe(2);
    await expect(store.push([stream({ a: 'b' }, ago(2n * hour))])).rejects.toEqual(refused(400, 'too far behind'));
    await store.push([stream({ a: 'other' }, ago(2n * hour))]);
    expect(await discarded('too_far_behind')).toBe(2);
  });

  it('names ten entries that came too late, and counts all', async () => {
    const late = Array.from({ length: 12 }, (_, i) => ago(2n * hour + BigInt(i)));
    const failure = await ingester()
      .push([stream({ a: 'b' }, ago(0n), ...late)])
      .then(String, String);
    expect(failure.match(/ignored, reason/g)).toHaveLength(10);
    expect(failure).toContain('total ignored: 12 out of 13');
  });

  it('accepts any order again once a stream was idle for half an hour', async () => {
    const store = ingester();
    await store.push([stream({ a: 'b' }, ago(0n))]);
    now += 31 * 60_000;
    await store.push([stream({ a: 'b' }, ago(3n * hour))]);
    expect(await count()).toBe(2);
  });

  it('remembers the window of a stream after a restart', async () => {
    await ingester().push([stream({ a: 'b' }, ago(0n))]);
    await storage.close();
    storage = await LogStorage.open(dir);
    registry = new Registry();
    await expect(ingester().push([stream({ a: 'b' }, ago(2n * hour))])).rejects.toEqual(refused(400, 'too far behind'));
  });

  it('limits the active streams: the known ones go on', async () => {
    const store = ingester({ maxActiveStreams: 2 });
    await store.push([stream({ a: '1' }, ago(0n)), stream({ a: '2' }, ago(0n))]);
    const push = store.push([stream({ a: '3' }, ago(0n)), stream({ a: '1' }, ago(1n))]);
    await expect(push).rejects.toEqual(
      refused(
        429,
        'maximum active stream limit exceeded when trying to create stream {a="3", service_name="unknown_service"}'
      )
    );
    expect(await count()).toBe(3);
    now += 31 * 60_000;
    await store.push([stream({ a: '3' }, ago(0n))]);
    expect(await discarded('stream_limit')).toBe(1);
  });

  it('limits the rate of all: nothing of the push is stored', async () => {
    const store = ingester({ ingestionRate: 10, ingestionBurst: 20 });
    await store.push([stream({ a: 'b' }, ago(0n, 'x'.repeat(10), [['k', 'v']]))]);
    await expect(store.push([stream({ a: 'b' }, ago(1n, 'x'.repeat(10)))])).rejects.toEqual(
      refused(
        429,
        "ingestion rate limit exceeded for user fake (limit: 10 bytes/sec) while attempting to ingest '1' lines totaling '10' bytes"
      )
    );
    expect(await count()).toBe(1);
    now += 1000;
    await store.push([stream({ a: 'b' }, ago(1n, 'x'.repeat(10)))]);
    expect(await discarded('rate_limited')).toBe(1);
  });

  it('limits the rate of each stream: the others are stored', async () => {
    const store = ingester({ perStreamRate: 3 << 20, perStreamBurst: 10 });
    const push = store.push([stream({ a: '1' }, ago(0n, 'x'.repeat(11))), stream({ a: '2' }, ago(0n))]);
    await expect(push).rejects.toEqual(
      refused(
        429,
        `Per stream rate limit exceeded (limit: 3MB/sec) while attempting to ingest for stream '{a="1", service_name="unknown_service"}' totaling 11B`
      )
    );
    expect(await count()).toBe(1);
  });

  it('needs a stream, but not an entry', async () => {
    await expect(ingester().push([])).rejects.toEqual(
      refused(422, 'error at least one valid stream is required for ingestion')
    );
  });

  it('takes pushes that come together one after the other', async () => {
    const store = ingester();
    await Promise.all(
      Array.from({ length: 20 }, () => store.push([stream({ a: 'b' }, ago(0n, 'same'), ago(1n, 'same'))]))
    );
    expect(await count()).toBe(2);
  });

  it('goes on after a push that failed', async () => {
    const store = ingester();
    await expect(store.push([stream({ a: 'b' }, ago(0n), ago(2n * hour))])).rejects.toThrow();
    await store.push([stream({ a: 'b' }, ago(1n))]);
    await store.drain();
    expect(await count()).toBe(2);
  });
});
