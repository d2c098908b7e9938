import type { CapacityCode } from '../codes';
import type { DiskRecord, RollupRecord, ThresholdsRecord } from '../records';
import {
  type CapacityRow,
  casesIn,
  type CountInput,
  type GroupBy,
  isEvictedIn,
  nodeKey,
  rowsBy,
  totalOf,
} from './counts';
import { disksOf, type NodeDisks } from './disk-use';
import { familiesOf, type FamilyUse, largestWriter } from './families';
import { type FamilyRecords, familyText, type Finding, findingsOf, type NodeFacts } from './findings';
import { trendOf, type TrendRow } from './trend';
import { type SettingChanges, type WhatIf, whatIfOf } from './what-if';
import { type Filling, fillingOf, type Headroom, headroomOf } from './headroom';

/** All that a review is worked out from. */
export interface CapacityInput extends CountInput {
  disks: readonly DiskRecord[];
  /** The newest of each node. */
  thresholds: readonly ThresholdsRecord[];
  /** When agents stopped that wrote so, by `nodeKey`: milliseconds since 1970. */
  stopped: ReadonlyMap<string, number>;
  /** What findings need of some Job families (`familiesToRead`); undefined where it was not read. */
  familyRecords?: FamilyRecords;
  /** What was not read because somebody stopped the reading. */
  missing?: 'counts' | 'before' | null;
  /** The same of the period of equal length before; undefined where it was not read. */
  before?: CountInput;
}

/** Disks and settings of a node. */
export interface NodeCapacity {
  cluster: string;
  node: string;
  /** undefined where no record tells of its disks. */
  disks: NodeDisks | undefined;
  /** Where its thresholds are from; null where no record tells them. */
  thresholdsFrom: ThresholdsRecord['source'] | null;
  headroom: Headroom[];
  filling: Filling[];
}

/** Notes that would say something wrong while no counts are read. */
const ABOUT_COUNTS: ReadonlySet<string> = new Set(['capacity-note-no-kubelet-log', 'capacity-note-no-watch']);
/** Job families that a review names. */
export const MAX_FAMILIES = 20;

type Total = ReturnType<typeof totalOf>;

export interface CapacityReview {
  by: GroupBy;
  /** What was not read because somebody stopped the reading: all counts, or those of the period before. */
  missing: 'counts' | 'before' | null;
  /** The worst node in a sentence. */
  summary: CapacityCode;
  rows: CapacityRow[];
  total: Total;
  /** The same of the period before; null where nothing observed it. */
  totalBefore: Total | null;
  /** In the order of their rows. */
  nodes: NodeCapacity[];
  /** Job families that wrote most; null where no rollup tells. */
  families: FamilyUse[] | null;
  findings: Finding[];
  /** Weeks or days of the range, oldest first; empty where it is shorter than two days. */
  trend: TrendRow[];
  /** The time range under other settings; null where none were asked for. */
  whatIf: WhatIf | null;
  /** What is not known, and what figures rest on. */
  notes: CapacityCode[];
}

/**
 * A capacity review. Pure: what no record tells is null, and a note says so.
 *
 * @param changes settings to replay the time range under
 */
