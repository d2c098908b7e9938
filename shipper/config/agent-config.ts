import { hostname } from 'node:os';
import * as z from 'zod';
import { entryNames, STREAM_PRESETS, streamPresets } from '../../model/stream-presets';
import { hostPort, parseListen } from '../common/listen';
import { logLevels } from '../common/log';
import { UserError } from '../common/user-error';
import type { LokiOptions } from '../loki/connection';
import { offsetAt } from '../common/time-zone';
import { DEFAULT_LOKI_URL, lokiOptions, type LokiSettings } from './loki-settings';
import { podLabels, staticLabels, tenants } from './labels';
import { lineRuleSettings } from './line-rules';
import { selectSchema } from './selection';
import { type SettingsGroup, settingsOf } from './settings';
import { bytes, duration, flag, list, parsedWith, positiveDuration, wholeNumberFrom } from './units';

const names = list.pipe(z.array(z.enum(entryNames)));

/** The agent's configuration besides `loki`. */
const agentSchema = z.strictObject({
  logs: z.strictObject({
    dir: z.string().prefault('/var/log/pods').describe("the kubelet's log directory"),
    'docker-dir': z
      .string()
      .prefault('/var/lib/docker/containers')
      .describe("Docker's container directory; links of json-file logs may point into it"),
  }),
  containers: z.strictObject({
    dir: z
      .string()
      .prefault('/var/log/containers')
      .describe('directory of the symlinks whose names contain the container ids'),
  }),
  state: z.strictObject({
    dir: z
      .string()
      .prefault('/var/lib/afterlog')
      .describe('directory for acknowledged positions and container records'),
  }),
  node: z.strictObject({
    name: z.string().prefault('').describe('node name (environment NODE_NAME; default: host name)'),
  }),
  kubelet: z.strictObject({
    url: z
      .union([z.literal(''), z.url({ protocol: /^https?$/, error: 'invalid URL (example: https://10.0.0.1:10250)' })])
      .prefault('')
      .describe(
        'kubelet URL, https://<node ip>:10250 (environment KUBELET_URL); without it the default thresholds are assumed'
      ),
    'token-file': z
      .string()
      .prefault('')
      .describe('file with a bearer token for the kubelet, such as the service account token of the pod'),
    'ca-file': z.string().prefault('').describe("PEM file with the CA of the kubelet's serving certificate"),
    'insecure-skip-verify': flag.prefault(false).describe("do not verify the kubelet's serving certificate"),
    log: z
      .string()
      .prefault('')
      .describe('kubelet log: a file, or `journal`; without it reclaims are inferred from deleted directories'),
    'log-unit': z
      .string()
      .prefault('')
      .describe('systemd unit to read with --kubelet.log journal (default: the unit of any known distribution)'),
    'log-timezone': z
      .string()
      .refine(
        (zone) => zone === '' || offsetAt(zone, 0) !== undefined,
        'invalid time zone (example: Asia/Tokyo or +09:00)'
      )
      .prefault('')
      .describe('time zone of the kubelet log (default: determined from its lines)'),
    'journal-dir': z.string().prefault('').describe("journal directory (default: the system's)"),
  }),
  disk: z.strictObject({
    'nodefs-dir': z.string().prefault('/var/lib/kubelet').describe('a directory on nodefs'),
    'imagefs-dir': z.string().prefault('/var/lib/containerd').describe('a directory on imagefs'),
    'containerfs-dir': z
      .string()
      .prefault('')
      .describe('a directory on containerfs, if writable layers have a filesystem of their own'),
    interval: positiveDuration.prefault('1s').describe('interval of disk usage samples'),
  }),
  cluster: z.strictObject({
    name: z.string().prefault('default').describe('cluster name, a label of every stream'),
  }),
  listen: parsedWith((text) => (text === '' ? '' : hostPort(parseListen(text))))
    .prefault('127.0.0.1:9595')
    .describe('address of /metrics, /ready, /healthz and /api/container-records; empty to disable'),
  log: z.strictObject({
    level: z
      .enum(logLevels)
      .prefault('info')
      .describe(`log level: ${logLevels.join(', ')}`),
  }),
  stream: z.strictObject({
    preset: z
      .enum(streamPresets)
      .prefault('afterlog')
      .describe(`names of labels and metadata, as another shipper has them: ${streamPresets.join(', ')}`),
    labels: names
      .optional()
      .describe(`labels of log streams (default ${STREAM_PRESETS.afterlog.labels.join(',')}, or the preset's)`),
    metadata: names
      .optional()
      .describe(
        `structured metadata of log entries (default ${STREAM_PRESETS.afterlog.metadata.join(',')}, or the preset's)`
      ),
  }),
  labels: staticLabels,
  'pod-labels': podLabels,
  tenants,
  select: selectSchema,
  ...lineRuleSettings,
  batch: z.strictObject({
    wait: duration.prefault('1s').describe('maximum time to wait before sending a batch that is not full'),
    size: bytes.prefault('1MiB').describe('maximum size of a batch, lines and metadata'),
  }),
  push: z.strictObject({
    concurrency: wholeNumberFrom(1).prefault(4).describe('maximum number of concurrent push requests'),
    timeout: positiveDuration.prefault('15s').describe('timeout of a push request'),
    'backoff-min': positiveDuration.prefault('500ms').describe('minimum delay before a push request is retried'),
    'backoff-max': positiveDuration.prefault('30s').describe('maximum delay before a push request is retried'),
  }),
  limits: z.strictObject({
    'max-line-size': bytes
      .refine((size) => size >= 1024, 'must be 1KB or more; omit it if Loki has no limit (0)')
      .prefault('256KB')
      .describe("Loki's max_line_size; longer lines are split"),
    'max-age': positiveDuration
      .prefault('6d23h50m')
      .describe("Loki's reject_old_samples_max_age, less a margin; older lines cannot be stored"),
    'max-future': positiveDuration
      .prefault('10m')
      .describe("Loki's creation_grace_period; lines that are dated further in the future are misdated"),
    'misdated-lines': z
      .enum(['store', 'count'])
      .prefault('store')
      .describe(
        'lines dated in the future or before 2010: store them at the time they are read, or count them as lost'
      ),
  }),
  rescue: z.strictObject({
    'max-bytes': bytes
      .prefault('512MiB')
      .describe('maximum disk space of deleted log files that are held open until Loki has them'),
    'max-age': positiveDuration.prefault('1d').describe('maximum time to hold a deleted log file open'),
  }),
  shutdown: z.strictObject({
    timeout: duration
      .prefault('20s')
      .describe('maximum time to send remaining lines at shutdown; keep it below the grace period of the pod'),
  }),
  debug: z.strictObject({
    profile: flag.prefault(false).describe('serve /debug/profile?seconds=10 (CPU) and /debug/heap on --listen'),
  }),
  rescan: z.strictObject({
    interval: positiveDuration.prefault('30s').describe('interval of full scans of the log directories'),
  }),
});

