import type { InterpolateFunction } from '@grafana/data';
import { escapeRegex } from '../../../model/logql';
import type { ContainerLife } from '../../timeline/model/container-life';
import type { JobTimelineOptions } from '../options';

type Patterns = Pick<JobTimelineOptions, 'cluster' | 'namespace' | 'node' | 'job' | 'statuses'>;

/** What passes a panel's filters, and which of them cannot be read. */
export interface Filter {
  /** undefined where nothing is filtered. */
  passes: ((life: ContainerLife) => boolean) | undefined;
  /** Patterns that are no regular expressions; they leave out nothing. */
  faulty: string[];
}

/** The patterns of the options with a dashboard's variables put in: of several values, one of them must match. */
export const filledPatterns = (options: JobTimelineOptions, replaceVariables: InterpolateFunction): Patterns => {
  const fill = (text: string) => replaceVariables(text, undefined, inPattern);
  const { cluster, namespace, node, job, statuses } = options;
  return { cluster: fill(cluster), namespace: fill(namespace), node: fill(node), job: fill(job), statuses };
};

/** As Grafana's Loki data source does it: of several values each stands for itself, one alone may be a pattern. */
const inPattern = (value: unknown): string =>
  Array.isArray(value) ? `(${value.map((one) => escapeRegex(String(one))).join('|')})` : String(value);

export function filterOf({ cluster, namespace, node, job, statuses }: Patterns): Filter {
  const faulty: string[] = [];
  /** Matches whole names, as LogQL does. */
  const test = (pattern: string): ((...names: Array<string | null>) => boolean) | undefined => {
    if (pattern.trim() === '' || pattern === '.*') {
      return undefined;
    }
    try {
      const regex = new RegExp(`^(?:${pattern})$`);
      return (...names) => names.some((name) => name !== null && regex.test(name));
    } catch {
      faulty.push(pattern);
      return undefined;
    }
  };
  const tests = [test(cluster), test(namespace), test(node), test(job)] as const;
  const [ofCluster, ofNamespace, ofNode, ofJob] = tests;
  if (statuses.length === 0 && tests.every((one) => one === undefined)) {
    return { passes: undefined, faulty };
  }
  const passes = (life: ContainerLife) =>
    (ofCluster?.(life.cluster) ?? true) &&
    (ofNamespace?.(life.namespace) ?? true) &&
    (ofNode?.(life.node ?? '') ?? true) &&
    (ofJob?.(life.job, life.cronJob, life.workload) ?? true) &&
    (statuses.length === 0 || statuses.includes(life.status));
  return { passes, faulty };
}
