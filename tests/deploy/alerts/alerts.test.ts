import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import { recordLabels } from '../../../model/records';
import { ago, startTestStore, type TestStore } from '../../testkit/store';

const root = join(__dirname, '../../..');
const rulesDir = join(root, 'deploy/helm/afterlog/rules');
const rulesSchema = z.object({
  groups: z.tuple([
    z.object({
      rules: z.array(
        z.object({
          alert: z.string(),
          expr: z.string(),
          labels: z.object({ severity: z.enum(['critical', 'warning', 'info']) }),
          annotations: z.object({ summary: z.string(), runbook_url: z.string() }),
        })
      ),
    }),
  ]),
});
const rulesOf = (file: string) => rulesSchema.parse(parse(readFileSync(join(rulesDir, file), 'utf8'))).groups[0].rules;

test.each(['prometheus.yaml', 'loki.yaml'])('each alert of %s has a runbook of its name', (file) => {
  for (const { alert, annotations } of rulesOf(file)) {
    expect(annotations.runbook_url).toBe(`docs/runbooks/${alert}.md`);
    expect(existsSync(join(root, annotations.runbook_url))).toBe(true);
  }
});

test('the alerts for Grafana ask what those for Loki’s ruler ask', () => {
  const schema = z.object({
    groups: z.tuple([
      z.object({
        rules: z.array(
          z.object({
            title: z.string(),
            labels: z.object({ severity: z.string() }),
            data: z.tuple([z.object({ model: z.object({ expr: z.string() }) }), z.unknown()]),
          })
        ),
      }),
    ]),
  });
  const [group] = schema.parse(parse(readFileSync(join(root, 'provisioning/alerting/afterlog.yaml'), 'utf8'))).groups;
  const asked = group.rules.map(({ title, labels, data }) => [title, labels.severity, `${data[0].model.expr} > 0`]);
  const ruled = rulesOf('loki.yaml').map(({ alert, labels, expr }) => [
    alert,
    labels.severity,
    expr.endsWith('> 0') ? expr : `${expr} > 0`,
  ]);
  expect(asked).toEqual(ruled);
});

const promtool = spawnSync('promtool', ['--version']).error === undefined;
if (!promtool) {
  process.stdout.write('tests/deploy/alerts: the Prometheus rules were not run, promtool was not found\n');
}
(promtool ? describe : describe.skip)('the rules for Prometheus', () => {
  const dir = mkdtempSync(join(tmpdir(), 'afterlog-rules-'));
  afterAll(() => rmSync(dir, { recursive: true }));

  test('fire and clear as they should', () => {
    const tests = readFileSync(join(__dirname, 'prometheus-rules.test.yaml'), 'utf8');
    const file = join(dir, 'tests.yaml');
    writeFileSync(file, tests.replace('RULES', join(rulesDir, 'prometheus.yaml')));
    const ran = spawnSync('promtool', ['test', 'rules', file], { encoding: 'utf8' });
    expect(`${ran.stdout}${ran.stderr}`).toContain('SUCCESS');
    expect(ran.status).toBe(0);
  });
});

describe('the rules for Loki’s ruler', () => {
  let store: TestStore;
  beforeEach(async () => {
    store = await startTestStore();
  });
  afterEach(() => store.close());

  /** The label sets for which an alert fires now. */
  async function firing(alert: string): Promise<Array<Record<string, string>>> {
    const expr = rulesOf('loki.yaml').find((rule) => rule.alert === alert)?.expr ?? '';
    const answer = await store.connection.request('GET', `/loki/api/v1/query?query=${encodeURIComponent(expr)}`);
    const schema = z.object({
      data: z.object({ result: z.array(z.object({ metric: z.record(z.string(), z.string()) })) }),
    });
    return schema.parse(JSON.parse(answer.body)).data.result.map(({ metric }) => metric);
  }
  const push = (kind: string, seconds: number, metadata: Record<string, string>, line = {}) =>
    store.push(recordLabels({ kind, cluster: 'c1', node: metadata.node }), [
      [ago(seconds), JSON.stringify(line), metadata],
    ]);

  test('a lost log fires until it turns out to be there', async () => {
    const lost = { node: 'a', namespace: 'ci', status: 'lost', cause: 'C1' };
    await push('case', 120, { ...lost, delta: '1' });
    await push('case', 120, { ...lost, status: 'complete', delta: '1' });
    expect(await firing('AfterlogLogsLost')).toEqual([{ cluster: 'c1', namespace: 'ci', status: 'lost', cause: 'C1' }]);
    await push('case', 119, { ...lost, delta: '-1' });
    expect(await firing('AfterlogLogsLost')).toEqual([]);
  });

  test('a reclaim fires for its node, image GC for none', async () => {
    await push('gc', 3600, { node: 'old' }, { trigger: 'eviction' });
    await push('gc', 60, { node: 'a' }, { trigger: 'eviction' });
    await push('gc', 60, { node: 'b' }, { trigger: 'image-gc' });
    expect(await firing('AfterlogReclaim')).toEqual([{ cluster: 'c1', node: 'a' }]);
  });

  test('image GC that begins no earlier than the eviction manager fires where that reclaimed, until it begins earlier', async () => {
    for (const [node, image_gc_lead] of Object.entries({ late: '-0.0500', tie: '0.0000', early: '0.1000' })) {
      await push('thresholds', 3600, { node, image_gc_lead });
      await push('gc', 1800, { node }, { trigger: 'eviction' });
    }
    await push('thresholds', 3600, { node: 'calm', image_gc_lead: '-0.0500' });
    await push('thresholds', 3600, { node: 'assumed' });
    await push('gc', 1800, { node: 'assumed' }, { trigger: 'eviction' });
    const nodes = async () => (await firing('AfterlogImageGCTooLate')).map(({ node }) => node).sort();
    expect(await nodes()).toEqual(['late', 'tie']);
    await push('thresholds', 60, { node: 'tie', image_gc_lead: '0.1000' });
    expect(await nodes()).toEqual(['late']);
  });

  test('an agent that was there and is silent fires', async () => {
    await push('heartbeat', 3600, { node: 'silent' });
    await push('heartbeat', 3600, { node: 'b' });
    await push('heartbeat', 60, { node: 'b' });
    expect(await firing('AfterlogAgentSilent')).toEqual([{ cluster: 'c1', node: 'silent' }]);
  });
});
