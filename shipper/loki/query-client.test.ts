import { ago, startTestStore, type TestStore, type Value } from '../../tests/testkit/store';
import { connectLoki } from './connection';
import { identity, pages, pagesAhead } from './pages';
import type { Entry } from './query-answer';
import { type Direction, LokiRefusal, QueryClient, type RangeQuery } from './query-client';
import { serve, type TestServer } from '../../tests/testkit/http';

async function collect(client: QueryClient, range: RangeQuery, direction: Direction, options = {}): Promise<Entry[]> {
  const all: Entry[] = [];
  for await (const page of pages(client, range, direction, options)) {
    all.push(...page);
  }
  return all;
}

describe('reading from the store', () => {
  let store: TestStore;
  const from = ago(3600);
  const to = ago(0);
  const query = '{namespace="n"}';

  beforeAll(async () => {
    store = await startTestStore({ limits: { maxEntriesPerQuery: 700 } });
    // Two streams, out of step; ten entries share a time.
    const at = (i: number) => from + BigInt(Math.floor(i / 10)) * 1_000_000n;
    for (const app of ['a', 'b']) {
      const values = Array.from({ length: 2000 }, (_, i) => [at(i), `${app}-${i}`, { pod: `p${i % 3}` }] as const);
      await store.push(
        { namespace: 'n', app },
        values.map(([ns, line, metadata]) => [ns, line, metadata])
      );
    }
    await store.push(
      { namespace: 'm' },
      Array.from({ length: 800 }, (_, i) => [from, `same-${i}`])
    );
    await store.push(
      { namespace: 'k' },
      Array.from({ length: 650 }, (_, i) => [from, `same-${i}`])
    );
  });
  afterAll(() => store.close());

  it.each<[Direction, number]>([
    ['forward', Infinity],
    ['backward', Infinity],
    ['forward', 7],
    ['backward', 30],
  ])('%s, page by page of at most %s, brings every entry once, in order', async (direction, maxEntries) => {
    const entries = await collect(store.client, { query, from, to }, direction, { maxEntries });
    expect(entries).toHaveLength(4000);
    expect(new Set(entries.map(identity)).size).toBe(4000);
    const times = entries.map(({ ns }) => ns);
    const sorted = [...times].sort((a, b) => (a === b ? 0 : a < b === (direction === 'forward') ? -1 : 1));
    expect(times).toEqual(sorted);
  });

  it('tells labels and metadata apart', async () => {
    const { entries } = await store.client.page({ query: '{namespace="n", app="a"}', from, to }, 'forward', 1);
    expect(entries).toEqual([
      {
        ns: from,
        line: 'a-0',
        labels: expect.objectContaining({ namespace: 'n', app: 'a' }),
        metadata: expect.objectContaining({ pod: 'p0' }),
      },
    ]);
    expect(entries[0]?.labels.pod).toBeUndefined();
  });

  it('learns how many entries this Loki gives at once', async () => {
    const client = new QueryClient(store.connection);
    const page = await client.page({ query, from, to }, 'forward', 5000);
    expect(page.entries).toHaveLength(700);
    expect(client.maxEntries).toBe(700);
  });

  it('gets over many entries of one time, as long as one answer holds them', async () => {
    const at = { from, to };
    expect(
      await collect(store.client, { query: '{namespace="k"}', ...at }, 'forward', { maxEntries: 100 })
    ).toHaveLength(650);
    await expect(collect(store.client, { query: '{namespace="m"}', ...at }, 'forward')).rejects.toThrow(
      `700 entries and more at ${from} ns`
    );
  });

  it.each<Direction>(['forward', 'backward'])(
    'reads entries that are too long for a page of so many, %s',
    async (direction) => {
      const label = { namespace: `long-${direction}` };
      const long = Array.from({ length: 60 }, (_, i): Value => [from + BigInt(i), `${i} ${'x'.repeat(200_000)}`]);
      await store.push(label, long.slice(0, 30));
      await store.push(label, long.slice(30));
      const entries = await collect(store.client, { query: `{namespace="${label.namespace}"}`, from, to }, direction);
      const numbers = entries.map(({ line }) => Number(line.split(' ')[0]));
      expect(numbers).toEqual(long.map((_, i) => (direction === 'forward' ? i : 59 - i)));
    }
  );

  it('says so where entries of one time are too long for one answer', async () => {
    const long = Array.from({ length: 60 }, (_, i): Value => [from, `${i} ${'x'.repeat(200_000)}`]);
    await store.push({ namespace: 'same' }, long.slice(0, 30));
    await store.push({ namespace: 'same' }, long.slice(30));
    await expect(collect(store.client, { query: '{namespace="same"}', from, to }, 'forward')).rejects.toThrow(
      `entries and more at ${from} ns: they do not fit into one answer`
    );
  });

  it('splits long spans, in either direction', async () => {
    const sliceNs = 60_000_000n;
    for (const direction of ['forward', 'backward'] as const) {
      const entries = await collect(store.client, { query, from, to: from + 200_000_000n }, direction, { sliceNs });
      expect(entries).toHaveLength(4000);
      expect(entries[0]?.ns).toBe(direction === 'forward' ? from : from + 199_000_000n);
    }
  });

  it('reads the first pages of the next ranges side by side, and gives them in order', async () => {
    const ranges = [3n, 2n, 1n, 0n].map((i) => ({
      ...{ query, from: from + i * 50_000_000n, to: from + (i + 1n) * 50_000_000n },
    }));
    const entries: Entry[] = [];
    for await (const page of pagesAhead(store.client, ranges, 'backward')) {
      page.forEach((entry) => entries.push(entry));
    }
    expect(entries.map(identity)).toEqual((await collect(store.client, { query, from, to }, 'backward')).map(identity));
  });

  it('asks about one moment of a metric query in a range of one step, so that Loki does not split it by the hour', async () => {
    const moment = to - (to % 1_000_000n) + 7_000_000n;
    const asked: string[] = [];
    const client = new QueryClient({
      ...store.connection,
      request(method, path, options) {
        asked.push(`${path} ${String(options?.query?.start)} ${String(options?.query?.end)}`);
        return store.connection.request(method, path, options);
      },
    });
    const samples = await client.instant(`sum by (app) (count_over_time(${query} [2h]))`, moment);
    expect(samples.map(({ value }) => value)).toEqual([2000, 2000]);
    expect(asked).toEqual([`/loki/api/v1/query_range ${moment} ${moment}`]);
  });

  it('asks long queries in the body', async () => {
    const long = `${query} | pod=~"${Array.from({ length: 500 }, (_, i) => `p${i}`).join('|')}"`;
    expect((await store.client.page({ query: long, from, to }, 'forward', 10)).entries).toHaveLength(10);
  });

  it('can be left in the middle', async () => {
    for await (const page of pages(store.client, { query, from, to }, 'forward')) {
      expect(page.length).toBeGreaterThan(0);
      break;
    }
  });

  it('passes on what Loki has against a query', async () => {
    const page = store.client.page({ query: '{', from, to }, 'forward', 10);
    await expect(page).rejects.toThrow(LokiRefusal);
    await expect(page).rejects.toMatchObject({ status: 400, text: expect.stringContaining('parse error') });
  });
});

