import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStore, type Store } from '../../pocket-loki';
import { connectLoki, type LokiConnection } from '../loki/connection';
import { QueryClient } from '../loki/query-client';
import { checkStore } from './store-check';

const from = (BigInt(Date.now()) - 60_000n) * 1_000_000n;
const to = from + 10_000_000_000n;

describe('the check of the store', () => {
  const dir = mkdtempSync(join(tmpdir(), 'afterlog-check-'));
  let store: Store;
  let connection: LokiConnection;

  beforeAll(async () => {
    store = await startStore({ dir, port: 0 });
    connection = connectLoki({ url: store.url });
    const line = (offset: bigint, pod: string, restart = '0') => [
      `${from + offset}`,
      `line ${offset}`,
      { pod, restart },
    ];
    const stream = { cluster: 'demo', namespace: 'ns', container: 'c', service_name: 'c' };
    const values = [line(0n, 'a'), line(5n, 'a', '1'), line(to - from - 1n, 'a'), line(7n, 'b')];
    const streams = [
      { stream, values },
      { stream: { cluster: 'demo', service_name: 'afterlog', record: 'container' }, values: [[`${from}`, '{}']] },
      { stream: { ...stream, cluster: 'other' }, values },
    ];
    const { status, body } = await connection.request('POST', '/loki/api/v1/push', {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ streams }),
    });
    expect({ status, body }).toEqual({ status: 204, body: '' });
  });

  afterAll(async () => {
    await connection.close();
    await store.close();
    rmSync(dir, { recursive: true });
  });

  const check = (expected: Record<string, number>) =>
    checkStore(new QueryClient(connection), new Map(Object.entries(expected)), { cluster: 'demo', from, to });

  it('finds nothing where each container run has its lines', async () => {
    const result = await check({
      'ns_a_u1/c/0.log': 2,
      'ns_a_u1/c/1.log': 1,
      'ns_b_u2/c/0.log': 1,
      'ns_b_u2/d/0.log': 0,
    });
    expect(result).toEqual({ expected: 4, found: 4, differences: [] });
  });

  it('finds missing lines, lines too many and containers that the recording does not have', async () => {
    const result = await check({ 'ns_a_u1/c/0.log': 3, 'ns_a_u1/c/1.log': 0 });
    expect(result).toEqual({
      expected: 3,
      found: 4,
      differences: [
        { log: 'ns/a/c/0', expected: 3, found: 2 },
        { log: 'ns/a/c/1', expected: 0, found: 1 },
        { log: 'ns/b/c/0', expected: 0, found: 1 },
      ],
    });
  });
});
