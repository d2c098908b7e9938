// Loaded with every Grafana page: nothing heavy is imported here.
import { LOOKUP_PATH, TIMELINE_PATH } from '../shared/paths';

/** A time in Grafana's terms: text such as `now-1h`, milliseconds, or one of its moments. */
type Time = string | number | object;

/** What is known where a link is shown. */
export interface Known {
  /** Labels and structured metadata by name, each with the values that it may have. */
  fields: Readonly<Record<string, readonly string[] | undefined>>;
  from?: Time;
  to?: Time;
}

/** A matcher or label filter, or a string of its own (line filters, formats), which names no label. */
const MATCHERS = /(?:([A-Za-z_][\w.]*)\s*(=~|!~|!=|==?)\s*)?("(?:[^"\\]|\\.)*"|`[^`]*`)/g;

/**
 * The values that labels and metadata may have by a query of LogQL: `{namespace="a"} | pod=~"b|c"` says so of two names.
 * Regular expressions other than alternatives of plain names, negations and line filters say nothing.
 */
export function fieldsOfQuery(expr: string): Record<string, string[]> {
  const fields: Record<string, string[]> = {};
  for (const [, name, operator, quoted = ''] of expr.matchAll(MATCHERS)) {
    const text = quoted.startsWith('"') ? quoted.slice(1, -1).replace(/\\(.)/g, '$1') : quoted.slice(1, -1);
    const values = operator === '=~' ? alternativesOf(text) : operator === '=' || operator === '==' ? [text] : [];
    if (name !== undefined && values.length > 0 && text !== '') {
      fields[name] = values;
    }
  }
  return fields;
}

/** `a|b` and `(a|b)`, as Grafana writes variables with several values; nothing for any other regular expression. */
function alternativesOf(pattern: string): string[] {
  const inner = /^\((.*)\)$/.exec(pattern)?.[1] ?? pattern;
  const values = inner.split('|').map((value) => value.replace(/\\([.\-/])/g, '$1'));
  return values.every((value) => /^[\w./-]+$/.test(value)) ? values : [];
}

/**
 * Where a link leads: to the log of one container where that is known, to the Job runs of the same time else.
 * undefined where nothing is about containers.
 */
export function whereTo({ fields, from, to }: Known): string | undefined {
  const only = (...names: string[]) => {
    const values = names.map((name) => fields[name]).find((list) => list !== undefined);
    return values?.length === 1 ? values[0] : undefined;
  };
  const namespaces = fields.namespace ?? fields.k8s_namespace_name ?? [];
  const jobs = fields.job_name ?? fields.k8s_job_name ?? [];
  const pod = only('pod', 'pod_name', 'k8s_pod_name');
  const namespace = namespaces.length === 1 ? namespaces[0] : undefined;
  const q = only('container_id') ?? (pod && (namespace ? `${namespace}/${pod}` : pod));
  if (q) {
    return withParameters(LOOKUP_PATH, [['q', q]]);
  }
  const workload = only('workload');
  const isOfContainers = [namespaces, jobs, fields.record ?? [], fields.node ?? []].some((list) => list.length > 0);
  return isOfContainers || workload !== undefined
    ? withParameters(TIMELINE_PATH, [
        ['from', text(from)],
        ['to', text(to)],
        ...namespaces.map((value): Parameter => ['namespace', value]),
        ...jobs.map((value): Parameter => ['job', value]),
        ...(fields.node ?? []).map((value): Parameter => ['node', value]),
        ['text', workload],
      ])
    : undefined;
}

type Parameter = [name: string, value: string | undefined];

const text = (time: Time | undefined) => (time === undefined ? undefined : `${time.valueOf()}`);

function withParameters(path: string, parameters: readonly Parameter[]): string {
  const given = parameters.filter((entry): entry is [string, string] => !!entry[1]);
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`;
}
