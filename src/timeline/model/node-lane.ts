import type { Case, DiskPressure } from '../../../model/cases';
import { type DiskUse, diskUse } from './disk-use';
import type { TimelineInput } from './input';
import { nodeKey } from './node-key';
import { type NodeMark, nodeMarks } from './node-marks';
import { type Limits, limitsOf } from './node-limits';

/** What is drawn above the Job runs of a node. Milliseconds since 1970; parts of a capacity are 0–1. */
export interface NodeLane {
  /** `nodeKey()`. */
  key: string;
  cluster: string;
  node: string;
  disk: DiskUse;
  /** What was in force, by when it began, oldest first. */
  limits: Limits[];
  /** Stretches of disk pressure, oldest first. */
  pressures: DiskPressure[];
  /** Oldest first. */
  marks: NodeMark[];
}

/** The lanes of all nodes that the records name, by `nodeKey()`. */
export function nodeLanes({ records, cases, pressures, isReading = false }: TimelineInput): Map<string, NodeLane> {
  const lanes = new Map<string, NodeLane>();
  const nodesOf = new Map<string, Set<string>>();
  const see = ({ cluster, node }: { cluster: string; node: string | null }) => {
    if (node !== null) {
      nodesOf.set(cluster, (nodesOf.get(cluster) ?? new Set()).add(node));
    }
  };
  [records.nodes, records.disks, records.thresholds, records.gcs, pressures].forEach((all) => all.forEach(see));
  records.containers.forEach(see);
  records.pods.forEach(see);

  const disks = byNode(records.disks);
  const thresholds = byNode(records.thresholds);
  const stretches = byNode(pressures);
  const marks = nodeMarks(records, cases as Case[]);
  const states = byNode(records.nodes);
  for (const [cluster, node] of [...nodesOf].flatMap(([cluster, own]) =>
    [...own].map((node) => [cluster, node] as const)
  )) {
    const key = nodeKey(cluster, node);
    const samples = disks.get(key) ?? [];
    const version = states.get(key)?.find((state) => state.about === 'node')?.kubeletVersion ?? null;
    lanes.set(key, {
      ...{ key, cluster, node },
      disk: diskUse(samples),
      // Nothing is assumed of thresholds that may be among the records to come.
      limits: isReading && !thresholds.has(key) ? [] : limitsOf(thresholds.get(key) ?? [], samples.at(-1), version),
      pressures: stretches.get(key) ?? [],
      marks: marks.get(key) ?? [],
    });
  }
  return lanes;
}

/** Things by their node; those of none are left out. */
function byNode<T extends { cluster: string; node: string | null }>(all: readonly T[]): Map<string, T[]> {
  const map = new Map<string, T[]>();
  for (const one of all) {
    if (one.node !== null) {
      const key = nodeKey(one.cluster, one.node);
      const own = map.get(key);
      if (own) {
        own.push(one);
      } else {
        map.set(key, [one]);
      }
    }
  }
  return map;
}
