import { evictionOf } from '../cases';
import type { Cause } from '../causes';
import type { Span } from '../evidence';
import {
  type GcRecord,
  logStatusSchema,
  type LogStatus,
  type NodeRecord,
  type PodRecord,
  recordKey,
  type RollupRecord,
} from '../records';
import type { FamilyPulls } from './pulls';

/**
 * What the rows of a review stand for: a `pool` is the nodes with one value of a label, a `job` is a Job family, the pods
 * of a CronJob's Jobs or of numbered Jobs.
 */
export type GroupBy = 'node' | 'pool' | 'namespace' | 'job';

/** A number of cases that have all of this in common. */
export interface CaseTally {
  cluster: string;
  node: string | null;
  namespace: string;
  workload: string;
  status: LogStatus;
  cause: Cause;
  count: number;
}

/** A row of the ranking. What is null is not known, or says nothing about such a row. */
export interface CapacityRow {
  cluster: string;
  /** Of a Job family; null in other rows. */
  namespace: string | null;
  /** null: not assigned, as the node of a pod that no record names. Of a pool empty: nodes without the label. */
  name: string | null;
  pressureMs: number | null;
  /** Reclaims by the eviction manager. */
  reclaims: number | null;
  imageGcs: number | null;
  /** Containers that reclaims removed. By namespace and Job family: those whose logs are cases with cause C1. */
  containersRemoved: number | null;
  imagesRemoved: number | null;
  imageBytesRemoved: number | null;
  /** Images that were removed once more: they were pulled again in between. At least these. */
  imagesPulledAgain: number | null;
  /** Evicted because the node was short of disk or inodes. */
  podsEvicted: number | null;
  /** Evicted because they exceeded a limit of their own. */
  podsOverLimit: number | null;
  /** Rejected at admission, because the node was under pressure: nothing of them ran. */
  podsRejected: number | null;
  /** Cases by the status of the log in Loki. */
  logs: Record<LogStatus, number>;
}

/** A stretch of DiskPressure as the watch saw it. */
export interface PressureRecord {
  record: NodeRecord;
  /** When it was written last, milliseconds since 1970: one that lasts is written again every hour. */
  writtenAt: number;
}

export interface CountInput {
  range: Span;
  /** Of each node without overlap. */
  rollups: readonly RollupRecord[];
  gcs: readonly GcRecord[];
  pressures: readonly PressureRecord[];
  pods: readonly PodRecord[];
  /** By all of it; where `familyCases` are given, by node, and only those with cause C15 by Job family too. */
  cases: readonly CaseTally[];
  /**
   * By Job family, where counts by all of it would be too many. Of very many families those with most of each cause; the
   * others of a namespace then have an empty `workload`. Of a review by node only those that findings may be about.
   */
  familyCases?: readonly CaseTally[];
  /** Images that Job families had pulled. */
  pulls?: readonly FamilyPulls[];
  /** Keys (`nodeKey`) of nodes whose kubelet log was read: else nobody knows their reclaims. */
  withKubeletLog: ReadonlySet<string>;
  /** Clusters that a watch observed, and for which part of the range: else nobody knows conditions and evictions. */
  watched: ReadonlyMap<string, number>;
  /** Nodes that have a row even if nothing happened there. */
  nodes: ReadonlyArray<{ cluster: string; node: string }>;
  /** Pools of nodes, by `nodeKey`; needed for rows by pool. */
  pools?: ReadonlyMap<string, string>;
}

/** A condition that lasts is written every hour; after that nobody saw it. */
const SEEN_MS = 3_600_000;

export const nodeKey = ({ cluster, node }: { cluster: string; node: string | null }): string =>
  recordKey({ cluster, id: node ?? '' });

/** The rows of a review, those with most trouble first. */
export function rowsBy(by: GroupBy, input: CountInput): CapacityRow[] {
  if (by === 'pool') {
    return poolRows(rowsBy('node', input), input.pools);
  }
  const rows = new Map<string, CapacityRow>();
  const rowOf = (where: Place) => {
    const row = emptyRow(by, where, input);
    const key = JSON.stringify([row.cluster, row.namespace, row.name]);
    const known = rows.get(key) ?? row;
    rows.set(key, known);
    return known;
  };
  if (by === 'node') {
    input.nodes.forEach((node) => rowOf({ ...node, namespace: '', workload: '' }));
    addOfNodes(rowOf, input);
  }
  for (const pod of input.pods) {
    addPod(rowOf(pod), pod, input.range);
  }
  for (const tally of by === 'node' ? input.cases : (input.familyCases ?? input.cases)) {
    if (by === 'job' && tally.workload === '') {
      continue; // Of a namespace those that were not told apart.
    }
    const row = rowOf(tally);
    row.logs[tally.status] += tally.count;
    if (by !== 'node' && tally.cause === 'C1') {
      row.containersRemoved = (row.containersRemoved ?? 0) + tally.count;
    }
  }
  return [...rows.values()].filter((row) => by === 'node' || hasAny(row)).sort(byTrouble);
}

