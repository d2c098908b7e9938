import type { Registry } from 'prom-client';
import type { Limits } from '../common/limits';
import { badRequest } from '../common/request-error';
import { type Routes, TextAnswer } from '../api/router';

/** Clients choose their queries by the version: this is the Loki that the store's answers are those of. */
const lokiVersion = '3.7.6';

const buildInfo = {
  version: lokiVersion,
  revision: 'afterlog-store',
  branch: '',
  buildUser: '',
  buildDate: '',
  goVersion: '',
};

/** Parts of Loki's API that this store has not got. */
const unsupported = [
  '/otlp/v1/logs',
  '/api/prom/push',
  '/loki/api/v1/patterns',
  '/loki/api/v1/format_query',
  '/loki/api/v1/delete',
  '/loki/api/v1/rules',
  '/prometheus/api/v1/rules',
  '/prometheus/api/v1/alerts',
  '/flush',
];

/** `ready`, `metrics`, what asks for version and limits, and what is not there. */
export function statusRoutes(registry: Registry, limits: Limits, retentionMs: number): Routes {
  return {
    '/ready': { GET: () => new TextAnswer(200, 'ready\n') },
    '/metrics': { GET: async () => new TextAnswer(200, await registry.metrics(), registry.contentType) },
    '/loki/api/v1/status/buildinfo': { GET: () => buildInfo },
    '/loki/api/v1/drilldown-limits': { GET: drilldownLimits },
    ...Object.fromEntries(unsupported.map((path) => [path, { GET: refuse(path), POST: refuse(path) }])),
  };

  function drilldownLimits(): object {
    return {
      limits: {
        discover_log_levels: limits.discoverLogLevels,
        max_entries_limit_per_query: limits.maxEntriesPerQuery,
        max_query_length: seconds(limits.maxQueryLength),
        max_query_series: limits.maxQuerySeries,
        query_timeout: seconds(limits.queryTimeout),
        retention_period: seconds(retentionMs),
        volume_enabled: true,
        volume_max_series: limits.maxEntriesPerQuery,
      },
      pattern_ingester_enabled: false,
      version: lokiVersion,
    };
  }
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)}s`;
}

function refuse(path: string) {
  return () => {
    throw badRequest(`${path} is not supported by the embedded store`);
  };
}
