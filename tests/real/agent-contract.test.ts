import { randomBytes } from 'node:crypto';
import winston from 'winston';
import { QueryClient } from '../../shipper/loki/query-client';
import { connectLoki } from '../../shipper/loki/connection';
import { RecordWriter } from '../../shipper/loki/record-writer';
import type { AgentConfig } from '../../shipper/config/agent-config';
import { AccountedContainer } from '../faults/container';
import { ShiftedClock, startAgentAt } from '../faults/bed';
import { agentConfig, Agents, entriesOf, storedOf } from '../integration/agent-harness';
import { until } from '../testkit/until';
import { criLine, secondsAgo, SimulatedNode } from '../testkit/simulated-node';
import type { TestStore } from '../testkit/store';
import { lokiProgram } from './loki-program';
import { LokiMetrics } from './push-contract/loki-metrics';
import { tenants, type Tenant } from './push-contract/tenants';
import { tenantedLoki, type TenantedLoki } from './store-differential/loki-process';

// The agent against a real Loki whose limits it runs into: what Loki says, what the agent's account says, and what Loki
// itself counts have to agree.
if (!lokiProgram) {
  console.warn('agent-contract: NOT RUN, no Loki whose limits can be chosen: set LOKI_BIN to its binary');
}

const MAX_RECEIVED = 5 * 1024 * 1024;
const HOUR = 3600;

