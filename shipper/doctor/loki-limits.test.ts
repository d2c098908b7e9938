import { defaultAgentConfig } from '../config/agent-config';
import { compareLimits, parseLimits } from './loki-limits';

/** As Loki 3.7.6 prints them with no configuration of its own, except for the rate. */
const yaml = (changes = '') => `
target: all
limits_config:
  ingestion_rate_mb: 16
  ingestion_burst_size_mb: 32
  max_label_names_per_series: 15
  reject_old_samples: true
  reject_old_samples_max_age: 1w
  max_line_size: 256KB
  max_line_size_truncate: false
  max_global_streams_per_user: 5000
  per_stream_rate_limit: 3MB
  per_stream_rate_limit_burst: 15MB
  allow_structured_metadata: true
  volume_enabled: true
  unordered_writes: true
${changes}`;

const compare = (limits: object) => {
  const parsed = parseLimits(yaml());
  return compareLimits({ ...parsed, ...limits }, defaultAgentConfig()).map(({ check, level }) => `${level} ${check}`);
};

test("Loki's defaults suit the agent's", () => {
  expect(compare({})).toEqual([]);
});

test.each([
  [{ reject_old_samples_max_age: 86_400_000 }, 'error loki.max-age'],
  [{ max_line_size: 65_536 }, 'error loki.max-line-size'],
  [{ max_label_names_per_series: 5 }, 'error loki.labels'],
  [{ allow_structured_metadata: false }, 'error loki.structured-metadata'],
  [{ per_stream_rate_limit_burst: 1000 }, 'error loki.burst'],
  [{ ingestion_burst_size_mb: 0.5 }, 'error loki.burst'],
  [{ ingestion_rate_mb: 4 }, 'warning loki.rate'],
  [{ max_global_streams_per_user: 100 }, 'warning loki.streams'],
  [{ volume_enabled: false }, 'note loki.volume'],
  [{ unordered_writes: false }, 'error loki.order'],
])('%j is told', (limits, finding) => {
  expect(compare(limits)).toEqual([finding]);
});

test.each([
  [{ reject_old_samples: false, reject_old_samples_max_age: 1000 }],
  [{ max_line_size: 0 }],
  [{ max_label_names_per_series: 0 }],
  [{ max_global_streams_per_user: 0 }],
])('%j is no limit', (limits) => {
  expect(compare(limits)).toEqual([]);
});

test('what to set fits', () => {
  const limits = { ...parseLimits(yaml()), reject_old_samples_max_age: 86_400_000 };
  const [finding] = compareLimits(limits, defaultAgentConfig());
  expect(finding?.found).toContain('older than 24 h (reject_old_samples_max_age)');
  expect(finding?.todo).toContain('--limits.max-age=1430m');
});

test('sizes and durations are read as Loki prints them', () => {
  expect(parseLimits(yaml())).toMatchObject({
    reject_old_samples_max_age: 7 * 86_400_000,
    max_line_size: 262_144,
    per_stream_rate_limit: 3 * 2 ** 20,
  });
});

test.each(['', '<html>Sign in</html>', '{', 'limits_config: {max_line_size: many}'])(
  '%j is no configuration',
  (text) => {
    expect(parseLimits(text)).toBeUndefined();
  }
);
