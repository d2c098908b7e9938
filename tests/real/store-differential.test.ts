import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { startStore, type Store } from '../../pocket-loki';
import { LOKI_WANTED, lokiIsHere } from './loki-program';
import { ask } from './store-differential/answers';
import { dataset, datasetSpan } from './store-differential/data';
import { type RealLoki, realLoki } from './store-differential/loki-process';
import { defaultHeaders, pushes } from './store-differential/pushes';
import { queries } from './store-differential/queries';

// The embedded store beside a real Loki (3.7): the same pushes, the same queries, the same answers.
if (!lokiIsHere) {
  console.warn(`store-differential: NOT RUN, ${LOKI_WANTED}`);
}

const minute = 60_000_000_000n;
const run = `r${Date.now()}`;
const now = BigInt(Date.now()) * 1_000_000n;
const base = ((now - datasetSpan) / minute) * minute;
const [start, end] = [`${base}`, `${base + datasetSpan}`];
const all = queries(run);

(lokiIsHere ? describe : describe.skip)('the embedded store beside a real Loki', () => {
  let loki: RealLoki | undefined;
  let store: Store | undefined;
  let dir = '';

  beforeAll(async () => {
    loki = await realLoki();
    dir = await mkdtemp(join(tmpdir(), 'afterlog-store-'));
    store = await startStore({ dir, port: 0 });
    for (const [, url] of both()) {
      const answer = await push(url, JSON.stringify({ streams: dataset(run, base) }), defaultHeaders);
      expect(answer).toEqual({ status: 204, text: '' });
    }
  }, 120_000);

  afterAll(async () => {
    await store?.close();
    await loki?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  const both = (): Array<[string, string]> => [
    ['loki', loki?.url ?? ''],
    ['store', store?.url ?? ''],
  ];

  async function push(url: string, body: string | Buffer, headers: Record<string, string>) {
    const response = await fetch(`${url}/loki/api/v1/push`, {
      method: 'POST',
      headers,
      body: new Uint8Array(Buffer.from(body)),
    });
    return { status: response.status, text: await response.text() };
  }

  async function compare(path: string, params: Record<string, string>, categorize = true): Promise<void> {
    const [real, own] = await Promise.all(both().map(([, url]) => ask(url, path, params, categorize)));
    expect(own).toEqual(real);
  }

  it.each(all.logs)('answers as Loki does, forward: %s', (query) =>
    compare('query_range', { query, start, end, limit: '5000', direction: 'forward' })
  );

  it.each(all.logs)('answers as Loki does, backward: %s', (query) =>
    compare('query_range', { query, start, end, limit: '5000', direction: 'backward' })
  );

  it.each(all.logs)('answers as Loki does without categories: %s', (query) =>
    compare('query_range', { query, start, end, limit: '5000', direction: 'forward' }, false)
  );

  it.each(['forward', 'backward'])('ends where Loki ends at a limit, %s', (direction) =>
    compare('query_range', { query: `{run="${run}", host="h1"} |= "GET"`, start, end, limit: '17', direction })
  );

  it.each(all.metrics)('evaluates as Loki does, a step a minute: %s', (query) =>
    compare('query_range', { query, start, end, step: '60' })
  );

  it.each(all.metrics)('evaluates as Loki does, overlapping windows: %s', (query) => {
    const [from, until] = [`${base + minute / 2n + 500_000_000n}`, `${base + 5n * minute}`];
    return compare('query_range', { query, start: from, end: until, step: '15' });
  });

  it.each([...all.instant, ...all.metrics])('evaluates as Loki does at one time: %s', async (query) => {
    const params = { query, time: `${base + datasetSpan / 2n}` };
    const [real, own] = await Promise.all(both().map(([, url]) => ask(url, 'query', params)));
    // Loki gives scalars a time that is not the one asked for.
    const scalar = JSON.stringify(real).includes('"type":"scalar"');
    expect(scalar ? JSON.stringify(own).replace(/\d{10}/, '') : own).toEqual(
      scalar ? JSON.stringify(real).replace(/\d{10,}/, '') : real
    );
  });

  it.each(all.until38)('evaluates as Loki does until 3.7, which 3.8 corrected: %s', async (query) => {
    const params = { query, start, end, step: '60' };
    const [real, own] = await Promise.all(both().map(([, url]) => ask(url, 'query_range', params)));
    const corrected = await isFrom38(loki?.url ?? '');
    expect({ corrected, equal: isDeepStrictEqual(own, real) }).toEqual({ corrected, equal: !corrected });
  });

  it.each(all.refused)('refuses what Loki refuses, in its words: %s', async (query) => {
    const [real, own] = await Promise.all(both().map(([, url]) => ask(url, 'query_range', { query, start, end })));
    // Some invalid stages Loki finds only where its index has data for the query already.
    expect(own).toEqual(real?.status === 200 ? expect.objectContaining({ status: 400 }) : real);
  });

  it.each(all.refusedInOwnWords)('refuses what Loki refuses: %s', async (query) => {
    const [, own] = await Promise.all(both().map(([, url]) => ask(url, 'query_range', { query, start, end })));
    expect(own?.status).toBe(400);
  });

  it.each(all.endpoints)('%s %p', (path, params) => compare(path, { ...params, start, end }));

  it.each(pushes(run, now))('judges a push as Loki does: $name', async ({ headers = defaultHeaders, body, text }) => {
    const [real, own] = await Promise.all(both().map(([, url]) => push(url, body, headers)));
    expect(own?.status).toBe(real?.status);
    expect(text ? own?.text : undefined).toBe(text ? real?.text : undefined);
  });

  it('holds the same entries after all pushes', () =>
    compare('query_range', {
      query: `{run="${run}-push"}`,
      start: `${now - 5n * 60n * minute}`,
      end: `${now + minute}`,
      limit: '5000',
    }));
});

async function isFrom38(url: string): Promise<boolean> {
  const build: unknown = await (await fetch(`${url}/loki/api/v1/status/buildinfo`)).json();
  const [, major, minor] = /"version":"v?(\d+)\.(\d+)/.exec(JSON.stringify(build)) ?? [];
  return Number(major) * 100 + Number(minor) >= 308;
}
