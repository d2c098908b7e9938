/** A Job run on one node, or what else of one workload ran there: one row, whose containers lie in lanes. */
export interface Row {
  key: string;
  /** The Job's name, or of what is no Job the workload's. */
  label: string;
  cluster: string;
  namespace: string;
  cronJob: string | null;
  isJob: boolean;
  /** `nodeKey()`. */
  nodeKey: string;
  node: string | null;
  /** Its spans are `[first, last)`. */
  first: number;
  last: number;
  /** How many lanes its spans lie in, at least 1. */
  lanes: number;
  /** First start and last end of its containers; the end is `now` while one runs. */
  start: number;
  end: number;
  cases: number;
  /** `severityOf()` the worst of its cases; Infinity where it has none. */
  severity: number;
  failed: number;
}
