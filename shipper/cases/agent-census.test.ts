import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { heartbeat, t } from '../../model/cases/testing/records';
import { HEARTBEAT_METADATA, type HeartbeatRecord } from '../../model/records';
import { parseNs } from '../../model/time';
import { type Store, startStore } from '../../pocket-loki';
import { createLogger } from '../common/log';
import { connectLoki, type LokiConnection } from '../loki/connection';
import { QueryClient } from '../loki/query-client';
import { RecordWriter } from '../loki/record-writer';
import { AgentCensus } from './agent-census';

const NOW = parseNs(t('12:00:00')) ?? 0n;
let dir: string;
let store: Store;
let connection: LokiConnection;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'afterlog-census-'));
  store = await startStore({ dir, port: 0, now: () => Number(NOW / 1_000_000n) });
  connection = connectLoki({ url: store.url });
  const writer = new RecordWriter(connection, { logger: createLogger('error'), now: () => NOW });
  const write = (record: HeartbeatRecord) =>
    writer.write({
      ...{ kind: record.kind, cluster: record.cluster, timestamp: parseNs(record.to) ?? 0n },
      line: JSON.stringify(record),
      // As the agent writes it.
      metadata: Object.fromEntries(Object.entries(HEARTBEAT_METADATA).map(([name, field]) => [name, record[field]])),
    });
  const beat = (node: string, to: string, more: object = {}) =>
    write(heartbeat('07:00:00', to, { node, id: `${node}/heartbeat/1`, ...more }));
  beat('node-a', '11:58:00');
  beat('node-b', '11:50:00');
  beat('node-b', '11:55:00', { final: true });
  beat('node-c', '11:50:00', { final: true });
  beat('node-c', '11:51:00', { id: 'node-c/heartbeat/2' });
  await writer.flush();
  await writer.close(0);
});
afterAll(async () => {
  await connection.close();
  await store.close();
  await rm(dir, { recursive: true });
});

test('an agent that stopped in order is silent at once, unless another process follows', async () => {
  const census = new AgentCensus({
    ...{ loki: new QueryClient(connection), cluster: 'c1', logger: createLogger('error'), now: () => NOW },
    nodes: () => ['node-a', 'node-b', 'node-c', 'node-d'],
  });
  await census.count(new AbortController().signal);
  expect(census.silent).toEqual(['node-b', 'node-d']);
  expect(census.reporting).toBe(2);
});
