import type { LogEntry } from '../log-entry';
import type { LogLayout } from '../log-layouts';
import { SHIPPER_LABEL, SHIPPER_NAME } from '../stream-presets';
import type { Who } from './account';

/** The container run that a line's labels and metadata name, as far as its shipper reports. */
export interface LineOrigin extends Who {
  workload?: string;
  job?: string;
  /** Somebody else than Afterlog's agent shipped it. */
  isForeign: boolean;
}

/**
 * The names under which shippers report where a line comes from, in labels or structured metadata, the agent's own first.
 *
 * Sources: Grafana Alloy's and Promtail's examples for Kubernetes (`namespace`, `pod`, `container`); Loki's mapping of
 * OpenTelemetry resource attributes (`k8s.pod.name` becomes `k8s_pod_name`; grafana.com/docs/loki, "Ingesting logs to
 * Loki using OpenTelemetry Collector"); fluent-bit's `label_keys` (`$kubernetes['pod_name']` becomes
 * `kubernetes_pod_name`; plugins/out_loki/loki.c), which OpenShift's Vector writes too; the fields of Vector's
 * `kubernetes_logs` source, also behind `kubernetes_`; `labelMap` of the chart of Grafana's plugin for Fluent Bit
 * (grafana/loki, production/helm/fluent-bit/values.yaml), in which a pod is an `instance`.
 */
const ORIGIN_NAMES = {
  cluster: ['cluster', 'k8s_cluster_name', 'kubernetes_cluster_name', 'cluster_name'],
  namespace: [
    'namespace',
    'k8s_namespace_name',
    'kubernetes_namespace_name',
    'pod_namespace',
    'namespace_name',
    'kubernetes_pod_namespace',
    'kubernetes_namespace',
  ],
  pod: ['pod', 'k8s_pod_name', 'kubernetes_pod_name', 'pod_name', 'kubernetes_pod', 'instance'],
  podUid: ['pod_uid', 'k8s_pod_uid', 'kubernetes_pod_uid', 'kubernetes_pod_id'],
  container: ['container', 'k8s_container_name', 'kubernetes_container_name', 'container_name', 'kubernetes_container'],
  restart: ['restart', 'k8s_container_restart_count'],
  containerId: ['container_id', 'kubernetes_container_id', 'kubernetes_docker_id'],
  node: ['node', 'node_name', 'k8s_node_name', 'kubernetes_host', 'kubernetes_node_name'],
} as const;

/** All of the names, for queries that count by them. */
export const ALL_ORIGIN_NAMES: readonly string[] = [
  ...Object.values(ORIGIN_NAMES).flat(),
  ...['workload', 'job', 'k8s_job_name', SHIPPER_LABEL],
];

type Fields = LogEntry['fields'];

/** Whether somebody else than Afterlog's agent shipped a line. */
export const isForeignLine = (fields: Fields): boolean =>
  fields.workload === undefined && fields[SHIPPER_LABEL] !== SHIPPER_NAME;

/** Where a line comes from. @param layout names that a configuration gives go before the usual ones */
export function originOf(fields: Fields, layout?: LogLayout): LineOrigin {
  const hasOtherNames = fields.workload === undefined;
  const isForeign = isForeignLine(fields);
  const own = (name: 'cluster' | 'namespace' | 'pod' | 'container') =>
    isForeign && layout !== undefined && layout[name] !== '' ? fields[layout[name]] : undefined;
  const restart = Number(first(fields, ORIGIN_NAMES.restart) ?? NaN);
  return {
    cluster: own('cluster') ?? first(fields, ORIGIN_NAMES.cluster),
    namespace: own('namespace') ?? first(fields, ORIGIN_NAMES.namespace),
    pod: own('pod') ?? first(fields, ORIGIN_NAMES.pod),
    podUid: first(fields, ORIGIN_NAMES.podUid),
    container: own('container') ?? first(fields, ORIGIN_NAMES.container),
    restart: Number.isNaN(restart) ? undefined : restart,
    containerId: first(fields, ORIGIN_NAMES.containerId)?.replace(/^\w[\w-]*:\/\//, ''),
    node: first(fields, ORIGIN_NAMES.node),
    workload: fields.workload,
    // Elsewhere `job` is a scrape job, as Prometheus means it.
    job: hasOtherNames ? fields.k8s_job_name : fields.job,
    isForeign,
  };
}

function first(fields: Fields, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = fields[name];
    if (value !== undefined && value !== '') {
      return value;
    }
  }
  return undefined;
}

/** `stdout` or `stderr`; Loki has none for what a runtime did not tell. */
export const streamOf = (fields: Fields): string | undefined => fields.stream ?? fields.log_iostream;

/**
 * Whether two tell of the same container run. What one of them does not know decides nothing: the container's id does
 * where both have it, then the pod's UID, then the names.
 */
export function isSameRun(a: Who, b: Who): boolean {
  if (a.cluster !== undefined && b.cluster !== undefined && a.cluster !== b.cluster) {
    return false;
  }
  if (a.containerId && b.containerId) {
    return a.containerId === b.containerId;
  }
  const isSamePod = a.podUid && b.podUid ? a.podUid === b.podUid : a.pod === b.pod && a.namespace === b.namespace;
  return isSamePod && a.container === b.container && a.restart === b.restart;
}
