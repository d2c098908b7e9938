import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStore, type Store, type StoreOptions } from '../../pocket-loki';
import { QueryWorker } from '../../pocket-loki/query/query-worker';
import { until } from '../testkit/until';

const second = 1_000_000_000n;
const now = BigInt(Date.now()) * 1_000_000n;

describe('the embedded store over HTTP', () => {
  let dir: string;
  let store: Store;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'afterlog-store-'));
    store = await startStore({ dir, port: 0 });
  });

  afterEach(async () => {
    await store.close();
    await rm(dir, { recursive: true });
  });

  async function restart(options: Partial<StoreOptions> = {}): Promise<void> {
    await store.close();
    store = await startStore({ dir, port: 0, ...options });
  }

  async function push(stream: Record<string, string>, ...values: unknown[][]): Promise<Response> {
    return fetch(`${store.url}/loki/api/v1/push`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ streams: [{ stream, values }] }),
    });
  }

  async function get(path: string, params: Record<string, string> = {}, init: RequestInit = {}) {
    const response = await fetch(`${store.url}${path}?${new URLSearchParams(params).toString()}`, init);
    const text = await response.text();
    return {
      status: response.status,
      type: response.headers.get('content-type'),
      text,
      json: () => JSON.parse(text) as unknown,
    };
  }

  const api = (path: string, params?: Record<string, string>, init?: RequestInit) =>
    get(`/loki/api/v1/${path}`, params, init);
  const categories = { headers: { 'X-Loki-Response-Encoding-Flags': 'categorize-labels' } };
  const ago = (seconds: number) => `${now - BigInt(seconds) * second}`;

  it('does not take a query process that was ended for one that ran out of memory', async () => {
    await push({ app: 'x' }, [ago(1), 'a=1']);
    const query = '{app="x"}';
    expect((await api('query_range', { query })).status).toBe(200);
    const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(' ').map(Number);
    const worker = children.find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('query-process')) ?? 0;
    process.kill(worker, 'SIGSTOP');
    const run = jest.spyOn(QueryWorker.prototype, 'run');
    const answer = api('query_range', { query });
    await until('the query to be worked on', () => run.mock.calls.length > 0);
    run.mockRestore();
    process.kill(worker, 'SIGTERM'); // it comes to that when it goes on, before any work
    process.kill(worker, 'SIGCONT');
    expect(await answer).toMatchObject({ status: 500, text: expect.stringContaining('ended with SIGTERM') });
    expect((await api('query_range', { query })).status).toBe(200);
  });

  it('answers logs by label sets, or by streams with the labels by where they come from', async () => {
    await push({ app: 'x' }, [ago(2), 'a=1', { pod: 'p' }], [ago(1), 'level=warn']);
    const query = '{app="x"} | logfmt';
    expect((await api('query_range', { query })).json()).toMatchObject({
      status: 'success',
      data: {
        resultType: 'streams',
        result: [
          {
            stream: { a: '1', app: 'x', detected_level: 'unknown', pod: 'p', service_name: 'x' },
            values: [[ago(2), 'a=1']],
          },
          {
            stream: { app: 'x', detected_level: 'warn', level: 'warn', service_name: 'x' },
            values: [[ago(1), 'level=warn']],
          },
        ],
        stats: { summary: { totalLinesProcessed: 2, totalPostFilterLines: 2, totalEntriesReturned: 2 } },
      },
    });
    expect((await api('query_range', { query }, categories)).json()).toMatchObject({
      data: {
        encodingFlags: ['categorize-labels'],
        result: [
          {
            stream: { app: 'x', service_name: 'x' },
            values: [
              [ago(1), 'level=warn', { structuredMetadata: { detected_level: 'warn' }, parsed: { level: 'warn' } }],
              [ago(2), 'a=1', { structuredMetadata: { detected_level: 'unknown', pod: 'p' }, parsed: { a: '1' } }],
            ],
          },
        ],
      },
    });
  });

  it('takes queries as forms', async () => {
    await push({ app: 'x' }, [ago(1), 'a']);
    const answer = await api('query_range', {}, { method: 'POST', body: new URLSearchParams({ query: '{app="x"}' }) });
    expect(answer.json()).toMatchObject({ data: { result: [{ values: [[ago(1), 'a']] }] } });
  });

  it('answers at most so many entries, the newest or the oldest of all streams', async () => {
    for (let i = 0; i < 6; i++) {
      await push({ app: `x${i % 3}` }, [ago(10 - i), `line ${i}`]);
    }
    const lines = async (params: Record<string, string>) => {
      const answer = (await api('query_range', { query: '{app=~"x."}', limit: '2', ...params })).json();
      const { data } = answer as { data: { result: Array<{ values: string[][] }> } };
      return data.result.flatMap(({ values }) => values.map(([, line]) => line)).sort();
    };
    expect(await lines({})).toEqual(['line 4', 'line 5']);
    expect(await lines({ direction: 'forward' })).toEqual(['line 0', 'line 1']);
    expect(await lines({ start: ago(8), end: ago(6), limit: '9' })).toEqual(['line 2', 'line 3']);
    expect(await lines({ interval: '4s', limit: '9' })).toEqual(['line 1', 'line 5']);
  });

  it('answers metrics over time and at one time', async () => {
    await push({ app: 'x' }, [ago(30), 'a'], [ago(20), 'b'], [ago(10), 'c']);
    const query = 'sum(count_over_time({app="x"}[1m]))';
    expect((await api('query', { query, time: `${now}` })).json()).toMatchObject({
      data: { resultType: 'vector', result: [{ metric: {}, value: [Number(now / 1_000_000n) / 1000, '3'] }] },
    });
    const matrix = (await api('query_range', { query, start: ago(0), end: ago(0), step: '60' })).json();
    expect(matrix).toMatchObject({
      data: { resultType: 'matrix', result: [{ metric: {}, values: expect.any(Array) as unknown }] },
    });
    expect((await api('query', { query: '{app="x"}' })).text).toContain(
      'log queries are not supported as an instant query type'
    );
  });

  it('keeps entries, volumes and streams over a restart, each entry once', async () => {
    const values = [
      [ago(2), 'a'],
      [ago(2), 'b'],
      [ago(2), 'a', { pod: 'p' }],
      [ago(2), 'a'],
    ];
    await push({ app: 'x' }, ...values);
    await restart();
    await push({ app: 'x' }, ...values);
    expect((await api('query', { query: 'sum(count_over_time({app="x"}[1m]))' })).json()).toMatchObject({
      data: { result: [{ value: [expect.any(Number) as unknown, '3'] }] },
    });
    expect((await api('index/stats', { query: '{app="x"}' })).json()).toEqual({
      streams: 1,
      chunks: 1,
      bytes: 7,
      entries: 3,
    });
    expect((await get('/metrics')).text).toContain('afterlog_store_duplicate_lines_total 4');
  });

  it('tells labels, values, series, volumes and fields', async () => {
    await push({ app: 'x', job: 'j' }, [ago(2), '{"ms":12,"user":{"id":"u1"}}', { trace: 'tr' }]);
    await push({ app: 'y' }, [ago(7200), 'took=5s ok=true']);
    expect((await api('labels')).json()).toEqual({ status: 'success', data: ['app', 'job', 'service_name'] });
    expect((await api('labels', { since: '3h', query: '{app="y"}' })).json()).toEqual({
      status: 'success',
      data: ['app', 'service_name'],
    });
    expect((await api('label/app/values', { since: '3h' })).json()).toEqual({ status: 'success', data: ['x', 'y'] });
    expect((await api('series', { 'match[]': '{app=~".+"}' })).json()).toEqual({
      status: 'success',
      data: [{ app: 'x', job: 'j', service_name: 'x' }],
    });
    expect((await api('index/volume', { query: '{app=~".+"}', since: '3h' })).json()).toMatchObject({
      data: {
        resultType: 'vector',
        result: [
          { metric: { app: 'x' }, value: [expect.any(Number) as unknown, '35'] },
          { metric: { app: 'y' }, value: [expect.any(Number) as unknown, '15'] },
        ],
      },
    });
    expect((await api('index/volume', { query: '{app="x"}', targetLabels: 'job' })).json()).toMatchObject({
      data: { result: [{ metric: { job: 'j' } }] },
    });
    expect(
      (await api('index/volume_range', { query: '{app="x"}', step: '1h', start: ago(60), end: ago(0) })).json()
    ).toMatchObject({
      data: { resultType: 'matrix', result: [{ metric: { app: 'x' }, values: expect.any(Array) as unknown }] },
    });
    expect((await api('detected_fields', { query: '{app="x"}' })).json()).toEqual({
      fields: [
        { label: 'detected_level', type: 'string', cardinality: 1, parsers: null },
        { label: 'trace', type: 'string', cardinality: 1, parsers: null },
        { label: 'ms', type: 'int', cardinality: 1, parsers: ['json'], jsonPath: ['ms'] },
        { label: 'user_id', type: 'string', cardinality: 1, parsers: ['json'], jsonPath: ['user', 'id'] },
      ],
      limit: 1000,
    });
    expect((await api('detected_field/took/values', { query: '{app="y"}', since: '3h' })).json()).toEqual({
      values: ['5s'],
      limit: 1000,
    });
    expect((await api('detected_labels')).json()).toMatchObject({
      detectedLabels: expect.arrayContaining([{ label: 'app', cardinality: 1 }]) as unknown,
    });
  });

  it('says what it is', async () => {
    expect(await get('/ready')).toMatchObject({ status: 200, text: 'ready\n' });
    expect((await api('status/buildinfo')).json()).toMatchObject({ version: '3.7.6' });
    expect((await api('drilldown-limits')).json()).toMatchObject({
      limits: { max_entries_limit_per_query: 5000, volume_enabled: true },
    });
    await push({ app: 'x' }, ['1', 'old']);
    expect((await get('/metrics')).text).toContain(
      'loki_discarded_samples_total{reason="greater_than_max_sample_age",tenant="fake"} 1'
    );
  });

  it.each([
    ['/loki/api/v1/nosuch', 404, '404 page not found\n'],
    ['/loki/api/v1/patterns', 400, '/loki/api/v1/patterns is not supported by the embedded store\n'],
    ['/loki/api/v1/delete', 400, '/loki/api/v1/delete is not supported by the embedded store\n'],
    ['/otlp/v1/logs', 400, '/otlp/v1/logs is not supported by the embedded store\n'],
    ['/loki/api/v1/push', 405, ''],
    ['/loki/api/v1/query_range', 400, 'parse error : syntax error: unexpected $end\n'],
    ['/loki/api/v1/label/%zz/values', 404, '404 page not found\n'],
  ])('%s is answered with %d', async (path, status, text) => {
    expect(await get(path)).toMatchObject({ status, text });
  });

  it('answers errors as plain text, and refuses ranges that are too long', async () => {
    const answer = await api('query_range', { query: '{app="x"}', start: '1', end: '1795481078' });
    expect(answer).toMatchObject({ status: 400, type: 'text/plain; charset=utf-8' });
    expect(answer.text).toMatch(/^the query time range exceeds the limit \(query length: .*h, limit: 721h\)\n$/);
  });

  it.each([
    ['a page of another origin', { origin: 'http://evil.example' }, 403],
    ['a page that may send without being asked', { 'content-type': 'text/plain' }, 415],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
  ])('refuses a push of %s', async (_, headers, status) => {
    const body = JSON.stringify({ streams: [{ stream: { app: 'x' }, values: [[ago(1), 'a']] }] });
    const init = { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } };
    expect((await fetch(`${store.url}/loki/api/v1/push`, init)).status).toBe(status);
    expect((await api('labels')).json()).toEqual({ status: 'success', data: [] });
  });

  it('refuses a body that is too large, and goes on', async () => {
    await restart({ limits: { maxReceivedSize: 100 } });
    const answer = await push({ app: 'x' }, [ago(1), 'x'.repeat(100)]).then(({ status }) => status);
    expect(answer).toBe(413);
    expect((await push({ app: 'x' }, [ago(1), 'x'])).status).toBe(204);
  });

  it('deletes what is older than its retention, streams with it', async () => {
    await push({ app: 'x' }, [ago(7200), 'old'], [ago(7100), 'old too']);
    await push({ app: 'x' }, [ago(5), 'new']);
    await push({ app: 'gone' }, [ago(7200), 'old']);
    await restart({ retentionMs: 3_600_000 });
    // The deleting comes before every push.
    await push({ app: 'z' }, [ago(1), 'z']);
    expect((await api('label/app/values', { since: '3h' })).json()).toMatchObject({ data: ['x', 'z'] });
    expect((await api('query_range', { query: '{app="x"}', since: '3h' })).json()).toMatchObject({
      data: { result: [{ values: [[ago(5), 'new']] }] },
    });
    expect((await api('index/stats', { query: '{app="x"}', since: '3h' })).json()).toMatchObject({ entries: 1 });
  });

  it('says so where its port or its directory is in use', async () => {
    await expect(startStore({ dir, port: 0 })).rejects.toThrow(`${dir} is in use by another process`);
    const other = await mkdtemp(join(tmpdir(), 'afterlog-store-'));
    await expect(startStore({ dir: other, port: Number(new URL(store.url).port) })).rejects.toThrow('EADDRINUSE');
    await (await startStore({ dir: other, port: 0 })).close();
    await rm(other, { recursive: true });
  });
});
