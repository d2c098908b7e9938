import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStore, type StoreOptions } from '../../pocket-loki';
import { connectLoki, type LokiConnection } from '../../shipper/loki/connection';
import { QueryClient } from '../../shipper/loki/query-client';
import { realLoki } from '../real/store-differential/loki-process';

export type Value = [ns: bigint, line: string, metadata?: Record<string, string>];

/** The embedded store on a free port, with what a test needs to fill and to ask it. */
export interface TestStore {
  url: string;
  connection: LokiConnection;
  client: QueryClient;
  push(labels: Record<string, string>, values: Value[]): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts the embedded store, or, with a Loki's program in `LOKI_BIN`, that Loki, where no option is only the store's.
 */
export async function startTestStore(options: Partial<StoreOptions> = {}): Promise<TestStore> {
  const dir = mkdtempSync(join(tmpdir(), 'afterlog-logs-'));
  const real = Object.keys(options).length === 0 ? await realLoki() : undefined;
  const store =
    real === undefined ? await startStore({ dir, port: 0, ...options }) : { url: real.url, close: real.stop };
  const [bearerToken] = options.credentials?.bearerTokens ?? [];
  const connection = connectLoki({ url: store.url, bearerToken });
  return {
    url: store.url,
    connection,
    client: new QueryClient(connection),
    async push(stream, values) {
      const entries = values.map(([ns, line, metadata = {}]) => [`${ns}`, line, metadata]);
      const answer = await connection.request('POST', '/loki/api/v1/push', {
        body: JSON.stringify({ streams: [{ stream, values: entries }] }),
        headers: { 'content-type': 'application/json' },
      });
      if (answer.status !== 204) {
        throw new Error(`push: ${answer.status} ${answer.body}`);
      }
    },
    async close() {
      await connection.close();
      await store.close();
      rmSync(dir, { recursive: true });
    },
  };
}

/** A moment so many seconds (with fractions down to ns) before now, in ns since 1970. */
export const ago = (seconds: number, nanos = 0): bigint =>
  BigInt(Math.floor(Date.now() / 1000) - seconds) * 1_000_000_000n + BigInt(nanos);