export function reviewOf(by: GroupBy, input: CapacityInput, changes?: SettingChanges): CapacityReview {
  const { missing = null } = input;
  const ofNodes = rowsBy('node', input);
  const named = ofNodes.filter((row): row is CapacityRow & { name: string } => row.name !== null);
  const [rollups, disks] = [byNode(input.rollups), byNode(input.disks)];
  const thresholds = new Map(input.thresholds.map((record) => [nodeKey(record), record]));
  const facts = named.map((row): NodeFacts => {
    const { cluster, name: node } = row;
    const key = nodeKey({ cluster, node });
    const own = disksOf(
      rollups.get(key) ?? [],
      disks.get(key) ?? [],
      Math.min(input.range.to, input.stopped.get(key) ?? Infinity)
    );
    const settings = thresholds.get(key) ?? null;
    return {
      ...{ cluster, node, row, disks: own, thresholds: settings },
      headroom: own === undefined ? [] : headroomOf(own, settings),
      imageBytesAdded: addedOf(rollups.get(key) ?? []),
    };
  });
  const nodes = facts.map((one): NodeCapacity => {
    const { cluster, node, disks: own, headroom, thresholds: settings } = one;
    return {
      ...{ cluster, node, disks: own, thresholdsFrom: settings?.source ?? null },
      headroom: [...headroom],
      filling: own === undefined ? [] : fillingOf(own),
    };
  });
  const records = input.familyRecords ?? { pods: [], jobs: [], containers: [] };
  // Earlier ones tell which images were pulled again.
  const gcs = input.gcs.filter(({ end }) => Date.parse(end) >= input.range.from && Date.parse(end) < input.range.to);
  const withLayout = nodes.map(({ disks: own, ...node }) => ({ ...node, layout: own?.layout }));
  const { pulls = [] } = input;
  const families = input.rollups.length + pulls.length === 0 ? null : familiesOf(input.rollups, MAX_FAMILIES, pulls);
  return {
    missing,
    ...{ by, rows: by === 'node' ? ofNodes : rowsBy(by, input), total: totalOf(ofNodes), nodes },
    totalBefore: totalBefore(input.before),
    summary:
      missing === 'counts'
        ? { code: 'capacity-interrupted', missing }
        : summaryOf(named, nodes, (key) => writerOn(rollups.get(key) ?? [], disks.get(key) ?? [], nodes, key)),
    families,
    findings: findingsOf({
      ...{ nodes: facts, cases: input.cases, families },
      familyCases: input.familyCases ?? input.cases,
      evicted: input.pods.filter((pod) => isEvictedIn(input.range, pod)),
      records,
      rangeMs: input.range.to - input.range.from,
      watched: input.watched,
    }),
    trend: trendOf(
      input,
      nodes.flatMap(({ disks: own }) => own ?? [])
    ),
    whatIf: changes === undefined ? null : whatIfOf({ ...input, gcs, records, nodes: withLayout }, changes),
    notes: [
      ...(missing === 'before' ? [{ code: 'capacity-interrupted', missing } as const] : []),
      ...notesOf(input, named, nodes).filter(({ code }) => missing !== 'counts' || !ABOUT_COUNTS.has(code)),
    ],
  };
}

/** Bytes of images that were added; null where no rollup tells. */
function addedOf(rollups: readonly RollupRecord[]): number | null {
  const known = rollups.flatMap(({ imageBytesAdded }) => imageBytesAdded ?? []);
  return known.length === 0 ? null : known.reduce((sum, bytes) => sum + bytes, 0);
}

function totalBefore(before: CountInput | undefined): Total | null {
  const isObserved = before !== undefined && (before.watched.size > 0 || before.withKubeletLog.size > 0);
  return isObserved ? totalOf(rowsBy('node', before)) : null;
}

function byNode<R extends { cluster: string; node: string }>(records: readonly R[]): Map<string, R[]> {
  const all = new Map<string, R[]>();
  for (const record of records) {
    const own = all.get(nodeKey(record)) ?? [];
    own.push(record);
    all.set(nodeKey(record), own);
  }
  return all;
}

/** A writer of less is not named in the sentence about a node. */
const LEAST_WRITTEN_PERCENT = 10;

/** Who wrote most on a node. */
function writerOn(
  rollups: readonly RollupRecord[],
  disks: readonly DiskRecord[],
  nodes: readonly NodeCapacity[],
  key: string
): { name: string; percent: number } | undefined {
  const own = nodes.find((node) => nodeKey(node) === key)?.disks;
  const filled = (own?.measures ?? []).reduce((sum, one) => sum + (one.unit === 'bytes' ? one.filled : 0), 0);
  const covered = rollups.map(({ from, to }) => [Date.parse(from), Date.parse(to)] as const);
  const outside = disks.filter(({ time }) => !covered.some(([from, to]) => isWithin(Date.parse(time), from, to)));
  const writer = largestWriter(rollups, outside, filled);
  return writer === undefined || writer.percent < LEAST_WRITTEN_PERCENT
    ? undefined
    : { name: familyText(writer), percent: writer.percent };
}

