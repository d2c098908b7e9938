import type { Cause } from '../../../model/causes';
import type { LogStatus } from '../../../model/records';

/** What the timeline and the table of lost logs leave out. An empty list, or an empty text, leaves out nothing. */
export interface Filters {
  cluster: readonly string[];
  namespace: readonly string[];
  /** Names of Jobs or of CronJobs. */
  job: readonly string[];
  node: readonly string[];
  status: readonly LogStatus[];
  cause: readonly Cause[];
  /** All words of it must occur in the names. */
  text: string;
}

export const NO_FILTERS: Filters = {
  ...{ cluster: [], namespace: [], job: [], node: [], status: [], cause: [] },
  text: '',
};

/** What filters look at; a `Case` is one. */
export interface Filterable {
  cluster: string;
  namespace: string;
  pod: string;
  container: string;
  containerId: string | null;
  node: string | null;
  job: string | null;
  cronJob: string | null;
  /** undefined where no agent wrote a container record. */
  status: LogStatus | undefined;
  /** undefined where there is no case. */
  cause: Cause | undefined;
}

const allows = <T>(wanted: readonly T[], ...values: Array<T | null | undefined>) =>
  wanted.length === 0 || values.some((value) => value != null && wanted.includes(value));

/** A test for many: the words of the text are prepared once. */
export function matcherOf(filters: Filters): (one: Filterable) => boolean {
  const words = filters.text.toLowerCase().split(/\s+/).filter(Boolean);
  return (one) =>
    allows(filters.cluster, one.cluster) &&
    allows(filters.namespace, one.namespace) &&
    allows(filters.job, one.job, one.cronJob) &&
    allows(filters.node, one.node) &&
    allows(filters.status, one.status) &&
    allows(filters.cause, one.cause) &&
    (words.length === 0 || words.every((word) => namesOf(one).includes(word)));
}

const namesOf = ({ cluster, namespace, pod, container, containerId, node, job, cronJob }: Filterable) =>
  [namespace, pod, container, job, cronJob, node, cluster, containerId].join(' ').toLowerCase();

/** Something is left out. */
export const isFiltering = ({ text, ...lists }: Filters): boolean =>
  text.trim() !== '' || Object.values(lists).some((list) => list.length > 0);
