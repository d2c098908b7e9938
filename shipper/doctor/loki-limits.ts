import { parse } from 'yaml';
import * as z from 'zod';
import type { AgentConfig } from '../config/agent-config';
import { streamLabelNames } from '../config/labels';
import { bytes, duration } from '../config/units';
import type { LokiConnection } from '../loki/connection';
import { error, type Finding, note, ok, warning } from './finding';

const TIMEOUT_MS = 10_000;

/** What decides about the agent's pushes, of `limits_config` in `GET /config` (docs/reference/loki.md, Limits). */
const limitsSchema = z.object({
  reject_old_samples: z.boolean().optional(),
  reject_old_samples_max_age: duration.optional(),
  max_line_size: bytes.optional(),
  max_line_size_truncate: z.boolean().optional(),
  ingestion_rate_mb: z.number().optional(),
  ingestion_burst_size_mb: z.number().optional(),
  per_stream_rate_limit: bytes.optional(),
  per_stream_rate_limit_burst: bytes.optional(),
  max_label_names_per_series: z.number().optional(),
  max_global_streams_per_user: z.number().optional(),
  allow_structured_metadata: z.boolean().optional(),
  volume_enabled: z.boolean().optional(),
  unordered_writes: z.boolean().optional(),
});
type Limits = z.infer<typeof limitsSchema>;
const configSchema = z.object({ limits_config: limitsSchema });

/** Loki's limits against the agent's settings, as far as Loki reports them. */
export async function checkLokiLimits(connection: LokiConnection, config: AgentConfig): Promise<Finding[]> {
  const { status, body } = await connection.request('GET', '/config', { timeoutMs: TIMEOUT_MS });
  const limits = status === 200 ? parseLimits(body) : undefined;
  if (limits === undefined) {
    return [
      note(
        'loki.limits',
        `its limits cannot be read (/config answers ${status}): the agent goes by its own settings`,
        'Compare limits_config of that Loki with --limits.max-age, --limits.max-line-size and --stream.labels; a gateway often hides /config.'
      ),
    ];
  }
  const findings = compareLimits(limits, config);
  return findings.length > 0
    ? findings
    : [
        ok(
          'loki.limits',
          "its limits suit the agent's settings (a tenant may have others: its overrides are not shown)"
        ),
      ];
}

/** undefined where it is no configuration of a Loki. */
export function parseLimits(yaml: string): Limits | undefined {
  try {
    return configSchema.safeParse(parse(yaml)).data?.limits_config;
  } catch {
    return undefined; // no YAML: a page of a proxy
  }
}

/** What does not fit, a finding each. */
export function compareLimits(limits: Limits, { limits: own, batch, ...config }: AgentConfig): Finding[] {
  return [
    maxAge(limits, own['max-age']),
    lineSize(limits, own['max-line-size']),
    labels(limits, streamLabelNames(config)),
    metadata(limits),
    burst(limits, batch.size),
    rate(limits),
    streams(limits),
    volume(limits),
    order(limits),
  ].flatMap((finding) => finding ?? []);
}

const MINUTE = 60_000;

function maxAge({ reject_old_samples: rejects, reject_old_samples_max_age: theirs }: Limits, own: number) {
  if (rejects === false || theirs === undefined || own <= theirs) {
    return undefined;
  }
  return error(
    'loki.max-age',
    `it refuses what is older than ${hours(theirs)} (reject_old_samples_max_age); the agent sends what is up to ${hours(own)} old`,
    `Set --limits.max-age=${Math.max(1, Math.floor(theirs / MINUTE) - 10)}m, so that what is too old is accounted for and not refused; or raise it in Loki.`
  );
}

function lineSize({ max_line_size: theirs, max_line_size_truncate: cuts }: Limits, own: number) {
  if (theirs === undefined || theirs === 0 || own <= theirs) {
    return undefined;
  }
  return error(
    'loki.max-line-size',
    `it ${cuts === true ? 'cuts' : 'drops'} lines longer than ${theirs} bytes (max_line_size); the agent sends lines of up to ${own}`,
    `Set --limits.max-line-size=${theirs}: longer lines then come in parts, and are shown whole.`
  );
}

function labels({ max_label_names_per_series: most }: Limits, own: readonly string[]) {
  // `late` and `node` come with the streams of late lines; service_name is not counted by Loki.
  const needed = new Set([...own, 'late', 'node']);
  needed.delete('service_name');
  if (most === undefined || most === 0 || needed.size <= most) {
    return undefined;
  }
  return error(
    'loki.labels',
    `it takes ${most} labels a stream (max_label_names_per_series); the agent sends up to ${needed.size}`,
    'Make metadata of some: --stream.labels and --stream.metadata.'
  );
}

function metadata({ allow_structured_metadata: allowed }: Limits) {
  return allowed === false
    ? error(
        'loki.structured-metadata',
        'it takes no structured metadata (allow_structured_metadata: false), in which pod, container id and restart stand',
        'Set allow_structured_metadata: true in limits_config (with schema v13 and store tsdb).'
      )
    : undefined;
}

const MIB = 2 ** 20;

function burst({ ingestion_burst_size_mb: whole, per_stream_rate_limit_burst: stream }: Limits, batch: number) {
  const least = Math.min(whole === undefined ? Infinity : whole * MIB, stream ?? Infinity);
  if (batch <= least) {
    return undefined;
  }
  return error(
    'loki.burst',
    `a push of ${batch} bytes (--batch.size) can never pass its burst of ${least} bytes (ingestion_burst_size_mb, per_stream_rate_limit_burst)`,
    `Set --batch.size=${Math.floor(least / 2)}, or raise the burst in Loki.`
  );
}

/** Loki's own recommendation for production is 10 MB/s for a tenant; its default is 4, for all nodes together. */
function rate({ ingestion_rate_mb: mb, ingestion_burst_size_mb: most }: Limits) {
  return mb !== undefined && mb < 10
    ? warning(
        'loki.rate',
        `it takes ${mb} MB/s of all nodes of the tenant together (ingestion_rate_mb, burst ${most ?? '?'} MB)`,
        'Raise ingestion_rate_mb to what all nodes write at their worst, 10 at least: after an outage everybody catches up at once, and what waits is at risk.'
      )
    : undefined;
}

function streams({ max_global_streams_per_user: most }: Limits) {
  return most !== undefined && most > 0 && most < 5000
    ? warning(
        'loki.streams',
        `it takes ${most} active streams of a tenant (max_global_streams_per_user)`,
        'Raise it to 5000 at least (docs/scale.md has the arithmetic): lines of a stream too many wait.'
      )
    : undefined;
}

function volume({ volume_enabled: enabled }: Limits) {
  return enabled === false
    ? note(
        'loki.volume',
        'it counts no volumes (volume_enabled: false)',
        'Set volume_enabled: true: Grafana and the capacity page ask for them.'
      )
    : undefined;
}

function order({ unordered_writes: unordered }: Limits) {
  return unordered === false
    ? error(
        'loki.order',
        'it takes lines in the order of time only (unordered_writes: false)',
        'Set unordered_writes: true: containers of one workload share a stream, and their lines come side by side.'
      )
    : undefined;
}

const hours = (ms: number) =>
  ms % 3_600_000 === 0 && ms < 172_800_000
    ? `${ms / 3_600_000} h`
    : `${(ms / 86_400_000).toFixed(2).replace(/\.?0+$/, '')} days`;