describe('what answers badly', () => {
  const answers: Array<[status: number, body: string]> = [];
  let server: TestServer;
  const range = { query: '{a="b"}', from: 0n, to: 1n };
  let client: QueryClient;

  beforeAll(async () => {
    server = await serve(() => {
      const [status, body] = answers.shift() ?? [500, 'no more answers'];
      return { status, body };
    });
    client = new QueryClient(connectLoki({ url: server.url }), { retryAfterMs: [1, 1] });
  });
  afterAll(async () => {
    await client.connection.close();
    await server.close();
  });

  it('is asked again when it is overloaded, but not for ever', async () => {
    const good = JSON.stringify({ status: 'success', data: { resultType: 'streams', result: [] } });
    answers.push([429, 'too many outstanding requests'], [503, ''], [200, good]);
    expect((await client.page(range, 'forward', 1)).entries).toEqual([]);
    answers.push([500, 'a'], [500, 'b'], [500, 'c']);
    await expect(client.page(range, 'forward', 1)).rejects.toMatchObject({ status: 500, text: 'c' });
  });

  it.each([
    ['<html>', /not an answer of Loki: no JSON, but "<html>"/],
    ['{"status":"error"}', /status is not "success"/],
    ['{"status":"success","data":{"resultType":"matrix"}}', /no streams/],
    [
      '{"status":"success","data":{"resultType":"streams","result":[{"stream":{},"values":[[1,"x"]]}]}}',
      /no \[time, line\]/,
    ],
    [
      '{"status":"success","data":{"resultType":"streams","result":[{"stream":{"a":1},"values":[]}]}}',
      /label a is no text/,
    ],
  ])('%s is refused', async (body, message) => {
    answers.push([200, body]);
    await expect(client.page(range, 'forward', 1)).rejects.toThrow(message);
  });
});
