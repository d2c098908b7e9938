// Loaded with every Grafana page: nothing heavy is imported here.
import type { ScopedVars } from '@grafana/data';
import { getTemplateSrv } from '@grafana/runtime';
import { fieldsOfQuery, type Known } from './where-to';

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/**
 * What Explore's toolbar and the menu of a dashboard's panel tell: queries and a time range. undefined where no query
 * is one of Loki.
 */
export function knownOfQueries(context: unknown): Known | undefined {
  const { targets, timeRange, data, scopedVars } = isObject(context) ? context : {};
  // Queries of a panel may leave the data source to the panel; those that were run name it.
  const { request } = isObject(data) ? data : {};
  const ran = isObject(request) ? request.targets : undefined;
  const queries = [targets, ran]
    .flatMap((list) => (Array.isArray(list) ? list : []))
    .filter(isObject)
    .filter(isOfLoki);
  const expr = queries.map((query) => query.expr).find((one): one is string => typeof one === 'string');
  return expr === undefined
    ? undefined
    : { fields: fieldsOfQuery(replaceVariables(expr, scopedVars)), ...rangeOf(timeRange) };
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

const isOfLoki = ({ datasource }: Record<string, unknown>) => isObject(datasource) && datasource.type === 'loki';

function rangeOf(range: unknown): Pick<Known, 'from' | 'to'> {
  const { from, to } = isObject(range) ? (isObject(range.raw) ? range.raw : range) : {};
  const timeOf = (value: unknown) =>
    typeof value === 'string' || typeof value === 'number' || isObject(value) ? value : undefined;
  return { from: timeOf(from), to: timeOf(to) };
}
