// Loaded with every Grafana page: nothing heavy is imported here.
import { LOOKUP_PATH, TIMELINE_PATH } from '../shared/paths';

/** A time in Grafana's terms: text such as `now-1h`, milliseconds, or one of its moments. */
type Time = string | number | object;

/** What is known where a link stands. */
export interface Known {
  /** Labels and structured metadata by name. */
  fields: Readonly<Record<string, string | undefined>>;
  from?: Time;
  to?: Time;
}

/** What equals what in a query of LogQL: `{namespace="a"} | pod="b"` says so of two names. */
export function fieldsOfQuery(expr: string): Record<string, string> {
  const found = expr.matchAll(/([A-Za-z_]\w*)\s*=\s*"((?:[^"\\]|\\.)*)"/g);
  return Object.fromEntries([...found].map(([, name = '', value = '']) => [name, value.replace(/\\(.)/g, '$1')]));
}

/**
 * Where a link leads: to the log of one container where that is known, to the Job runs of the same time else.
 * undefined where nothing tells of containers.
 */
export function whereTo({ fields, from, to }: Known): string | undefined {
  const { container_id: id, namespace = fields.k8s_namespace_name, job_name: job } = fields;
  const pod = fields.pod ?? fields.pod_name ?? fields.k8s_pod_name;
  const q = id ?? (pod && (namespace ? `${namespace}/${pod}` : pod));
  if (q) {
    return withParameters(LOOKUP_PATH, { q });
  }
  return namespace || job || fields.record || fields.node
    ? withParameters(TIMELINE_PATH, { from: text(from), to: text(to), namespace, job, node: fields.node })
    : undefined;
}

const text = (time: Time | undefined) => (time === undefined ? undefined : `${time.valueOf()}`);

function withParameters(path: string, parameters: Record<string, string | undefined>): string {
  const given = Object.entries(parameters).filter((entry): entry is [string, string] => !!entry[1]);
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`;
}
