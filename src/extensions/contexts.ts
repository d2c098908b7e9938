// Loaded with every Grafana page: nothing heavy is imported here.
import { fieldsOfQuery, type Known } from './where-to';

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/**
 * What Explore's toolbar and the menu of a dashboard's panel tell: queries and a time range. undefined where no query
 * is one of Loki.
 */
export function knownOfQueries(context: unknown): Known | undefined {
  const { targets, timeRange } = isObject(context) ? context : {};
  const queries = (Array.isArray(targets) ? targets : []).filter(isObject).filter(isOfLoki);
  const expr = queries.map((query) => query.expr).find((one): one is string => typeof one === 'string');
  return expr === undefined ? undefined : { fields: fieldsOfQuery(expr), ...rangeOf(timeRange) };
}

/** Labels and metadata that name a container or its pod, as Afterlog, Grafana Alloy, Promtail and OpenTelemetry do. */
export const LINKED_LABELS = ['container_id', 'pod', 'pod_name', 'k8s_pod_name', 'k8s.pod.name'] as const;

/** What the details of a log line tell, where they have this label. */
export function knownOfLabel(context: unknown, label: string): Known | undefined {
  const { attributes } = isObject(context) ? context : {};
  return isObject(attributes) && Object.hasOwn(attributes, label) ? knownOfLine(context) : undefined;
}

/** What the details of a log line tell: its labels and structured metadata, each with one or several values. */
export function knownOfLine(context: unknown): Known | undefined {
  const { attributes, timeRange } = isObject(context) ? context : {};
  if (!isObject(attributes)) {
    return undefined;
  }
  const fields = Object.entries(attributes).map(([name, value]): [string, string] => [
    name.replaceAll('.', '_'),
    `${Array.isArray(value) ? value[0] : value}`,
  ]);
  return { fields: Object.fromEntries(fields), ...rangeOf(timeRange) };
}

const isOfLoki = ({ datasource }: Record<string, unknown>) => isObject(datasource) && datasource.type === 'loki';

function rangeOf(range: unknown): Pick<Known, 'from' | 'to'> {
  const { from, to } = isObject(range) ? (isObject(range.raw) ? range.raw : range) : {};
  const timeOf = (value: unknown) =>
    typeof value === 'string' || typeof value === 'number' || isObject(value) ? value : undefined;
  return { from: timeOf(from), to: timeOf(to) };
}
