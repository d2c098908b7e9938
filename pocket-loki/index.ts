import type { Server } from 'node:http';
import { Registry } from 'prom-client';
import { Access, type Credentials } from './http/access';
import { HttpMetrics } from './http/http-metrics';
import { pushRoutes } from './http/push-routes';
import { proxiedReadRoutes } from './http/read-proxy';
import { createHttpServer } from './http/server';
import { serveTail } from './http/tail-server';
import { statusRoutes } from './http/status-routes';
import { Ingester } from './ingest/ingester';
import { IngestMetrics } from './ingest/ingest-metrics';
import { defaultLimits, type Limits } from './common/limits';
import { startRetention } from './ingest/retention';
import { QueryPool } from './query/query-pool';
import { LogStorage } from './storage/log-storage';
import { DamagedError } from './storage/storage-error';
import { registerStorageMetrics } from './storage/storage-metrics';

import { LiveFeed } from './tail/live-feed';

export { type Credentials, isLoopback } from './http/access';
export type { Limits } from './common/limits';
export { StorageError } from './storage/storage-error';
export { type Verification, verifyStore } from './storage/verify';

export interface StoreOptions {
  /** The directory of the database; made where there is none. */
  dir: string;
  /** Default 127.0.0.1. */
  host?: string;
  /** Default 3100; 0: any that is free. */
  port?: number;
  /** Needed where `host` is not a loopback address. */
  credentials?: Credentials;
  /** Entries older than so many milliseconds are deleted; without it, or 0, they stay for ever. */
  retentionMs?: number;
  limits?: Partial<Limits>;
  /** Milliseconds since 1970, for tests. */
  now?: () => number;
  /** Is told of errors that are no client's fault; without it they go to the standard error output. */
  onError?: (error: unknown, during: string) => void;
}

export interface Store {
  /** Base address, without a slash at the end. */
  readonly url: string;
  /** Answers what is under way, then closes the database. */
  close(): Promise<void>;
}

/**
 * Starts the embedded store: the part of Loki's HTTP API that Afterlog and Grafana's Loki data source use.
 *
 * @throws StorageError where the directory cannot be used, and the error of `listen` where the address cannot
 */
export async function startStore(options: StoreOptions): Promise<Store> {
  const now = options.now ?? Date.now;
  const onError = options.onError ?? ((error, during) => console.error(`store: ${during}:`, error));
  const limits: Limits = { ...defaultLimits, ...options.limits };
  const host = options.host ?? '127.0.0.1';
  const access = new Access(host, options.credentials);
  const storage = await LogStorage.open(options.dir, { onError });
  storage.recovery.messages.forEach((message) => onError(new DamagedError(message), 'opening the store'));
  const registry = new Registry();
  registerStorageMetrics(registry, storage);
  const metrics = new IngestMetrics(registry, () => storage.streams.size);
  const feed = new LiveFeed();
  const ingester = new Ingester(storage, limits, metrics, now, (stored) => feed.publish(stored));
  const pool = new QueryPool({ storage, limits, now, onError });
  const server = createHttpServer({
    routes: {
      ...pushRoutes(ingester, limits),
      ...proxiedReadRoutes(pool),
      ...statusRoutes(registry, limits, options.retentionMs ?? 0),
    },
    access,
    limits,
    metrics: new HttpMetrics(registry),
    now,
    onError,
  });
  try {
    await listen(server, options.port ?? 3100, host);
  } catch (error) {
    await storage.close();
    throw error;
  }
  const endTails = serveTail(server, { pool, feed, access, limits, now, onError });
  const retention = options.retentionMs ?? 0;
  const endRetention = retention > 0 ? startRetention({ storage, ingester, retention, now, onError }) : undefined;
  return {
    url: urlOf(server),
    async close() {
      endRetention?.();
      endTails();
      await closeServer(server);
      pool.close();
      await ingester.drain();
      await storage.close();
    },
  };
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function urlOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new Error('the server has no address');
  }
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}`;
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    server.closeIdleConnections();
  });
}
