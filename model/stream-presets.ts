/** What an entry of a container's log can carry, as a label of its stream or as structured metadata. */
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
export type EntryName = (typeof entryNames)[number];

export const streamPresets = ['afterlog', 'k8s-monitoring', 'promtail', 'opentelemetry'] as const;
export type StreamPreset = (typeof streamPresets)[number];

/** How a preset names what entries carry, and where it puts it. */
export interface StreamNames {
  /** Names in Loki. */
  names: Readonly<Record<EntryName | 'pod_uid', string>>;
  labels: readonly EntryName[];
  metadata: readonly EntryName[];
  /** The label `job`, `<namespace>/<workload>`, as Prometheus means it. */
  hasScrapeJob: boolean;
}

/** Metadata of the agent's lines that have the names of another shipper: readers distinguish them from that shipper's own. */
export const SHIPPER_LABEL = 'shipper';
export const SHIPPER_NAME = 'afterlog';

const own = Object.fromEntries([...entryNames, 'pod_uid'].map((name) => [name, name])) as StreamNames['names'];

/**
 * Sources: the values of k8s-monitoring-helm's chart feature-pod-logs (`labelsToKeep`, `structuredMetadata`); the
 * relabelling of the Helm chart of Promtail; Loki's mapping of OpenTelemetry resource attributes (grafana.com/docs/loki,
 * "Ingesting logs to Loki using OpenTelemetry Collector"), with the pod as structured metadata, as "Remove default
 * OpenTelemetry labels" there recommends.
 */
export const STREAM_PRESETS: Readonly<Record<StreamPreset, StreamNames>> = {
  afterlog: {
    names: own,
    labels: ['cluster', 'namespace', 'workload', 'service_name', 'container'],
    metadata: ['pod', 'node', 'job', 'container_id', 'restart'],
    hasScrapeJob: false,
  },
  'k8s-monitoring': {
    names: { ...own, job: 'k8s_job_name' },
    labels: ['cluster', 'namespace', 'service_name', 'container'],
    metadata: ['pod', 'node', 'job', 'container_id', 'restart'],
    hasScrapeJob: false,
  },
  promtail: {
    names: { ...own, workload: 'app', node: 'node_name', job: 'k8s_job_name' },
    labels: ['cluster', 'namespace', 'workload', 'container', 'pod', 'node'],
    metadata: ['job', 'container_id', 'restart'],
    hasScrapeJob: true,
  },
  opentelemetry: {
    names: {
      ...own,
      cluster: 'k8s_cluster_name',
      namespace: 'k8s_namespace_name',
      workload: 'app',
      container: 'k8s_container_name',
      pod: 'k8s_pod_name',
      node: 'k8s_node_name',
      job: 'k8s_job_name',
      restart: 'k8s_container_restart_count',
      pod_uid: 'k8s_pod_uid',
    },
    labels: ['cluster', 'namespace', 'service_name', 'container'],
    metadata: ['pod', 'node', 'job', 'container_id', 'restart'],
    hasScrapeJob: false,
  },
};
