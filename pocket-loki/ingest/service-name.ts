/** Labels that name a service, the best first: Loki's `discover_service_name`. */
const serviceLabels = [
  'service',
  'app',
  'application',
  'app_name',
  'name',
  'app_kubernetes_io_name',
  'container',
  'container_name',
  'k8s_container_name',
  'component',
  'workload',
  'job',
  'k8s_job_name',
];

/** The value of the label `service_name` that a stream with these labels gets, where it has none. */
export function serviceNameOf(labels: ReadonlyMap<string, string>): string {
  const name = serviceLabels.map((label) => labels.get(label)).find((value) => value !== undefined && value !== '');
  return name ?? 'unknown_service';
}
