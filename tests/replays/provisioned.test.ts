import * as z from 'zod';
import type { CaseJson } from '../../shipper/lookup/case-text';
import { PATIENCE_MS, Replayed } from '../testkit/replayed';
import { until } from '../testkit/until';
import { lokiProgram } from '../real/loki-program';
import { rulingLoki } from '../real/store-differential/loki-process';
import { interpolated, lokiQueries, lokiRules, type PanelQuery } from '../provisioned/provisioned';

const HOUR_S = 3600;
const RANGE_S = 12 * HOUR_S;
const MINUTE_MS = 60_000;
const vector = z.object({
  data: z.object({
    result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) })),
  }),
});
const matrix = z.object({
  data: z.object({
    result: z.array(
      z.object({
        metric: z.record(z.string(), z.string()),
        values: z.array(z.tuple([z.number(), z.string()])),
      })
    ),
  }),
});

async function ask(url: string, path: 'query' | 'query_range', params: Record<string, string>): Promise<unknown> {
  const answer = await fetch(`${url}/loki/api/v1/${path}?${new URLSearchParams(params).toString()}`);
  const text = await answer.text();
  if (answer.status !== 200) {
    throw new Error(`${params.query}: ${answer.status} ${text.slice(0, 300)}`);
  }
  return JSON.parse(text);
}

/** What a query answers for the twelve hours until now: values by their labels. */
async function values(url: string, { expr, queryType }: PanelQuery): Promise<Map<string, number>> {
  const query = interpolated(expr, RANGE_S, 'hour');
  const nowS = Math.ceil(Date.now() / 1000);
  const labels = (metric: Record<string, string>) => Object.values(metric).sort().join(' ');
  if (queryType === 'instant') {
    const { result } = vector.parse(await ask(url, 'query', { query, time: `${nowS}` })).data;
    return new Map(result.map(({ metric, value }) => [labels(metric), Number(value[1])]));
  }
  const step = `${RANGE_S}s`;
  const answer = await ask(url, 'query_range', { query, start: `${nowS}`, end: `${nowS}`, step });
  const isLog = z.object({ data: z.object({ resultType: z.literal('streams') }) }).safeParse(answer).success;
  return isLog
    ? new Map()
    : new Map(matrix.parse(answer).data.result.map(({ metric, values: [one] }) => [labels(metric), Number(one?.[1])]));
}

const queries = lokiQueries();
const queryOf = (title: string) => queries.filter((query) => query.title === title);

function countBy<T>(list: readonly T[], keyOf: (one: T) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const one of list) {
    counts.set(keyOf(one), (counts.get(keyOf(one)) ?? 0) + 1);
  }
  return counts;
}
const sorted = (counts: Map<string, number>) => [...counts].filter(([, count]) => count !== 0).sort();
const words = (...texts: Array<string | null>) =>
  texts
    .map((text) => text ?? '')
    .sort()
    .join(' ');

describe.each([
  // By hand from the recordings' README.md: what the kubelet log says of reclaims, and Evicted Events of running pods.
  { recording: 'disk-pressure', speed: '100', reclaims: 2, removed: 41, evicted: 0, isLate: true },
  { recording: 'disk-pressure-1.36', speed: '20', reclaims: 6, removed: 90, evicted: 3, isLate: false },
])('the recording $recording', ({ recording, speed, reclaims, removed, evicted, isLate }) => {
  const replayed = new Replayed();
  beforeAll(async () => {
    await replayed.playInto('--recording', recording, '--speed', speed);
    await replayed.listed(5 * MINUTE_MS);
  }, PATIENCE_MS);
  afterAll(() => replayed.close());

  test.each(queries)('$dashboard: "$title" ($refId) is answered', async (query) => {
    await values(replayed.url, query);
  });

  test.each(['Logs lost or with gaps', 'Logs lost or partial'])('"%s" are those of `afterlog cases`', async (title) => {
    const [query] = queryOf(title);
    const lacking = replayed.cases.filter(({ status }) => ['lost', 'partial'].includes(status));
    expect(lacking.length).toBeGreaterThan(0);
    expect([...(await values(replayed.url, query!)).values()]).toEqual([lacking.length]);
  });

  test('"Lost-log cases" counts as `afterlog cases` does', async () => {
    const [query] = queryOf('Lost-log cases');
    expect(sorted(await values(replayed.url, query!))).toEqual(
      sorted(countBy(replayed.cases, ({ namespace, status, cause }) => words(namespace, status, cause)))
    );
  });

  test('"Lost-log cases by cause" counts as `afterlog cases` does', async () => {
    const [query] = queryOf('Lost-log cases by cause');
    expect(sorted(await values(replayed.url, query!))).toEqual(
      sorted(countBy(replayed.cases, ({ cause }) => words(cause)))
    );
  });

  test('what reclaims removed is what the kubelet log says', async () => {
    const sums = async (title: string) =>
      Promise.all(
        queryOf(title).map(async (query) =>
          [...(await values(replayed.url, query)).values()].reduce((a, b) => a + b, 0)
        )
      );
    expect(await sums('Reclaims')).toEqual([reclaims]);
    expect(await sums('Containers removed')).toEqual([removed]);
    expect(await sums('Containers removed by reclaims')).toEqual([removed, removed]);
    expect(await sums('Nodes with most containers removed')).toEqual([removed]);
    expect(await sums('Pods evicted')).toEqual([evicted]);
  });

  describe('the alerts for Loki’s ruler', () => {
    /** When an alert fires, for each of its label sets: minutes after the recording's first removed log. */
    async function firing(alert: string): Promise<Array<{ labels: string; minutes: number[] }>> {
      const expr = lokiRules().rules.find((rule) => rule.alert === alert)?.expr ?? '';
      const removed = replayed.cases.flatMap(({ at }) => (at === null ? [] : [Date.parse(at)]));
      const firstS = Math.floor(Math.min(...removed) / 1000);
      const params = { query: expr, start: `${firstS - 5 * 60}`, end: `${firstS + HOUR_S}`, step: '60s' };
      const { result } = matrix.parse(await ask(replayed.url, 'query_range', params)).data;
      return result.map(({ metric, values: points }) => ({
        labels: words(...Object.values(metric)),
        minutes: points.map(([time]) => Math.round((time - firstS) / 60)),
      }));
    }
    /** Without a pause, and no longer than so. */
    const isWithin = (minutes: number[], mostMinutes: number) =>
      minutes.length > 0 &&
      minutes.every((minute, i) => i === 0 || minute === (minutes[i - 1] ?? 0) + 1) &&
      minutes.length <= mostMinutes;

    test('AfterlogLogsLost fires for what `afterlog cases` lists, and clears a quarter of an hour after the last', async () => {
      const lost = replayed.cases.filter(({ status }) => ['lost', 'partial'].includes(status));
      const expected = new Set(
        lost.map(({ cluster, namespace, status, cause }) => words(cluster, namespace, status, cause))
      );
      const fired = await firing('AfterlogLogsLost');
      expect(fired.map(({ labels }) => labels).sort()).toEqual([...expected].sort());
      const moments = lost.map(({ at }) => Date.parse(at ?? '') / MINUTE_MS);
      const mostMinutes = Math.max(...moments) - Math.min(...moments) + 16;
      expect(fired.filter(({ minutes }) => !isWithin(minutes, mostMinutes))).toEqual([]);
    });

    test('AfterlogReclaim fires for the node and clears', async () => {
      const fired = await firing('AfterlogReclaim');
      expect(fired).toHaveLength(1);
      expect(fired[0]?.minutes.at(-1)).toBeLessThan(60);
    });

    test('AfterlogImageGCTooLate fires where image GC begins at or above the threshold', async () => {
      // Image GC from 85 % and eviction from 15 % free on; of 1.36 image GC from 30 %.
      expect(await firing('AfterlogImageGCTooLate')).toHaveLength(isLate ? 1 : 0);
    });

    test('AfterlogAgentSilent fires once the recording is over', async () => {
      const [fired] = await firing('AfterlogAgentSilent');
      expect(fired?.minutes.at(-1)).toBeGreaterThanOrEqual(60); // the last step may lie beyond the end
    });
  });
});

