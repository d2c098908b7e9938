import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { labelsOf, noLabels } from '../../common/labels';
import { defaultLimits, type Limits } from '../../common/limits';
import { encodeMetadata, encodeValue } from '../../storage/entry';
import { LogStorage } from '../../storage/log-storage';
import type { MetricExpr } from '../syntax/ast';
import { alignedSteps, formatFloat, runInstantQuery, runRangeQuery } from './metric-query';
import { parseQuery } from '../syntax/parse';
import { QueryContext } from '../pipeline/query-context';

const second = 1_000_000_000n;
const start = 1_795_481_040n * second;

describe('metric queries', () => {
  let dir: string;
  let storage: LogStorage;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'afterlog-metrics-'));
    storage = await LogStorage.open(dir);
    // h1: an entry every ten seconds for two minutes, n = 0 … 11; h2: every thirty seconds, n = 100 … 103.
    await write({ app: 'x', host: 'h1' }, 12, 10, (i) => `n=${i} took=${i}s size=${i}KB kind=${['a', 'b'][i % 2]}`);
    await write({ app: 'x', host: 'h2' }, 4, 30, (i) => `n=${100 + i} took=1ms size=1B kind=b`);
    await write({ app: 'bad' }, 2, 10, (i) => (i === 0 ? 'n=1' : 'n=oops'));
    await write({ app: 'counter' }, 6, 10, (i) => `n=${[1, 5, 9, 2, 4, 8][i]}`);
  });

  afterAll(async () => {
    await storage.close();
    await rm(dir, { recursive: true });
  });

  async function write(labels: Record<string, string>, count: number, every: number, lineOf: (i: number) => string) {
    const entries = Array.from({ length: count }, (_, i) => ({
      time: start + BigInt(i * every) * second,
      value: encodeValue(encodeMetadata(noLabels), Buffer.from(lineOf(i))),
      size: 1,
    }));
    await storage.append([{ stream: storage.stream(labelsOf(Object.entries(labels))), entries }]);
  }

  const context = (limits: Partial<Limits> = {}) =>
    new QueryContext(storage, { ...defaultLimits, ...limits }, new AbortController().signal);
  const metric = (query: string) => parseQuery(query) as MetricExpr;

  /** At `start` plus so many seconds: the labels' values joined, and the value. */
  async function at(query: string, seconds: number, limits?: Partial<Limits>): Promise<unknown> {
    const { result, resultType } = await runInstantQuery(
      context(limits),
      metric(query),
      start + BigInt(seconds) * second
    );
    return resultType === 'scalar'
      ? result[1]
      : result.map((item) => [...Object.values(item.metric), item.value[1]].join(' '));
  }

  it.each([
    ['count_over_time({app="x"}[1m])', ['x h1 6', 'x h2 2']],
    ['rate({app="x"}[1m])', ['x h1 0.1', 'x h2 0.03333333333333333']],
    ['bytes_over_time({app="x", host="h2"}[1m])', ['x h2 58']],
    ['sum(bytes_rate({app="x", host="h2"}[1m]))', ['0.9666666666666667']],
    ['absent_over_time({app="x"}[1m])', []],
    ['absent_over_time({app="none", host=~"h"}[1m])', ['none 1']],
    ['sum by (host) (sum_over_time({app="x"} | logfmt | unwrap n [1m]))', ['h1 51', 'h2 205']],
    ['avg_over_time({app="x"} | logfmt | unwrap n [1m]) by (host)', ['h1 8.5', 'h2 102.5']],
    ['min_over_time({app="x"} | logfmt | unwrap n [1m]) by (host)', ['h1 6', 'h2 102']],
    ['max_over_time({app="x"} | logfmt | unwrap n [1m]) by (host)', ['h1 11', 'h2 103']],
    ['first_over_time({app="x"} | logfmt | unwrap n [1m]) by (host)', ['h1 6', 'h2 102']],
    ['last_over_time({app="x"} | logfmt | unwrap n [1m]) by (host)', ['h1 11', 'h2 103']],
    ['stdvar_over_time({host="h1"} | logfmt | unwrap n [1m]) by (app)', ['x 2.9166666666666665']],
    ['quantile_over_time(0.5, {host="h1"} | logfmt | unwrap n [1m]) by (host)', ['h1 8.5']],
    ['quantile_over_time(0.9, {host="h1"} | logfmt | unwrap n [1m]) by (host)', ['h1 10.5']],
    ['quantile_over_time(1.1, {host="h1"} | logfmt | unwrap n [1m]) by (host)', ['h1 +Inf']],
    ['sum(sum_over_time({host="h1"} | logfmt | unwrap duration(took) [1m]))', ['51']],
    ['sum(sum_over_time({host="h1"} | logfmt | unwrap bytes(size) [1m]))', ['51000']],
    ['sum(sum_over_time({host="h1"} | logfmt | unwrap n | n > 9 [1m]))', ['21']],
    ['sum(count_over_time({app="x"}[1m] offset 1m))', ['8']],
    ['sum by (kind) (count_over_time({app="x"} | logfmt [1m]))', ['a 3', 'b 5']],
    ['sum without (host, n, took, size) (count_over_time({app="x"} | logfmt [1m]))', ['x a 3', 'x b 5']],
    ['avg(count_over_time({app="x"}[1m]))', ['4']],
    ['stddev(count_over_time({app="x"}[1m]))', ['2']],
    ['count(count_over_time({app="x"}[1m]))', ['2']],
    ['min(count_over_time({app="x"}[1m])) + max(count_over_time({app="x"}[1m]))', ['8']],
    ['topk(1, count_over_time({app="x"}[1m]))', ['x h1 6']],
    ['bottomk(1, count_over_time({app="x"}[1m]))', ['x h2 2']],
    ['sort(count_over_time({app="x"}[1m]))', ['x h2 2', 'x h1 6']],
    ['sort_desc(count_over_time({app="x"}[1m]))', ['x h1 6', 'x h2 2']],
    ['sum by (host) (count_over_time({app="x"}[1m])) > 2', ['h1 6']],
    ['2 < sum by (host) (count_over_time({app="x"}[1m]))', ['h1 6']],
    ['sum by (host) (count_over_time({app="x"}[1m])) > bool 2', ['h1 1', 'h2 0']],
    ['sum by (host) (count_over_time({app="x"}[1m])) / 0', ['h1 NaN', 'h2 NaN']],
    ['sum by (host) (count_over_time({app="x"}[1m])) % 4 ^ 2', ['h1 6', 'h2 2']],
    [
      'sum by (host) (count_over_time({app="x"}[1m])) / on () group_left () sum(count_over_time({app="x"}[1m]))',
      ['h1 0.75', 'h2 0.25'],
    ],
    [
      'sum by (host) (count_over_time({app="x"}[1m])) - sum by (host) (count_over_time({app="x"} |= "kind=a" [1m]))',
      ['h1 3'],
    ],
    ['sum by (host) (count_over_time({app="x"}[1m])) and sum by (host) (count_over_time({host="h2"}[1m]))', ['h2 2']],
    [
      'sum by (host) (count_over_time({app="x"}[1m])) unless sum by (host) (count_over_time({host="h2"}[1m]))',
      ['h1 6'],
    ],
    ['sum(count_over_time({app="none"}[1m])) or vector(0)', ['0']],
    ['label_replace(sum by (host) (count_over_time({host="h1"}[1m])), "to", "<$1>", "host", "h(.)")', ['h1 <1> 6']],
    ['1 + 2 * 3', '7'],
    ['vector(2) * 3', ['6']],
    ['2 > bool 3', '0'],
  ])('%s', async (query, expected) => {
    expect(await at(query, 110)).toEqual(expected);
  });

  it('take a window that leaves out its start and has its end', async () => {
    expect(await at('count_over_time({host="h1"}[10s])', 20)).toEqual(['x h1 1']);
    expect(await at('count_over_time({host="h1"}[10s])', 19)).toEqual(['x h1 1']);
    expect(await at('count_over_time({host="h1"}[11s])', 20)).toEqual(['x h1 2']);
  });

  it('follow a counter over its restarts', async () => {
    const [rate] = (await at('rate_counter({app="counter"} | logfmt | unwrap n [1m])', 50)) as string[];
    expect(Number(rate?.split(' ')[1])).toBeCloseTo((8 - 1 + 9) / 60, 5);
  });

  it('are evaluated at whole multiples of the step', async () => {
    const steps = alignedSteps(start + 5n * second, start + 65n * second, 30n * second);
    const [series] = await runRangeQuery(context(), metric('count_over_time({host="h1"}[30s])'), steps);
    const seconds = Number(start / second);
    expect(series).toEqual({
      metric: { app: 'x', host: 'h1' },
      values: [
        [seconds, '1'],
        [seconds + 30, '3'],
        [seconds + 60, '3'],
        [seconds + 90, '3'],
      ],
    });
  });

  it('have no value where there was no entry', async () => {
    const steps = alignedSteps(start - 60n * second, start + 180n * second, 60n * second);
    const [series] = await runRangeQuery(context(), metric('rate({host="h1"}[1m])'), steps);
    expect(series?.values.map(([time]) => time - Number(start / second))).toEqual([0, 60, 120]);
  });

  it('end at an entry in error, unless the query says what to do with it', async () => {
    const query = 'sum_over_time({app="bad"} | logfmt | unwrap n';
    await expect(at(`${query} [1m])`, 50)).rejects.toThrow(
      `pipeline error: 'SampleExtractionErr' for series: '{__error__="SampleExtractionErr", __error_details__="strconv.ParseFloat: parsing \\"oops\\": invalid syntax", app="bad", n="oops"}'.\nUse a label filter`
    );
    expect(await at(`${query} | __error__="" [1m])`, 50)).toEqual(['bad 1']);
  });

  it('leave out parsers whose labels nobody asks for, and their errors', async () => {
    expect(await at('sum(count_over_time({app="bad"} | json [1m]))', 50)).toEqual(['2']);
    await expect(at('sum by (n) (count_over_time({app="bad"} | json [1m]))', 50)).rejects.toThrow('JSONParserErr');
  });

  it('end at too many series', async () => {
    await expect(at('count_over_time({app="x"}[1m])', 110, { maxQuerySeries: 1 })).rejects.toThrow(
      'maximum number of series (1) reached for a single query'
    );
  });

  it.each([
    ['sum by (host) (count_over_time({app="x"}[1m])) / count_over_time({app="x"}[1m])', []],
    [
      'count_over_time({app="x"}[1m]) / on (app) count_over_time({host="h1"}[1m])',
      'many-to-one matching must be explicit',
    ],
    [
      'count_over_time({host="h1"}[1m]) / on (app) count_over_time({app="x"}[1m])',
      'found duplicate series on the right hand-side',
    ],
  ])('match one to one: %s', async (query, expected) => {
    const answer = at(query, 110);
    await (Array.isArray(expected)
      ? expect(answer).resolves.toEqual(expected)
      : expect(answer).rejects.toThrow(expected));
  });

  it.each([
    ['sum_over_time({app="x"}[1m])', 'invalid aggregation sum_over_time without unwrap'],
    ['count_over_time({app="x"} | unwrap n [1m])', 'invalid aggregation count_over_time with unwrap'],
    ['sum_over_time({app="x"} | unwrap n [1m]) by (host)', 'grouping not allowed for sum_over_time aggregation'],
    ['quantile_over_time({app="x"} | unwrap n [1m])', 'parameter required for operation quantile_over_time'],
    ['topk(0, rate({app="x"}[1m]))', 'invalid parameter (must be greater than 0) topk(0'],
    ['topk(rate({app="x"}[1m]))', 'parameter required for operation topk'],
    ['sum(2, rate({app="x"}[1m]))', 'unsupported parameter for operation sum(2,'],
    ['sort(rate({app="x"}[1m])) by (host)', "sort and sort_desc doesn't allow grouping by"],
    ['1 and vector(1)', 'unexpected literal for left leg of logical/set binary operation (and): 1.000000'],
    ['label_replace(vector(1), "a", "b", "c", "(")', 'invalid regex in label_replace'],
  ])('are refused: %s', async (query, message) => {
    await expect(at(query, 110)).rejects.toThrow(message);
    await expect(at(query, 110)).rejects.toThrow(expect.objectContaining({ status: 400 }));
  });

  it('end with the client, and with the time that a query may take', async () => {
    const gone = new AbortController();
    gone.abort();
    const query = metric('rate({app="x"}[1m])');
    await expect(runInstantQuery(new QueryContext(storage, defaultLimits, gone.signal), query, start)).rejects.toThrow(
      expect.objectContaining({ status: 499 })
    );
    const hurried = new QueryContext(storage, { ...defaultLimits, queryTimeout: -1 }, new AbortController().signal);
    await expect(runInstantQuery(hurried, query, start)).rejects.toThrow(expect.objectContaining({ status: 504 }));
  });
});

describe('a number', () => {
  it.each([
    [1, '1'],
    [-0.5, '-0.5'],
    [1e21, '1000000000000000000000'],
    [1.5e-7, '0.00000015'],
    [-2e-9, '-0.000000002'],
    [NaN, 'NaN'],
    [-Infinity, '-Inf'],
  ])('%p is written %s', (value, text) => expect(formatFloat(value)).toBe(text));
});
