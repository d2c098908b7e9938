import type { DiskRecord, ThresholdsRecord } from '../records';
import { ms } from './moment';

/** Disks that change are told once a minute, and at once near a threshold: an older sample says nothing about a moment. */
const FRESH = 70_000;

/** With less of it free than this nothing can be written. */
const FULL = 0.0005;
const isFull = ({ nodefs }: DiskRecord) => nodefs !== null && nodefs.available < nodefs.capacity * FULL;

interface At<T> {
  at: number;
  record: T;
}

/** What the agents measured and read on their nodes, by node and time. */
export class Measurements {
  private readonly disks: Map<string, Array<At<DiskRecord>>>;
  private readonly full: Map<string, Array<At<DiskRecord>>>;
  private readonly thresholds: Map<string, Array<At<ThresholdsRecord>>>;

  constructor(disks: readonly DiskRecord[], thresholds: readonly ThresholdsRecord[]) {
    this.disks = byNode(disks);
    this.full = byNode(disks.filter(isFull));
    this.thresholds = byNode(thresholds);
  }

  /** The last sample of a node's disks before a moment, if it is fresh enough to tell of it. */
  diskBefore(cluster: string, node: string | null, moment: number): DiskRecord | undefined {
    const last = this.disks.get(`${cluster}/${node ?? ''}`)?.findLast(({ at }) => at <= moment);
    return last !== undefined && moment - last.at <= FRESH ? last.record : undefined;
  }

  /** The first sample between two moments in which nodefs, where container logs lie, had no free space. */
  fullDisk(cluster: string, node: string | null, from: number, to: number): DiskRecord | undefined {
    return this.full.get(`${cluster}/${node ?? ''}`)?.find(({ at }) => at >= from && at <= to)?.record;
  }

  /** The kubelet's settings at a moment; what was read first where it was read only later: a kubelet keeps them until it restarts. */
  thresholdsAt(cluster: string, node: string | null, moment: number): ThresholdsRecord | undefined {
    const all = this.thresholds.get(`${cluster}/${node ?? ''}`);
    return (all?.findLast(({ at }) => at <= moment) ?? all?.[0])?.record;
  }
}

function byNode<T extends { cluster: string; node: string; time: string }>(records: readonly T[]) {
  const nodes = new Map<string, Array<At<T>>>();
  for (const record of records) {
    const at = ms(record.time);
    if (at !== undefined) {
      const key = `${record.cluster}/${record.node}`;
      const all = nodes.get(key) ?? [];
      all.push({ at, record });
      nodes.set(key, all);
    }
  }
  nodes.forEach((all) => all.sort((a, b) => a.at - b.at));
  return nodes;
}