const isWithin = (at: number, from: number, to: number) => at >= from && at < to;

function summaryOf(
  rows: ReadonlyArray<CapacityRow & { name: string }>,
  nodes: readonly NodeCapacity[],
  writerOf: (key: string) => { name: string; percent: number } | undefined
): CapacityCode {
  const [worst] = rows;
  if (worst === undefined) {
    return { code: 'capacity-no-nodes' };
  }
  const { name: node, reclaims, pressureMs, logs } = worst;
  const removed = casesIn(worst);
  if (removed > 0 || (reclaims ?? 0) > 0 || (pressureMs ?? 0) > 0) {
    return {
      ...{ code: 'capacity-worst', node, reclaims, pressureMs, removed, lost: logs.lost, partial: logs.partial },
      writer: writerOf(nodeKey({ cluster: worst.cluster, node })),
    };
  }
  const [nearest] = nodes
    .flatMap(({ node: name, headroom }) =>
      headroom.flatMap(({ use, distances }) =>
        distances.map(({ threshold, worst: left }) => ({
          node: name,
          threshold,
          leftPercent: (left / use.capacity) * 100,
        }))
      )
    )
    .sort((a, b) => a.leftPercent - b.leftPercent);
  return { code: 'capacity-quiet', nodes: rows.length, nearest: nearest ?? null };
}

/** Nodes that a note names. */
const names = (rows: ReadonlyArray<{ name: string }>) => rows.map(({ name }) => name);

function notesOf(
  input: CapacityInput,
  rows: ReadonlyArray<CapacityRow & { name: string }>,
  nodes: readonly NodeCapacity[]
): CapacityCode[] {
  const named = nodes.map((one) => ({ ...one, name: one.node }));
  const rangeMs = input.range.to - input.range.from;
  const unread = names(rows.filter(({ reclaims }) => reclaims === null));
  const unwatched = [...new Set(rows.map(({ cluster }) => cluster))].filter((name) => !input.watched.has(name));
  const without = names(named.filter(({ disks }) => disks === undefined));
  const sampled = names(named.filter(({ disks }) => disks?.hasSamples));
  const partly = named.filter(({ disks }) => disks !== undefined && disks.observedMs < rangeMs * 0.9);
  const unset = names(named.filter(({ disks, thresholdsFrom }) => disks !== undefined && thresholdsFrom === null));
  const missed = names(
    named.filter(({ name, cluster, headroom }) => {
      const row = rows.find((one) => one.name === name && one.cluster === cluster);
      const hard = headroom
        .flatMap(({ distances }) => distances)
        .filter(({ threshold }) => threshold.startsWith('hard:'));
      return (row?.reclaims ?? 0) > 0 && hard.length > 0 && hard.every(({ worst }) => worst > 0);
    })
  );
  const assumed = names(named.filter(({ thresholdsFrom }) => thresholdsFrom === 'assumed'));
  const note = (list: readonly string[], code: CapacityCode): CapacityCode[] => (list.length === 0 ? [] : [code]);
  return [
    ...note(unread, { code: 'capacity-note-no-kubelet-log', nodes: unread }),
    ...note(unwatched, { code: 'capacity-note-no-watch', clusters: unwatched }),
    ...[...input.watched].flatMap(([cluster, part]): CapacityCode[] =>
      part < 0.9 ? [{ code: 'capacity-note-watch-partly', cluster, percent: part * 100 }] : []
    ),
    ...note(without, { code: 'capacity-note-no-disk', nodes: without }),
    ...note(sampled, { code: 'capacity-note-samples', nodes: sampled }),
    ...note(names(partly), {
      ...{ code: 'capacity-note-partly', nodes: names(partly) },
      leastPercent: Math.min(...partly.map(({ disks }) => ((disks?.observedMs ?? 0) / rangeMs) * 100)),
    }),
    ...note(unset, { code: 'capacity-note-no-thresholds', nodes: unset }),
    ...note(missed, { code: 'capacity-note-missed-peak', nodes: missed }),
    ...note(assumed, { code: 'capacity-note-assumed', nodes: assumed }),
  ];
}