/** The rows of nodes, those of one pool together. */
function poolRows(nodes: readonly CapacityRow[], pools: ReadonlyMap<string, string> = new Map()): CapacityRow[] {
  const members = new Map<string, CapacityRow[]>();
  for (const row of nodes) {
    const { cluster, name: node } = row;
    const pool = node === null ? null : (pools.get(nodeKey({ cluster, node })) ?? '');
    const key = JSON.stringify([cluster, pool]);
    members.set(key, [...(members.get(key) ?? []), { ...row, name: pool }]);
  }
  return [...members.values()]
    .flatMap((rows) => {
      const [first] = rows;
      return first === undefined ? [] : { ...totalOf(rows), cluster: first.cluster, namespace: null, name: first.name };
    })
    .sort(byTrouble);
}

/** The value of a label by node, of the nodes that have it: what `CountInput.pools` takes. */
export function poolsOf(nodes: readonly NodeRecord[], label: string): ReadonlyMap<string, string> {
  return new Map(
    nodes.flatMap((record) => {
      const pool = record.about === 'node' && Object.hasOwn(record.labels, label) ? record.labels[label] : undefined;
      return pool === undefined ? [] : [[nodeKey(record), pool] as const];
    })
  );
}

interface Place {
  cluster: string;
  node: string | null;
  namespace: string;
  workload: string;
}

function emptyRow(by: GroupBy, place: Place, { withKubeletLog, watched }: CountInput): CapacityRow {
  const name = by === 'node' ? place.node : by === 'namespace' ? place.namespace : place.workload;
  const ofKubelet = by === 'node' && withKubeletLog.has(nodeKey(place)) ? 0 : null;
  const ofWatch = watched.has(place.cluster) ? 0 : null;
  return {
    ...{ cluster: place.cluster, namespace: by === 'job' ? place.namespace : null, name },
    ...{ pressureMs: by === 'node' ? ofWatch : null, reclaims: ofKubelet, imageGcs: ofKubelet },
    ...{ containersRemoved: by === 'node' ? ofKubelet : 0, imagesRemoved: ofKubelet, imageBytesRemoved: ofKubelet },
    imagesPulledAgain: ofKubelet,
    ...{ podsEvicted: ofWatch, podsOverLimit: ofWatch, podsRejected: ofWatch },
    logs: noLogs(),
  };
}

const noLogs = (): Record<LogStatus, number> => ({
  ...{ complete: 0, rescued: 0, partial: 0, lost: 0, pending: 0, unknown: 0 },
});

function addOfNodes(rowOf: (place: Place) => CapacityRow, input: CountInput): void {
  const { rollups, gcs, pressures, range } = input;
  const onNode = ({ cluster, node }: { cluster: string; node: string }) =>
    rowOf({ cluster, node, namespace: '', workload: '' });
  // Reclaims are counted by their own records: an agent may read of one so late that the rollup of its hour lacks it.
  const removedBefore = new Set<string>();
  for (const gc of [...gcs].sort((a, b) => a.start.localeCompare(b.start))) {
    const { trigger, part, images, imageBytes, containersTotal, end } = gc;
    const at = Date.parse(end);
    if (part > 1 || at < range.from || at >= range.to) {
      continue;
    }
    const isReclaim = trigger === 'eviction';
    addCounts(onNode(gc), {
      ...{ reclaims: isReclaim ? 1 : 0, imageGcs: isReclaim ? 0 : 1, containersRemoved: containersTotal },
      ...{ imagesRemoved: images.length, imageBytesRemoved: imageBytes },
      imagesPulledAgain: images.filter(({ id }) => removedBefore.has(`${nodeKey(gc)} ${id}`)).length,
    });
    images.forEach(({ id }) => removedBefore.add(`${nodeKey(gc)} ${id}`));
  }
  // The agent remembers images that were removed before the range.
  const remembered = new Map<CapacityRow, number>();
  for (const rollup of rollups) {
    const row = onNode(rollup);
    remembered.set(row, (remembered.get(row) ?? 0) + rollup.imagesRemovedAgain);
  }
  for (const [row, again] of remembered) {
    row.imagesPulledAgain = again === 0 ? row.imagesPulledAgain : Math.max(again, row.imagesPulledAgain ?? 0);
  }
  for (const { record, writtenAt } of pressures) {
    if (record.about === 'condition' && record.condition === 'DiskPressure' && record.status === 'True') {
      const to = record.to === null ? writtenAt + SEEN_MS : Date.parse(record.to);
      const ms = Math.min(to, range.to) - Math.max(Date.parse(record.from), range.from);
      const row = onNode(record);
      row.pressureMs = (row.pressureMs ?? 0) + Math.max(0, ms);
    }
  }
}

