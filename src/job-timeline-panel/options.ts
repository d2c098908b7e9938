import type { LogStatus } from '../../model/records';
import type { RowHeight } from '../timeline/geometry/layout';
import type { Grouping, Sorting } from '../timeline/model/orders';

/** The picture, or what it shows in a table. */
export const VIEWS = ['timeline', 'table'] as const;

/** How the panel shows its data, as a dashboard keeps it. */
export interface JobTimelineOptions {
  view: (typeof VIEWS)[number];
  groupBy: Grouping;
  sort: Sorting;
  rowHeight: RowHeight;
  /** Lanes of the nodes with their disks; bands of disk pressure behind the rows. */
  lanes: boolean;
  pressure: boolean;
  /** Also containers of no Job. */
  others: boolean;
  legend: boolean;
  /** Reads all records of the range itself, instead of the lines that the query gave. */
  readAll: boolean;
  /** Regular expressions that must match the whole name, with a dashboard's variables in them; empty for all. */
  cluster: string;
  namespace: string;
  node: string;
  /** Of a Job, its CronJob or its workload. */
  job: string;
  /** Empty for all. */
  statuses: readonly LogStatus[];
  /** How containers' logs are labelled in Loki, for showing one. */
  logs: 'afterlog' | 'k8s-monitoring' | 'alloy' | 'promtail';
}

export const DEFAULTS: JobTimelineOptions = {
  ...{ view: 'timeline', groupBy: 'node', sort: 'start', rowHeight: 'normal' },
  ...{ lanes: true, pressure: true, others: false, legend: true, readAll: true },
  ...{ cluster: '', namespace: '', node: '', job: '', statuses: [] },
  logs: 'afterlog',
};
