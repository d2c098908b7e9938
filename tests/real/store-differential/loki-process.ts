import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface RealLoki {
  url: string;
  stop(): Promise<void>;
}

/** Loki at `LOKI_URL`, or one started from the binary `LOKI_BIN`; undefined where neither is set. */
export async function realLoki(): Promise<RealLoki | undefined> {
  const { LOKI_URL: url, LOKI_BIN: binary } = process.env;
  return url ? { url, stop: () => Promise.resolve() } : binary ? start(binary) : undefined;
}

async function start(binary: string): Promise<RealLoki> {
  const dir = await mkdtemp(join(tmpdir(), 'afterlog-loki-'));
  const [http, grpc] = [await freePort(), await freePort()];
  await writeFile(join(dir, 'loki.yaml'), config(dir, http, grpc));
  const loki = spawn(binary, ['-config.file', join(dir, 'loki.yaml')], { cwd: dir, stdio: 'ignore' });
  const stop = async () => {
    await ended(loki);
    await rm(dir, { recursive: true });
  };
  const url = `http://127.0.0.1:${http}`;
  for (let i = 0; i < 120 && loki.exitCode === null; i++) {
    if (await isReady(url)) {
      return { url, stop };
    }
    await sleep(500);
  }
  await stop();
  throw new Error(`${binary} did not become ready`);
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/ready`)).ok;
  } catch {
    return false;
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null) {
    const exit = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await exit;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

const config = (dir: string, http: number, grpc: number) => `
auth_enabled: false
server:
  { http_listen_address: 127.0.0.1, http_listen_port: ${http}, grpc_listen_address: 127.0.0.1, grpc_listen_port: ${grpc}, log_level: error }
common:
  instance_addr: 127.0.0.1
  path_prefix: ${dir}/data
  storage: { filesystem: { chunks_directory: ${dir}/data/chunks, rules_directory: ${dir}/data/rules } }
  replication_factor: 1
  ring: { kvstore: { store: inmemory } }
schema_config:
  configs:
    - { from: 2020-10-24, store: tsdb, object_store: filesystem, schema: v13, index: { prefix: index_, period: 24h } }
ingester: { lifecycler: { min_ready_duration: 0s }, wal: { disk_full_threshold: 0 } }
limits_config: { ingestion_rate_mb: 64, ingestion_burst_size_mb: 128 }
analytics: { reporting_enabled: false }
`;