/** The settings of the agent, as a command takes them. */
export const agentGroup = { heading: 'Agent:', schema: agentSchema } satisfies SettingsGroup;

export type AgentSettings = z.output<typeof agentSchema>;
export type AgentConfig = AgentSettings & { loki: LokiOptions };

/**
 * The agent's whole configuration.
 * @throws UserError where Loki cannot be reached that way
 */
export function agentConfig(
  settings: AgentSettings,
  loki: { loki: LokiSettings },
  env: NodeJS.ProcessEnv
): AgentConfig {
  const node = { name: settings.node.name || env.NODE_NAME || hostname() };
  const kubelet = { ...settings.kubelet, url: settings.kubelet.url || kubeletUrl(env) };
  if (kubelet.url === '' && needsPods(settings)) {
    throw new UserError(
      'select.labels, select.annotation and pod-labels need --kubelet.url: the kubelet has the labels'
    );
  }
  return { ...settings, node, kubelet, loki: lokiOptions(loki, env) };
}

/** Whether the labels or annotations of pods decide something. */
export const needsPods = ({ select, 'pod-labels': podLabelPlaces }: AgentSettings): boolean =>
  select.annotation !== '' ||
  select.labels.include.length + select.labels.exclude.length + Object.keys(podLabelPlaces).length > 0;

/** The downward API knows the node's address, a configuration file that all nodes share does not. */
function kubeletUrl({ KUBELET_URL: url = '' }: NodeJS.ProcessEnv): string {
  if (!agentSchema.shape.kubelet.shape.url.safeParse(url).success) {
    throw new UserError(`KUBELET_URL: invalid URL ${JSON.stringify(url)} (example: https://10.0.0.1:10250)`);
  }
  return url;
}

/** The configuration with nothing set, to be overridden. */
export function defaultAgentConfig(): AgentConfig {
  const settings = agentSchema.parse(emptySections(agentSchema));
  settings.node.name = hostname();
  return { ...settings, loki: { url: DEFAULT_LOKI_URL } };
}

function emptySections({ shape }: z.ZodObject): Record<string, unknown> {
  const sections = Object.entries(shape).flatMap(([name, part]) =>
    part instanceof z.ZodObject ? [{ name, part }] : []
  );
  return Object.fromEntries(sections.map(({ name, part }) => [name, emptySections(part)]));
}

/** What a reload puts in force; all other keys need a restart. */
const RELOADED = /^(select\.|drop$|redact$|multiline$|labels$|pod-labels$|tenants$|log\.level$)/;

/** The keys that differ: those that a reload puts in force, and those that need a restart. */
export function changedKeys(before: AgentConfig, after: AgentConfig): { reloaded: string[]; restart: string[] } {
  const valueAt = (config: AgentConfig, path: readonly string[]) =>
    JSON.stringify(path.reduce<unknown>((tree, name) => new Map(Object.entries(tree ?? {})).get(name), config));
  const changed = settingsOf(agentSchema)
    .filter(({ path }) => valueAt(before, path) !== valueAt(after, path))
    .map(({ key }) => key);
  const isLokiSame = valueAt(before, ['loki']) === valueAt(after, ['loki']);
  return {
    reloaded: changed.filter((key) => RELOADED.test(key)),
    restart: [...changed.filter((key) => !RELOADED.test(key)), ...(isLokiSame ? [] : ['loki'])],
  };
}
