import type { Overrides } from '../store-differential/loki-process';

const FAST = { ingestion_rate_mb: 256, ingestion_burst_size_mb: 256, per_stream_rate_limit: '256MB' };

/** Tenants by the limit that each of them runs into. */
export const tenants = {
  plain: FAST,
  large: { ...FAST, per_stream_rate_limit_burst: '256MB' },
  slow: { ingestion_rate_mb: 0.1, ingestion_burst_size_mb: 0.2 },
  narrow: { ...FAST, per_stream_rate_limit: '100KB', per_stream_rate_limit_burst: '100KB' },
  tight: { ...FAST, ingestion_rate_mb: 0.1, ingestion_burst_size_mb: 0.1 },
  tightest: { ...FAST, ingestion_rate_mb: 0.02, ingestion_burst_size_mb: 0.02 },
  thin: { ...FAST, per_stream_rate_limit: '100KB', per_stream_rate_limit_burst: '100KB' },
  few: { ...FAST, max_global_streams_per_user: 6 },
  short: { ...FAST, max_line_size: '1KB' },
  stale: { ...FAST, reject_old_samples_max_age: '1h' },
  labelled: { ...FAST, max_label_names_per_series: 3 },
  laconic: { ...FAST, max_label_value_length: 10 },
  terse: { ...FAST, max_structured_metadata_entries_count: 3 },
  slim: { ...FAST, max_structured_metadata_size: '30B' },
  bare: { ...FAST, allow_structured_metadata: false },
  strict: { ...FAST, enforced_labels: ['team'] },
  blocked: { ...FAST, block_ingestion_until: '2099-01-01T00:00:00Z' },
} as const satisfies Overrides;
export type Tenant = keyof typeof tenants;
