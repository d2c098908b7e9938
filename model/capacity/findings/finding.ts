import type { CapacityCode } from '../../codes';
import type { ContainerRecord, JobRecord, PodRecord, Thresholds } from '../../records';
import type { CapacityRow, CaseTally } from '../counts';
import type { NodeDisks } from '../disk-use';
import type { FamilyUse } from '../families';
import type { Headroom } from '../headroom';

/** What to change, with what it rests on. */
export interface Finding {
  /** What the records show. */
  evidence: CapacityCode;
  /** What the change does. */
  effect: CapacityCode;
  /** What no record tells and the finding leaves open. */
  unknown: CapacityCode | null;
  /** YAML to paste, the parts that change; empty where no setting of a manifest changes it. */
  paste: string;
  cluster: string;
  /** Nodes that it holds for, as far as it is about some. */
  nodes: string[];
  /** The Job family that it is about; null where it is about nodes. */
  family: { namespace: string; name: string } | null;
}

/** What is known of one node. */
export interface NodeFacts {
  cluster: string;
  node: string;
  disks: NodeDisks | undefined;
  headroom: readonly Headroom[];
  thresholds: Thresholds | null;
  row: CapacityRow | undefined;
  /** Bytes of images that were added, as rollups tell; null where none does. */
  imageBytesAdded: number | null;
}

/** Newest records of Job families, for what their manifests say and their logs came to: one or a few of each. */
export interface FamilyRecords {
  pods: readonly PodRecord[];
  /** Jobs of those pods. */
  jobs: readonly JobRecord[];
  /** Container records of logs that were rotated. */
  containers: readonly ContainerRecord[];
}

/** All that findings rest on. */
export interface FindingInput {
  nodes: readonly NodeFacts[];
  cases: readonly CaseTally[];
  /** The same by Job family. */
  familyCases: readonly CaseTally[];
  /** Evicted pods. */
  evicted: readonly PodRecord[];
  /** null where no rollup tells. */
  families: readonly FamilyUse[] | null;
  records: FamilyRecords;
  /** How long the time range is, and the part of it that a watch observed, by cluster. */
  rangeMs: number;
  watched: ReadonlyMap<string, number>;
}

/** `<namespace>/<name>`: a Job family in a sentence. */
export const familyText = ({ namespace, name }: { namespace: string; name: string }): string => `${namespace}/${name}`;
