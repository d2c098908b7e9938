import { hostname } from 'node:os';
import * as z from 'zod';
import type { LokiOptions } from '../loki/connection';
import { logLevels } from '../common/log';
import { offsetAt } from '../node/kubelet-log/time-zone';
import { DEFAULT_LOKI_URL } from './loki-options';
import { bytes, count, duration, flag, list } from './units';

/** Names that an entry can carry; which are labels of the stream and which structured metadata is configuration. */
export const entryNames = [
  'cluster',
  'namespace',
  'workload',
  'service_name',
  'container',
  'pod',
  'node',
  'job',
  'container_id',
  'restart',
] as const;
const names = list.pipe(z.array(z.enum(entryNames)));

/**
 * The agent's configuration besides `loki`: what stands here under `a: {b}` is the YAML key `a.b` and the flag `--a.b`,
 * its description the flag's help.
 */
export const agentSettings = z.strictObject({
  logs: z.strictObject({
    dir: z.string().default('/var/log/pods').describe("the kubelet's log directory"),
    'docker-dir': z.string().default('/var/lib/docker/containers').describe('where links to json-file logs may lead'),
  }),
  containers: z.strictObject({
    dir: z.string().default('/var/log/containers').describe('the symlinks whose names carry the container ids'),
  }),
  state: z.strictObject({
    dir: z
      .string()
      .default('/var/lib/afterlog')
      .describe('where acknowledged positions and container records are kept'),
  }),
  node: z.strictObject({
    name: z.string().default('').describe("the node's name (environment NODE_NAME, else the host's)"),
  }),
  kubelet: z.strictObject({
    url: z
      .union([z.literal(''), z.url({ protocol: /^https?$/, error: 'must be a URL such as https://10.0.0.1:10250' })])
      .default('')
      .describe("the kubelet's own address, https://<node ip>:10250; empty: thresholds are assumed"),
    'token-file': z.string().default('').describe("bearer token for the kubelet (a pod's service account token)"),
    'ca-file': z.string().default('').describe("PEM certificates that signed the kubelet's serving certificate"),
    'insecure-skip-verify': flag.default(false).describe("do not check the kubelet's serving certificate"),
    log: z.string().default('').describe("the kubelet's log: a file, or journal; empty: reclaims are inferred"),
    'log-unit': z
      .string()
      .default('')
      .describe('with --kubelet.log journal: its systemd unit; empty: that of any known distribution'),
    'log-timezone': z
      .union([
        z.literal(''),
        z
          .string()
          .refine((zone) => offsetAt(zone, 0) !== undefined, 'must be a time zone such as Asia/Tokyo or +09:00'),
      ])
      .default('')
      .describe("time zone of the kubelet's log; empty: found out from its lines"),
    'journal-dir': z.string().default('').describe("the journal's directory, where it is not the system's own"),
  }),
  disk: z.strictObject({
    'nodefs-dir': z.string().default('/var/lib/kubelet').describe('a directory on nodefs'),
    'imagefs-dir': z.string().default('/var/lib/containerd').describe('a directory on imagefs'),
    'containerfs-dir': z.string().default('').describe('a directory of writable layers, where images lie elsewhere'),
    interval: duration.default(1_000).describe('how often the disks are looked at (default 1s)'),
  }),
  cluster: z.strictObject({
    name: z.string().default('default').describe("the cluster's name, a label of every stream"),
  }),
  listen: z
    .string()
    .default('127.0.0.1:9595')
    .describe('address of /metrics, /ready, /healthz, /api/container-records; empty for none'),
  log: z.strictObject({ level: z.enum(logLevels).default('info').describe('least level of the own log') }),
  stream: z.strictObject({
    labels: names
      .default(['cluster', 'namespace', 'workload', 'service_name', 'container'])
      .describe('labels of log streams'),
    metadata: names
      .default(['pod', 'node', 'job', 'container_id', 'restart'])
      .describe('structured metadata of log entries'),
  }),
  batch: z.strictObject({
    wait: duration.default(1000).describe('how long lines wait for company (default 1s)'),
    size: bytes.default(1024 * 1024).describe('lines and metadata of one push (default 1MiB)'),
  }),
  push: z.strictObject({
    concurrency: count.default(4).describe('pushes under way at once'),
    timeout: duration.default(15_000).describe('how long Loki may be silent (default 15s)'),
    'backoff-min': duration.default(500).describe('shortest wait before a push is sent again (default 500ms)'),
    'backoff-max': duration.default(30_000).describe('longest wait (default 30s)'),
  }),
  limits: z.strictObject({
    'max-line-size': bytes
      .refine((size) => size >= 1024, 'a line needs 1KB at least; leave the key out where Loki has no limit (0)')
      .default(256 * 1024)
      .describe("Loki's max_line_size; longer lines are cut into parts (default 256KB)"),
    'max-age': duration
      .default(7 * 86_400_000 - 600_000)
      .describe("Loki's reject_old_samples_max_age; older lines cannot be stored (default 7d less 10m)"),
  }),
  rescue: z.strictObject({
    'max-bytes': bytes
      .default(512 * 1024 ** 2)
      .describe('disk space that deleted logs may keep until Loki has them (default 512MiB)'),
    'max-age': duration.default(86_400_000).describe('how long at most they may keep it (default 1d)'),
  }),
  shutdown: z.strictObject({
    timeout: duration
      .default(20_000)
      .describe("how long an ending agent sends what is left: less than the pod's grace period (default 20s)"),
  }),
  debug: z.strictObject({
    profile: flag.default(false).describe('answer /debug/profile?seconds=10 (CPU) and /debug/heap on --listen'),
  }),
  rescan: z.strictObject({
    interval: duration.default(30_000).describe('how often all directories are looked at (default 30s)'),
  }),
});

export type AgentSettings = z.output<typeof agentSettings>;
export type AgentConfig = AgentSettings & { loki: LokiOptions };

/** The configuration with nothing set, to be overridden. */
export function defaultAgentConfig(): AgentConfig {
  const empty = Object.fromEntries(
    Object.entries(agentSettings.shape).flatMap(([key, schema]) => (schema instanceof z.ZodObject ? [[key, {}]] : []))
  );
  const settings = agentSettings.parse(empty);
  settings.node.name = hostname();
  return { ...settings, loki: { url: DEFAULT_LOKI_URL } };
}
