import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { LOKI_WANTED, lokiProgram } from '../loki-program';
import { freePort } from '../../testkit/http';
import { endProcess } from '../../testkit/processes';

export interface RealLoki {
  url: string;
  stop(): Promise<void>;
}

/** Limits by tenant, in the names of Loki's `limits_config`. */
export type Overrides = Record<string, Record<string, unknown>>;

/** A Loki of one's own, with tenants whose limits can be changed while it runs. */
export interface TenantedLoki extends RealLoki {
  /** Takes effect within a second or two. */
  override(overrides: Overrides): Promise<void>;
}

/** Loki at `LOKI_URL`, or one started here; undefined where there is neither. */
export async function realLoki(): Promise<RealLoki | undefined> {
  const { LOKI_URL: url } = process.env;
  return url ? { url, stop: () => Promise.resolve() } : lokiProgram && start(open);
}

/**
 * A Loki of the test's own that asks each request for its tenant, and takes no push over the wire above this.
 * @throws Error where none can be started here
 */
export async function tenantedLoki(overrides: Overrides, maxReceivedBytes: number): Promise<TenantedLoki> {
  const dir = await mkdtemp(join(tmpdir(), 'afterlog-overrides-'));
  const file = join(dir, 'overrides.yaml');
  // From 3.8 on Loki takes a date without quotes for a time, where it wants the text of one.
  const override = (tenants: Overrides) =>
    writeFile(file, stringify({ overrides: tenants }, { defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN' }));
  await override(overrides);
  const { url, stop } = await start({
    auth_enabled: true,
    runtime_config: { file, period: '1s' },
    distributor: { max_recv_msg_size: maxReceivedBytes },
  });
  return { url, override, stop: async () => stop().finally(() => rm(dir, { recursive: true })) };
}

/**
 * A Loki of the test's own whose ruler evaluates a rule file once a second.
 * @param rules the text of the rule file
 * @throws Error where none can be started here
 */
export async function rulingLoki(rules: string): Promise<RealLoki> {
  const ruler = {
    enable_api: true,
    evaluation_interval: '1s',
    poll_interval: '1s',
    ring: { kvstore: { store: 'inmemory' } },
  };
  return start({ ...open, ruler }, async (dir) => {
    // `fake` is the tenant of a Loki that asks for none.
    const rulesDir = join(rulesDirOf(dir), 'fake');
    await mkdir(rulesDir, { recursive: true });
    await writeFile(join(rulesDir, 'rules.yaml'), rules);
  });
}

/** Anybody may push as fast as the machine can. */
const open = { auth_enabled: false, limits_config: { ingestion_rate_mb: 64, ingestion_burst_size_mb: 128 } };

/** @param prepare puts into its directory what Loki reads when it starts */
async function start(settings: Record<string, unknown>, prepare?: (dir: string) => Promise<void>): Promise<RealLoki> {
  if (!lokiProgram) {
    throw new Error(LOKI_WANTED);
  }
  const { command, args } = lokiProgram;
  const dir = await mkdtemp(join(tmpdir(), 'afterlog-loki-'));
  const [http, grpc] = [await freePort(), await freePort()];
  await writeFile(join(dir, 'loki.yaml'), stringify({ ...config(dir, http, grpc), ...settings }));
  await prepare?.(dir);
  const loki = spawn(command, args(dir), { cwd: dir, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  loki.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-2_000)));
  const stop = async () => {
    await endProcess(loki); // SIGTERM, which a container's client passes on
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
  throw new Error(`${[command, ...args(dir)].join(' ')} did not become ready:\n${said}`);
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/ready`)).ok;
  } catch {
    return false;
  }
}

const rulesDirOf = (dir: string) => `${dir}/data/rules`;

/** Loki in one process on a file system, its schema the one of today. */
const config = (dir: string, http: number, grpc: number) => ({
  server: {
    http_listen_address: '127.0.0.1',
    http_listen_port: http,
    grpc_listen_address: '127.0.0.1',
    grpc_listen_port: grpc,
    log_level: 'error',
  },
  common: {
    instance_addr: '127.0.0.1',
    path_prefix: `${dir}/data`,
    storage: { filesystem: { chunks_directory: `${dir}/data/chunks`, rules_directory: rulesDirOf(dir) } },
    replication_factor: 1,
    ring: { kvstore: { store: 'inmemory' } },
  },
  schema_config: {
    configs: [
      {
        from: '2020-10-24',
        store: 'tsdb',
        object_store: 'filesystem',
        schema: 'v13',
        index: { prefix: 'index_', period: '24h' },
      },
    ],
  },
  ingester: { lifecycler: { min_ready_duration: '0s' }, wal: { disk_full_threshold: 0 } },
  analytics: { reporting_enabled: false },
});
