import type { StreamPreset } from '../../../model/stream-presets';
import { labelsOf, metadataOf } from './entry-names';

const run = { namespace: 'jobs', pod: 'import-29401230-x7k2p', podUid: 'uid-1', container: 'main', restart: 2 };
const settings = (preset: StreamPreset, more = {}) => ({
  ...{ cluster: { name: 'c1' }, node: { name: 'n1' } },
  stream: { preset, ...more },
});

test.each<[StreamPreset, Record<string, string>]>([
  ['afterlog', { cluster: 'c1', namespace: 'jobs', workload: 'import', service_name: 'import', container: 'main' }],
  ['k8s-monitoring', { cluster: 'c1', namespace: 'jobs', service_name: 'import', container: 'main' }],
  [
    'promtail',
    {
      ...{ cluster: 'c1', namespace: 'jobs', app: 'import', container: 'main' },
      ...{ pod: run.pod, node_name: 'n1', job: 'jobs/import' },
    },
  ],
  [
    'opentelemetry',
    { k8s_cluster_name: 'c1', k8s_namespace_name: 'jobs', service_name: 'import', k8s_container_name: 'main' },
  ],
])('the labels of %s', (preset, labels) => {
  expect(labelsOf(run, settings(preset))).toEqual(labels);
});

test('the configuration may choose other labels and metadata', () => {
  const chosen = settings('afterlog', { labels: ['node', 'pod'], metadata: ['restart', 'job'] });
  expect(labelsOf(run, chosen)).toEqual({ node: 'n1', pod: run.pod });
  expect(metadataOf(run, chosen, null)).toEqual([
    ['restart', '2'],
    ['job', 'import-29401230'],
  ]);
});

test.each<[StreamPreset, string | null, ReadonlyArray<readonly [string, string]>]>([
  [
    'afterlog',
    'id-1',
    [
      ['pod', run.pod],
      ['node', 'n1'],
      ['job', 'import-29401230'],
      ['container_id', 'id-1'],
      ['restart', '2'],
    ],
  ],
  [
    'promtail',
    'id-1',
    [
      ['k8s_job_name', 'import-29401230'],
      ['container_id', 'id-1'],
      ['restart', '2'],
      ['shipper', 'afterlog'],
    ],
  ],
  [
    'opentelemetry',
    null, // the pod's uid has to do for it
    [
      ['k8s_pod_name', run.pod],
      ['k8s_node_name', 'n1'],
      ['k8s_job_name', 'import-29401230'],
      ['container_id', ''],
      ['k8s_container_restart_count', '2'],
      ['k8s_pod_uid', 'uid-1'],
      ['shipper', 'afterlog'],
    ],
  ],
])('the metadata of %s with container id %s', (preset, containerId, pairs) => {
  expect(metadataOf(run, settings(preset), containerId)).toEqual(pairs);
});

test('a pod of no Job has no Job in its metadata', () => {
  expect(metadataOf({ ...run, pod: 'single' }, settings('promtail'), 'id-1')[0]).toEqual(['k8s_job_name', '']);
});
