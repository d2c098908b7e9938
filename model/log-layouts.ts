import * as z from 'zod';

/** How a shipper labels the containers' logs in Loki. */
export const logLayoutSchema = z.object({
  preset: z.enum(['afterlog', 'k8s-monitoring', 'alloy', 'promtail', 'opentelemetry', 'other']),
  /** Names of labels; an empty one is a label that the streams do not have. */
  cluster: z.string(),
  namespace: z.string().min(1),
  container: z.string().min(1),
  pod: z.string().min(1),
  /** Whether the pod's name is a label of the streams, or stands in the structured metadata of each line. */
  podIs: z.enum(['label', 'metadata']),
});
export type LogLayout = z.infer<typeof logLayoutSchema>;
export type LayoutPreset = LogLayout['preset'];

const names = { cluster: 'cluster', namespace: 'namespace', container: 'container', pod: 'pod' };

/** Afterlog's own agent also writes container ids, so that a single run is found by its id. */
export const OWN_LAYOUT: LogLayout = { preset: 'afterlog', ...names, podIs: 'metadata' };

/**
 * The layouts that the usual shippers come with.
 *
 * Sources: the values of k8s-monitoring-helm's chart feature-pod-logs (`labelsToKeep`, `structuredMetadata`), the
 * example for Kubernetes logs in Grafana Alloy's documentation, the relabelling of the Helm chart of Promtail.
 */
export const LAYOUTS: Record<Exclude<LayoutPreset, 'other'>, LogLayout> = {
  afterlog: OWN_LAYOUT,
  'k8s-monitoring': { preset: 'k8s-monitoring', ...names, podIs: 'metadata' },
  alloy: { preset: 'alloy', ...names, podIs: 'label' },
  promtail: { preset: 'promtail', ...names, cluster: '', podIs: 'label' },
  opentelemetry: {
    preset: 'opentelemetry',
    cluster: 'k8s_cluster_name',
    namespace: 'k8s_namespace_name',
    container: 'k8s_container_name',
    pod: 'k8s_pod_name',
    podIs: 'metadata',
  },
};

/** A preset by its name alone, as provisioning may give it. */
export const presetSchema = z
  .object({ preset: logLayoutSchema.shape.preset.exclude(['other']) })
  .transform(({ preset }) => LAYOUTS[preset]);
