// Loaded with every Grafana page: nothing heavy is imported here.
import type { ScopedVars } from '@grafana/data';
import { getTemplateSrv } from '@grafana/runtime';
import { fieldsOfQuery, type Known } from './where-to';

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/**
 * What Explore's toolbar and the menu of a dashboard's panel tell: queries and a time range. undefined where no query
 * is one of Loki, or one of Prometheus that names a pod and its namespace.
 */
export function knownOfQueries(context: unknown): Known | undefined {
  const { targets, timeRange, data, scopedVars } = isObject(context) ? context : {};
  // Queries of a panel may leave the data source to the panel; those that were run name it.
  const { request } = isObject(data) ? data : {};
  const ran = isObject(request) ? request.targets : undefined;
  const queries = [targets, ran].flatMap((list) => (Array.isArray(list) ? list : [])).filter(isObject);
  for (const { expr, datasource } of queries) {
    const type = typeof expr === 'string' && isObject(datasource) ? datasource.type : undefined;
    if (typeof expr !== 'string' || (type !== 'loki' && type !== 'prometheus')) {
      continue;
    }
    const fields = fieldsOfQuery(replaceVariables(expr, scopedVars));
    if (type === 'loki' || (fields.pod?.length === 1 && fields.namespace?.length === 1)) {
      return { fields, ...rangeOf(timeRange) };
    }
  }
  return undefined;
}

/** What the toolbar of Grafana's Logs Drilldown tells: the labels that are filtered by. */
export function knownOfFilters(context: unknown): Known | undefined {
  const { filters } = isObject(context) ? context : {};
  const fields: Record<string, string[]> = {};
  for (const { key, value, operator = '=' } of Array.isArray(filters) ? filters.filter(isObject) : []) {
    if (typeof key === 'string' && typeof value === 'string' && (operator === '=' || operator === '=|')) {
      fields[key] = [...(fields[key] ?? []), value];
    }
  }
  return Object.keys(fields).length === 0 ? undefined : { fields };
}

/** Labels and metadata that name a container or its pod, as Afterlog, Grafana Alloy, Promtail and OpenTelemetry do. */
export const LINKED_LABELS = ['container_id', 'pod', 'pod_name', 'k8s_pod_name', 'k8s.pod.name'] as const;

/** What the details of a log line report, where they have this label. */
export function knownOfLabel(context: unknown, label: string): Known | undefined {
  const { attributes } = isObject(context) ? context : {};
  return isObject(attributes) && Object.hasOwn(attributes, label) ? knownOfLine(context) : undefined;
}

/** What the details of a log line report: its labels and structured metadata, each with one or several values. */
export function knownOfLine(context: unknown): Known | undefined {
  const { attributes, timeRange } = isObject(context) ? context : {};
  if (!isObject(attributes)) {
    return undefined;
  }
  const fields = Object.entries(attributes).map(([name, value]): [string, string[]] => [
    name.replaceAll('.', '_'),
    [`${Array.isArray(value) ? value[0] : value}`],
  ]);
  return { fields: Object.fromEntries(fields), ...rangeOf(timeRange) };
}

/** The query with the dashboard's variables as their values: several as alternatives of a regular expression. */
function replaceVariables(expr: string, scopedVars: unknown): string {
  return getTemplateSrv().replace(expr, isScopedVars(scopedVars) ? scopedVars : undefined, 'regex');
}

const isScopedVars = (value: unknown): value is ScopedVars =>
  isObject(value) && Object.values(value).every((one) => one === undefined || isObject(one));

function rangeOf(range: unknown): Pick<Known, 'from' | 'to'> {
  const { from, to } = isObject(range) ? (isObject(range.raw) ? range.raw : range) : {};
  const timeOf = (value: unknown) =>
    typeof value === 'string' || typeof value === 'number' || isObject(value) ? value : undefined;
  return { from: timeOf(from), to: timeOf(to) };
}
