import { severityOf } from '../../shared/severity';
import type { ContainerLife } from './container-life';
import { nodeKey } from './node-key';
import type { NodeLane } from './node-lane';
import type { Grouping, Sorting } from './orders';
import type { Row } from './row';
import { makeSpans, type Spans } from './spans';

export type { Row } from './row';

/** Rows under one header. */
export interface Group {
  key: string;
  label: string;
  /** undefined unless grouped by node. */
  node: NodeLane | undefined;
  rows: Row[];
  lives: number;
  cases: number;
  /** As of its worst row. */
  severity: number;
}

/** What a timeline shows, ready to be laid out. */
export interface TimelineModel {
  /** Row by row, in a row by start. `spans` has the same order. */
  lives: ContainerLife[];
  spans: Spans;
  groups: Group[];
  nodes: Map<string, NodeLane>;
  now: number;
}

/**
 * Groups container lives into rows and sorts them. Pure.
 *
 * @param lives those to be shown, in any order
 * @param nodes all of `nodeLanes()`; grouped by node, those without a life are shown as well
 */
export function timelineModel(
  lives: readonly ContainerLife[],
  nodes: Map<string, NodeLane>,
  options: { groupBy: Grouping; sort: Sorting; now: number }
): TimelineModel {
  const byRow = new Map<string, ContainerLife[]>();
  for (const life of lives) {
    const key = rowKey(life);
    const own = byRow.get(key);
    if (own) {
      own.push(life);
    } else {
      byRow.set(key, [life]);
    }
  }
  const groups = new Map<string, Group>();
  if (options.groupBy === 'node') {
    for (const node of nodes.values()) {
      groups.set(node.key, emptyGroup(node.key, node.node, node));
    }
  }
  for (const [key, own] of byRow) {
    const row = rowOf(
      key,
      own.sort((a, b) => a.started - b.started),
      options.now
    );
    const [groupKey, label] = groupOf(row, options.groupBy);
    const group = groups.get(groupKey) ?? emptyGroup(groupKey, label, undefined);
    group.rows.push(row);
    group.lives += own.length;
    group.cases += row.cases;
    group.severity = Math.min(group.severity, row.severity);
    groups.set(groupKey, group);
  }
  const sorted = [...groups.values()].sort(compareGroups(options.sort));
  sorted.forEach((group) => group.rows.sort(compareRows[options.sort]));
  return { ...inOrder(sorted, byRow, options.now), groups: sorted, nodes, now: options.now };
}

/** Gives every row its piece of the spans. */
function inOrder(
  groups: Group[],
  byRow: Map<string, ContainerLife[]>,
  now: number
): Pick<TimelineModel, 'lives' | 'spans'> {
  const lives: ContainerLife[] = [];
  const rows = groups.flatMap((group) => group.rows);
  for (const row of rows) {
    row.first = lives.length;
    byRow.get(row.key)?.forEach((life) => lives.push(life));
    row.last = lives.length;
  }
  return { lives, spans: makeSpans(lives, rows, now) };
}

const rowKey = ({ cluster, node, namespace, job, workload, podUid }: ContainerLife): string =>
  `${cluster}/${node ?? ''}/${namespace}/${job === null ? `workload/${workload || podUid}` : `job/${job}`}`;

function rowOf(key: string, lives: ContainerLife[], now: number): Row {
  const [first] = lives;
  if (first === undefined) {
    throw new Error('a row has at least one container');
  }
  const { cluster, namespace, node, job, workload } = first;
  return {
    ...{ key, cluster, namespace, node, label: job ?? workload, isJob: job !== null },
    cronJob: lives.find((life) => life.cronJob !== null)?.cronJob ?? null,
    nodeKey: nodeKey(cluster, node),
    ...{ first: 0, last: 0, lanes: 1 },
    start: first.started,
    end: lives.reduce((end, life) => Math.max(end, life.ended ?? now), first.started),
    cases: lives.reduce((sum, life) => sum + (life.cause === undefined ? 0 : 1), 0),
    severity: lives.reduce((worst, life) => Math.min(worst, severityOfCase(life)), Infinity),
    failed: lives.reduce((sum, life) => sum + (life.exit === 'failed' ? 1 : 0), 0),
  };
}

const severityOfCase = ({ cause, status }: ContainerLife): number =>
  cause === undefined ? Infinity : severityOf(status);

/** Key and label of the group that a row belongs to. */
function groupOf(row: Row, groupBy: Grouping): [string, string] {
  const { cluster, namespace, label, cronJob } = row;
  switch (groupBy) {
    case 'node':
      return [row.nodeKey, row.node ?? ''];
    case 'job':
      return [`${cluster}/${namespace}/${label}`, label];
    case 'cronJob':
      return cronJob === null ? ['', ''] : [`${cluster}/${namespace}/${cronJob}`, cronJob];
    case 'namespace':
      return [`${cluster}/${namespace}`, namespace];
  }
}

const emptyGroup = (key: string, label: string, node: NodeLane | undefined): Group => ({
  ...{ key, label, node },
  ...{ rows: [], lives: 0, cases: 0, severity: Infinity },
});

/** By code units: right for names of Kubernetes objects, and far faster than by language. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** From here on a status is as good as any: all of the log is in Loki. */
const IN_LOKI = severityOf('rescued');
const compareSeverity = (a: { severity: number }, b: { severity: number }) =>
  Math.min(a.severity, IN_LOKI) - Math.min(b.severity, IN_LOKI);

const compareRows: Record<Sorting, (a: Row, b: Row) => number> = {
  worst: (a, b) => compareSeverity(a, b) || a.start - b.start || compare(a.key, b.key),
  start: (a, b) => a.start - b.start || compare(a.key, b.key),
  newest: (a, b) => b.start - a.start || compare(a.key, b.key),
  name: (a, b) => compare(a.label, b.label) || compare(a.key, b.key),
  cases: (a, b) => b.cases - a.cases || a.start - b.start || compare(a.key, b.key),
  duration: (a, b) => b.end - b.start - (a.end - a.start) || compare(a.key, b.key),
};

/** What belongs to no group stands last. */
function compareGroups(sort: Sorting): (a: Group, b: Group) => number {
  const byName = (a: Group, b: Group) =>
    Number(a.label === '') - Number(b.label === '') || compare(a.label, b.label) || compare(a.key, b.key);
  switch (sort) {
    case 'worst':
      return (a, b) => compareSeverity(a, b) || byName(a, b);
    case 'cases':
      return (a, b) => b.cases - a.cases || byName(a, b);
    default:
      return byName;
  }
}