/** Takes back cases, as the watch does where later records change them. */
async function amend(url: string, cases: readonly CaseJson[]): Promise<void> {
  const values = cases.map(({ id, at, namespace, status, cause }) => [
    `${Date.parse(at ?? '')}000000`,
    JSON.stringify({ id, delta: -1 }),
    { namespace, status, cause: cause ?? '', delta: '-1' },
  ]);
  const stream = { service_name: 'afterlog', record: 'case', cluster: 'demo' };
  const answer = await fetch(`${url}/loki/api/v1/push`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ streams: [{ stream, values }] }),
  });
  expect(answer.status).toBe(204);
}

if (lokiProgram === undefined) {
  process.stdout.write('tests/replays: no real ruler evaluated the alerts: set LOKI_BIN to Loki’s binary\n');
}
(lokiProgram === undefined ? describe.skip : describe)('a real Loki’s ruler', () => {
  const replayed = new Replayed();
  beforeAll(async () => {
    const { url, stop } = await rulingLoki(lokiRules().text);
    await replayed.playAt({ url, close: stop });
    await replayed.listed(5 * MINUTE_MS);
  }, PATIENCE_MS);
  afterAll(() => replayed.close());

  const ruleSchema = z.object({
    ...{ name: z.string(), health: z.string(), lastError: z.string().optional(), state: z.string() },
  });
  const groupsSchema = z.object({
    data: z.object({ groups: z.array(z.object({ rules: z.array(ruleSchema) })) }),
  });
  async function rules(): Promise<Map<string, z.infer<typeof ruleSchema>>> {
    const answer = await fetch(`${replayed.url}/prometheus/api/v1/rules`);
    const { groups } = groupsSchema.parse(await answer.json()).data;
    return new Map(groups.flatMap((group) => group.rules).map((rule) => [rule.name, rule]));
  }
  const isFiring = async (alert: string) => (await rules()).get(alert)?.state === 'firing';

  test('loads each rule, and evaluates it without an error', async () => {
    const names = lokiRules().rules.map(({ alert }) => alert);
    await until('each rule to be evaluated', async () => {
      const loaded = await rules();
      return names.every((name) => loaded.get(name)?.health === 'ok');
    });
    expect([...(await rules()).values()].filter(({ lastError }) => lastError)).toEqual([]);
  });

  test('fires for the recording, and clears when the last case turns out to be there', async () => {
    await until('the alerts of the recording', async () =>
      (await Promise.all(['AfterlogLogsLost', 'AfterlogReclaim', 'AfterlogImageGCTooLate'].map(isFiring))).every(
        Boolean
      )
    );
    expect(await isFiring('AfterlogAgentSilent')).toBe(false);
    await amend(
      replayed.url,
      replayed.cases.filter(({ status }) => status === 'lost')
    );
    await until('AfterlogLogsLost to clear', async () => !(await isFiring('AfterlogLogsLost')));
  });
});
