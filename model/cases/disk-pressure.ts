import type { EventRecord, GcRecord, NodeRecord } from '../records';
import { ms } from './moment';

/** A stretch of time in which a node was short of disk. Milliseconds since 1970. */
export interface DiskPressure {
  cluster: string;
  node: string;
  from: number;
  /** undefined while it lasts. */
  to: number | undefined;
  /** When the condition DiskPressure became True, if that was seen: up to 10 s after the first reclaim. */
  conditionFrom: number | undefined;
  /** The first reclaim of the stretch, if one was seen. */
  firstReclaim: number | undefined;
  /** The reclaims of the stretch that were seen. */
  reclaims: readonly number[];
}

/** The kubelet reports its conditions every 10 s, a reclaim comes before that (docs/reference/kubernetes.md). */
const BEFORE_CONDITION = 10_000;
/** How long before the condition a reclaim may lie and still be the one that it stands for. */
const SAME_STRETCH = 60_000;
/** A reclaim of which no condition was seen: from the Event to the last file. */
const AFTER_EVENT = 60_000;
/** Resources whose reclaim deletes dead containers. Memory and process ids do not (docs/reference/kubernetes.md). */
const diskResources = new Set(['ephemeral-storage', 'inodes']);

/** An Event has whole seconds. */
const SECOND = 1000;
/** A reclaim on a busy node takes so long. */
const RECLAIM = 15_000;

/**
 * The stretches of disk pressure, from node conditions, Events and reclaims. A stretch begins with its first reclaim
 * and not with the condition, which comes later: a band drawn from the condition alone starts after the loss.
 */
export function diskPressures(
  nodes: readonly NodeRecord[],
  events: readonly EventRecord[],
  gcs: readonly GcRecord[]
): DiskPressure[] {
  const reclaims = reclaimTimes(events, gcs);
  const stretches = conditions(nodes);
  for (const stretch of stretches) {
    const own = (reclaims.get(`${stretch.cluster}/${stretch.node}`) ?? []).filter(({ from }) => {
      const start = stretch.conditionFrom ?? 0;
      return from >= start - SAME_STRETCH && from <= (stretch.to ?? Infinity);
    });
    own.forEach((reclaim) => (reclaim.reported = true));
    const first = own.length > 0 ? Math.min(...own.map(({ from }) => from)) : undefined;
    stretch.firstReclaim = first;
    stretch.reclaims = own.map(({ from }) => from);
    if (first !== undefined && first <= (stretch.conditionFrom ?? 0)) {
      stretch.from = first;
    }
  }
  const alone = [...reclaims.values()].flat().filter(({ reported }) => !reported);
  return [
    ...stretches,
    ...alone.map(({ cluster, node, from, to }) => ({
      cluster,
      node,
      from,
      to,
      conditionFrom: undefined,
      firstReclaim: from,
      reclaims: [from],
    })),
  ].sort((a, b) => a.from - b.from);
}

/**
 * The kubelet was reclaiming at that moment. The condition stays for minutes after the disk has space again: by itself it
 * tells of the reclaim before it only.
 */
export function wasReclaimingIn({ conditionFrom, reclaims }: DiskPressure, moment: number): boolean {
  const isNear = (from: number, to: number) => moment >= from - SECOND && moment <= to;
  return (
    reclaims.some((reclaim) => isNear(reclaim, reclaim + RECLAIM)) ||
    (conditionFrom !== undefined && isNear(conditionFrom - BEFORE_CONDITION, conditionFrom + SECOND))
  );
}

/**
 * The earliest moment at which the kubelet may have reclaimed in a stretch: before the first reclaim that was seen, where
 * the condition came within ten seconds of one. Events are lossy.
 */
export const earliestReclaim = ({ from, conditionFrom = Infinity }: DiskPressure): number =>
  Math.min(from, conditionFrom - BEFORE_CONDITION);

function conditions(nodes: readonly NodeRecord[]): DiskPressure[] {
  return nodes.flatMap((record) => {
    const from = record.about === 'condition' ? ms(record.from) : undefined;
    if (
      record.about !== 'condition' ||
      record.condition !== 'DiskPressure' ||
      record.status !== 'True' ||
      from === undefined
    ) {
      return [];
    }
    const { cluster, node, to } = record;
    const stretch = { cluster, node, from: from - BEFORE_CONDITION, to: ms(to), conditionFrom: from };
    return [{ ...stretch, firstReclaim: undefined, reclaims: [] }];
  });
}

interface ReclaimTime {
  cluster: string;
  node: string;
  from: number;
  to: number;
  reported: boolean;
}

function reclaimTimes(events: readonly EventRecord[], gcs: readonly GcRecord[]): Map<string, ReclaimTime[]> {
  const byNode = new Map<string, ReclaimTime[]>();
  const add = (cluster: string, node: string, from: number | undefined, to: number | undefined): void => {
    if (from !== undefined) {
      const key = `${cluster}/${node}`;
      const times = byNode.get(key) ?? [];
      times.push({ cluster, node, from, to: to ?? from, reported: false });
      byNode.set(key, times);
    }
  };
  for (const { reason, object, cluster, resource, first, last, timesDoubtful } of events) {
    if (reason === 'EvictionThresholdMet' && diskResources.has(resource ?? '') && !timesDoubtful) {
      // An Event that was counted up tells when it was first and last, and nothing about the time between.
      for (const time of new Set([ms(first), ms(last)])) {
        add(cluster, object.name, time, (time ?? 0) + AFTER_EVENT);
      }
    }
  }
  for (const { trigger, resource, cluster, node, start, end, source } of gcs) {
    if (source === 'kubelet-log' && trigger === 'eviction' && (resource === null || diskResources.has(resource))) {
      add(cluster, node, ms(start), ms(end));
    }
  }
  return byNode;
}