(lokiProgram ? describe : describe.skip)('the agent at the limits of a real Loki', () => {
  const agents = new Agents();
  let loki: TenantedLoki;
  let counted: LokiMetrics;
  let node: SimulatedNode;
  let store: TestStore;
  let tests = 0;

  beforeAll(async () => {
    loki = await tenantedLoki(tenants, MAX_RECEIVED);
    counted = new LokiMetrics(loki.url);
  });
  afterAll(() => loki.stop());
  beforeEach(() => {
    node = new SimulatedNode();
    tests++;
  });
  afterEach(async () => {
    await agents.stopAll();
    await store.close();
    node.remove();
  });

  /** What the tests ask of a tenant's Loki. */
  function storeOf(tenant: Tenant): TestStore {
    const connection = connectLoki({ url: loki.url, tenantId: tenant });
    return {
      url: loki.url,
      connection,
      client: new QueryClient(connection),
      push: () => Promise.reject(new Error('only the agent pushes')),
      close: () => connection.close(),
    };
  }

  function configOf(tenant: Tenant): AgentConfig {
    store = storeOf(tenant);
    const config = agentConfig(node, loki.url);
    config.loki = { url: loki.url, tenantId: tenant };
    return config;
  }

  const container = (pod: string) => new AccountedContainer(node, { namespace: `jobs-${tests}`, pod });
  const contentsOf = async (one: AccountedContainer) => (await storedOf(store, one)).map(({ line }) => line);

  /** All lines are stored once, no gap says anything else. */
  async function expectAllStored(agent: { containerRecords(): unknown[] }, one: AccountedContainer): Promise<void> {
    await until('all lines are stored', async () => (await storedOf(store, one)).length >= one.lines.size, 60_000);
    expect(await contentsOf(one)).toEqual([...one.lines.keys()]);
    await until('acknowledged', () => JSON.stringify(agent.containerRecords()).includes(`"bytesAcked":${one.bytes}`));
  }

  it('204: Loki counts the lines that the agent counts, and discards none', async () => {
    const config = configOf('plain');
    const one = container('plain-0').write(2_000);
    const { agent } = await agents.start(config);
    await expectAllStored(agent, one);
    one.deleteFiles();
    await until('the last container record is written', () => agent.containerRecords().every(({ final }) => final));
    await agents.stop(agent);
    const records = await entriesOf(store, '{service_name="afterlog"}');
    expect(await counted.received('plain')).toBe(2_000 + records.length);
    expect((await agent.metrics.ackedLines.get()).values[0]?.value).toBe(2_000);
  });

  it('401: without a tenant nothing is given up, and with one all of it is sent', async () => {
    const config = configOf('plain');
    const one = container('nobody-0').write(100);
    const first = await agents.start({ ...config, loki: { url: loki.url } });
    await until('Loki said no', () => first.said().includes('401'));
    expect(first.agent.containerRecords()).toMatchObject([{ linesAcked: 0, gaps: [] }]);
    await agents.stop(first.agent);
    const { agent } = await agents.start(config);
    await expectAllStored(agent, one);
  });

  it('404: a wrong path is a mistake of configuration, which costs no log', async () => {
    const config = configOf('plain');
    const one = container('astray-0').write(100);
    const first = await agents.start({ ...config, loki: { url: `${loki.url}/none`, tenantId: 'plain' } });
    await until('Loki said no', () => first.said().includes('404'));
    await agents.stop(first.agent);
    const { agent } = await agents.start(config);
    await expectAllStored(agent, one);
  });

  it('260: blocked ingestion is no success; what waited is stored when it is unblocked', async () => {
    const config = configOf('blocked');
    const one = container('blocked-0').write(100);
    const { agent, said } = await agents.start(config);
    await until('Loki blocked it', () => said().includes('260'));
    expect(agent.containerRecords()).toMatchObject([{ linesAcked: 0, gaps: [] }]);
    expect(await counted.discarded('blocked', 'blocked_ingestion')).toBeGreaterThan(0);
    const { block_ingestion_until: _until, ...free } = tenants.blocked;
    await loki.override({ ...tenants, blocked: free });
    await expectAllStored(agent, one);
  });

  it.each<[number, string, () => string]>([
    [413, 'over the wire', () => randomBytes(60_000).toString('base64')],
    [500, 'to the ingester', () => 'z'.repeat(80_000)],
  ])('%d: requests that are too large %s are split until they pass', async (status, _where, line) => {
    const config = configOf('large');
    config.batch.size = 9 * 1024 * 1024;
    const one = container(`large-${status}`);
    for (let i = 0; i < 110; i++) {
      one.append(criLine(secondsAgo(1) + BigInt(i), `${i} ${line()}`));
    }
    const { agent, said } = await agents.start(config);
    await until('acknowledged', () => agent.containerRecords()[0]?.bytesAcked === one.bytes, 30_000);
    expect(said()).toContain(`"answer":"${status} `);
    expect(agent.containerRecords()).toMatchObject([{ linesAcked: 110, gaps: [] }]);
    const count = `sum(count_over_time({namespace="${one.namespace}"}[1h]))`;
    expect(await store.client.instant(count, secondsAgo(0))).toMatchObject([{ value: 110 }]);
  });

  it('429 of the tenant: what is over the rate waits, and nothing is lost', async () => {
    const config = configOf('slow');
    config.batch.size = 32 * 1024;
    const one = container('slow-0').write(4_000);
    const { agent } = await agents.start(config);
    await expectAllStored(agent, one);
    expect(await counted.discarded('slow', 'rate_limited')).toBeGreaterThan(0);
    expect(agent.containerRecords()).toMatchObject([{ linesAcked: 4_000, gaps: [] }]);
  });

  it('429 of a stream: it waits, the others do not, and nothing is lost', async () => {
    const config = configOf('narrow');
    config.batch.size = 32 * 1024;
    const noisy = container('noisy-0').write(6_000);
    const quiet = container('quiet-0').write(50);
    const { agent } = await agents.start(config);
    await expectAllStored(agent, quiet);
    await expectAllStored(agent, noisy);
    expect(await counted.discarded('narrow', 'per_stream_rate_limit')).toBeGreaterThan(0);
    expect(agent.containerRecords().map(({ gaps }) => gaps)).toEqual([[], []]);
  });

  // Requests of the default size are larger than these bursts: as they are they would be refused for ever.
  it.each<[Tenant, lines: number, bytes: number]>([
    ['tight', 4_000, 120],
    ['tight', 4, 150_000],
    ['tightest', 1_000, 120],
    ['thin', 4_000, 120],
    ['thin', 4, 150_000],
  ])(
    '429 of a burst below the size of a batch, %s, %i lines of %i bytes: all is stored',
    async (tenant, lines, bytes) => {
      const config = configOf(tenant);
      const one = container(`${tenant}-${bytes}-0`);
      for (let line = 0; line < lines; line++) {
        one.append(criLine(secondsAgo(600 - line / 10), `${line} ${'x'.repeat(bytes)}`));
      }
      const { agent } = await agents.start(config);
      await until('Loki has all', () => agent.unacked === 0 && agent.containerRecords().length === 1, 90_000);
      expect(agent.containerRecords()).toMatchObject([{ linesAcked: lines, gaps: [] }]);
    },
    120_000
  );

  it.each<Tenant>(['tight', 'thin'])(
    'records above the burst of %s are stored in smaller requests',
    async (tenant) => {
      store = storeOf(tenant);
      const writer = new RecordWriter(store.connection, {
        logger: winston.createLogger({ silent: true }),
        backoffMs: { min: 50, max: 500 },
      });
      for (let i = 0; i < 100; i++) {
        const line = JSON.stringify({ id: `${tests}-${i}`, text: 'x'.repeat(5_000) });
        writer.write({ kind: 'pod', cluster: 'c1', timestamp: secondsAgo(60) + BigInt(i), line, metadata: {} });
      }
      await writer.flush();
      expect(writer.statistics).toMatchObject({ acknowledged: 100, refused: 0 });
      await writer.close(0);
    },
    120_000
  );

  it('429 of the number of streams: streams that are there go on, new ones wait for a higher limit', async () => {
    const config = configOf('few');
    const containers = Array.from({ length: 9 }, (_, i) => container(`few${i}-0`).write(20));
    const { agent, said } = await agents.start(config);
    await until('Loki refused a stream', () => said().includes('maximum active stream limit'), 20_000);
    await until('the others are stored', () => agent.containerRecords().some(({ linesAcked }) => linesAcked === 20));
    expect(agent.containerRecords().some(({ linesAcked }) => linesAcked === 0)).toBe(true);
    expect(await counted.discarded('few', 'stream_limit')).toBeGreaterThan(0);
    await loki.override({ ...tenants, few: { ...tenants.few, max_global_streams_per_user: 100 } });
    for (const one of containers) {
      await expectAllStored(agent, one);
    }
  });

  it('400 max_line_size: the agent cuts lines to the limit that it knows, and Loki discards none', async () => {
    const config = configOf('short');
    config.limits['max-line-size'] = 1024;
    const one = container('short-0').write(20, 5);
    one.append(criLine(secondsAgo(4), 'long '.repeat(1_000))).write(20);
    const discarded = await counted.discarded('short', 'line_too_long');
    const { agent } = await agents.start(config);
    await until('it is through', () => agent.unacked === 0 && agent.containerRecords()[0]?.linesAcked === 41);
    expect((await contentsOf(one)).join('')).toBe([...one.lines.keys()].join(''));
    expect(await counted.discarded('short', 'line_too_long')).toBe(discarded);
  });

  it('400 max_line_size: lines over a limit that it does not know are counted, the others stored', async () => {
    const config = configOf('short');
    const one = container('long-0').write(20, 5);
    one.append(criLine(secondsAgo(4), 'x'.repeat(2_000))).write(20);
    const { agent } = await agents.start(config);
    await until('it is through', () => agent.unacked === 0 && agent.containerRecords()[0]?.linesSeen === 41);
    expect(await contentsOf(one)).toEqual([...one.lines.keys()].filter((line) => line.length < 1_000));
    expect(agent.containerRecords()).toMatchObject([
      { linesAcked: 40, gaps: [{ reason: 'refused', lines: 1, detail: expect.stringContaining('max entry size') }] },
    ]);
    expect(await counted.discarded('short', 'line_too_long')).toBeGreaterThan(0);
  });

  it('400 too old: lines over an age that it does not know are counted, the others stored', async () => {
    const config = configOf('stale');
    const one = container('stale-0')
      .write(30, 2.5 * HOUR)
      .write(20);
    const { agent } = await agents.start(config);
    await until('it is through', () => agent.unacked === 0 && agent.containerRecords()[0]?.linesSeen === 50);
    expect(await contentsOf(one)).toEqual([...one.lines.keys()].slice(30));
    expect(agent.containerRecords()).toMatchObject([{ linesAcked: 20, gaps: [{ reason: 'refused', lines: 30 }] }]);
    expect(await counted.discarded('stale', 'greater_than_max_sample_age')).toBeGreaterThanOrEqual(30);
  });

  it('400 too new: lines of a clock ahead wait until Loki takes them', async () => {
    const config = configOf('plain');
    const one = container('ahead-0').write(20, -(10 * 60 + 3));
    const { agent, said } = await agents.start(config);
    await until('Loki said no', () => said().includes('timestamp too new'));
    await expectAllStored(agent, one);
    expect(agent.containerRecords()).toMatchObject([{ linesAcked: 20, gaps: [] }]);
  });

  it("400 too far behind: what another node's lines made too late is counted, and what can be stored is", async () => {
    const config = configOf('plain');
    const ahead = container('behind-b2222').write(10);
    const first = await agents.start(config);
    await expectAllStored(first.agent, ahead);
    await agents.stop(first.agent);
    const other = new SimulatedNode();
    const one = new AccountedContainer(other, { namespace: `jobs-${tests}`, pod: 'behind-c2222' });
    one.write(15, 2 * HOUR);
    // This node's clock is two hours late: its lines are fresh to it.
    const agent = await startAgentAt(new ShiftedClock(-2 * HOUR), {
      ...config,
      logs: { ...config.logs, dir: other.logs },
      state: { dir: other.state },
    });
    await until('it is through', () => agent.unacked === 0 && agent.containerRecords()[0]?.linesSeen === 15);
    const stored = await contentsOf(one);
    const refused = agent.containerRecords()[0]?.gaps.reduce((sum, { lines }) => sum + (lines ?? NaN), 0);
    expect({ linesAcked: agent.containerRecords()[0]?.linesAcked, refused }).toEqual({
      linesAcked: stored.length,
      refused: 15 - stored.length,
    });
    expect(await counted.discarded('plain', 'too_far_behind')).toBeGreaterThanOrEqual(15 - stored.length);
    await agent.stop({ graceMs: 500 });
    other.remove();
  });

  it.each<[Tenant, string, RegExp]>([
    ['labelled', 'max_label_names_per_series', /max_label_names_per_series/],
    ['laconic', 'label_value_too_long', /max_label_value_length/],
    ['strict', 'missing_enforced_labels', /--stream.labels/],
    ['terse', 'structured_metadata_too_many', /max_structured_metadata_entries_count/],
    ['slim', 'structured_metadata_too_large', /max_structured_metadata_size/],
    ['bare', 'disallowed_structured_metadata', /allow_structured_metadata/],
  ])(
    '400 of the tenant "%s": a limit on labels or metadata costs no line: all waits, with what to do, until it is raised',
    async (tenant, discarded, advice) => {
      const config = configOf(tenant);
      config.listen = '127.0.0.1:0';
      const one = container('a-name-longer-than-ten-0').write(10);
      const { agent, said } = await agents.start(config);
      const ready = () => fetch(`http://127.0.0.1:${agent.port}/ready`);
      await until('it is reported', () => advice.test(said()));
      await until('it is not ready', async () => advice.test(await (await ready()).text()));
      expect((await ready()).status).toBe(503);
      expect(agent.containerRecords()).toMatchObject([
        { linesAcked: 0, bytesAcked: 0, bytesSeen: one.bytes, gaps: [] },
      ]);
      expect(await counted.discarded(tenant, discarded)).toBeGreaterThanOrEqual(10);
      await loki.override({ ...tenants, [tenant]: tenants.plain });
      await expectAllStored(agent, one);
      expect(agent.containerRecords()).toMatchObject([{ linesAcked: 10, gaps: [] }]);
      await until('it is ready', async () => (await ready()).ok);
      await agents.stop(agent);
      await loki.override(tenants);
    }
  );
});