const KUBELET_COUNTS = [
  ...(['reclaims', 'imageGcs', 'containersRemoved', 'imagesRemoved', 'imageBytesRemoved'] as const),
  'imagesPulledAgain',
] as const;

function addCounts(row: CapacityRow, counts: Record<(typeof KUBELET_COUNTS)[number], number>): void {
  for (const name of KUBELET_COUNTS) {
    row[name] = (row[name] ?? 0) + counts[name];
  }
}

/** Whether a pod was evicted in a time range. */
export function isEvictedIn({ from, to }: Span, { disruption, finished, started, created }: PodRecord): boolean {
  const at = Date.parse(disruption?.at ?? finished ?? started ?? created ?? '');
  return at >= from && at < to;
}

function addPod(row: CapacityRow, pod: PodRecord, range: Span): void {
  if (!isEvictedIn(range, pod)) {
    return;
  }
  switch (evictionOf(pod)) {
    case 'disk':
      row.podsEvicted = (row.podsEvicted ?? 0) + 1;
      break;
    case 'own-limit':
      row.podsOverLimit = (row.podsOverLimit ?? 0) + 1;
      break;
    case 'rejected':
      row.podsRejected = (row.podsRejected ?? 0) + 1;
      break;
    default: // Memory and process ids are no matter of disks.
  }
}

/** The numbers of a row that are added up. */
const NUMBERS = [
  ...(['pressureMs', ...KUBELET_COUNTS] as const),
  ...(['podsEvicted', 'podsOverLimit', 'podsRejected'] as const),
];

export const casesIn = ({ logs }: CapacityRow): number => Object.values(logs).reduce((sum, count) => sum + count, 0);

const hasAny = (row: CapacityRow) => casesIn(row) > 0 || NUMBERS.some((name) => (row[name] ?? 0) > 0);

/** All rows of one kind as one; a number that no row knows stays unknown. */
export function totalOf(rows: readonly CapacityRow[]): Omit<CapacityRow, 'cluster' | 'namespace' | 'name'> {
  const add = (name: (typeof NUMBERS)[number]) =>
    rows.reduce<number | null>((sum, row) => (row[name] === null ? sum : (sum ?? 0) + row[name]), null);
  const logs = noLogs();
  for (const status of logStatusSchema.options) {
    logs[status] = rows.reduce((sum, row) => sum + row.logs[status], 0);
  }
  return {
    ...{ pressureMs: add('pressureMs'), reclaims: add('reclaims'), imageGcs: add('imageGcs') },
    ...{ containersRemoved: add('containersRemoved'), imagesRemoved: add('imagesRemoved') },
    ...{ imagesPulledAgain: add('imagesPulledAgain') },
    ...{ imageBytesRemoved: add('imageBytesRemoved'), podsEvicted: add('podsEvicted') },
    ...{ podsOverLimit: add('podsOverLimit'), podsRejected: add('podsRejected'), logs },
  };
}

/** Logs that Loki lacks first, then what the node went through, then removed logs. */
function byTrouble(a: CapacityRow, b: CapacityRow): number {
  const score = (row: CapacityRow) => [
    row.logs.lost + row.logs.partial,
    row.reclaims ?? 0,
    row.pressureMs ?? 0,
    (row.podsEvicted ?? 0) + (row.podsOverLimit ?? 0) + (row.podsRejected ?? 0),
    casesIn(row),
  ];
  const [ofA, ofB] = [score(a), score(b)];
  const place = ofA.findIndex((value, index) => value !== ofB[index]);
  const text = (row: CapacityRow) => `${row.cluster} ${row.namespace ?? ''} ${row.name ?? ''}`;
  return place < 0 ? (text(a) < text(b) ? -1 : 1) : (ofB[place] ?? 0) - (ofA[place] ?? 0);
}
