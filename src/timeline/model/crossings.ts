import { ms } from '../../../model/cases/moment';
import { parseQuantity } from '../../../model/quantity';
import type { EventRecord, GcRecord, PodRecord } from '../../../model/records';
import type { DiskUse } from './disk-use';
import type { Limit, Limits } from './node-limits';
import { firstIndex } from './spans';

/** How use grew before a moment, as it was measured. Milliseconds since 1970; parts of the capacity are 0–1. */
export interface Rise {
  from: number;
  to: number;
  fromUse: number;
  toUse: number;
  bytesPerSecond: number;
}

/** What the kubelet itself found of a disk when it acted: its own numbers are up to ten seconds newer than any sample. */
export interface Crossing {
  /** Milliseconds since 1970. */
  time: number;
  filesystem: 'nodefs' | 'imagefs';
  use: number;
  /** It said only that a threshold was crossed, not by how much. */
  isAtLeast: boolean;
  reportedBy: 'kubelet-log' | 'event';
  /** What it acted on; undefined for what is not a threshold in force. */
  limit: Limit | undefined;
  rise: Rise | undefined;
}

/** A reclaim and the eviction that follows from it say the same, within this. */
const SAME = 60_000;
/** Samples that are older say nothing about a rise. */
export const RISE_MS = 120_000;
/** A rate over less than this would be one of single samples. */
const RATE_MS = 9_500;

/** `Threshold quantity: 309412663, available: 373756Ki` (pkg/kubelet/eviction/helpers.go, `thresholdMetMessageFmt`). */
const OBSERVED = /Threshold quantity: (\S+), available: (\S+?)\.(?:\s|$)/;

/** What the records of one node tell of its kubelet's own observations, oldest first. */
export function crossingsOf(
  gcs: readonly GcRecord[],
  events: readonly EventRecord[],
  evicted: readonly PodRecord[],
  disk: DiskUse,
  limits: readonly Limits[]
): Crossing[] {
  const crossings: Crossing[] = [];
  const isNews = (time: number) => !crossings.some((one) => Math.abs(one.time - time) <= SAME);
  for (const { trigger, resource, start, part, source, usagePercent } of gcs) {
    const time = ms(start);
    if (time === undefined || part > 1 || source !== 'kubelet-log') {
      continue;
    }
    if (trigger === 'eviction' && (resource === null || resource === 'ephemeral-storage')) {
      add(crossings, crossedAt(time, 'kubelet-log', disk, limits));
    } else if (trigger === 'image-gc' && usagePercent !== undefined) {
      const limit = limitsAt(limits, time).find(({ what }) => what === 'image-gc-high');
      const rise = riseBefore(disk, 'imagefs', time);
      const found = { time, filesystem: 'imagefs', use: usagePercent / 100, isAtLeast: false } as const;
      crossings.push({ ...found, reportedBy: 'kubelet-log', limit, rise });
    }
  }
  for (const { reason, resource, first, last, timesDoubtful } of events) {
    if (reason === 'EvictionThresholdMet' && resource === 'ephemeral-storage' && !timesDoubtful) {
      for (const time of [ms(first), ms(last)]) {
        if (time !== undefined && isNews(time)) {
          add(crossings, crossedAt(time, 'event', disk, limits));
        }
      }
    }
  }
  evicted.forEach((pod) => refine(crossings, pod, disk));
  return crossings.sort((a, b) => a.time - b.time);
}

const add = (crossings: Crossing[], crossing: Crossing | undefined) => crossing && crossings.push(crossing);

const limitsAt = (limits: readonly Limits[], time: number): readonly Limit[] =>
  limits.findLast(({ from }) => from <= time)?.lines ?? [];

/** The kubelet reclaims when an eviction threshold is crossed: the one that its disks were nearest to. */
function crossedAt(
  time: number,
  reportedBy: Crossing['reportedBy'],
  disk: DiskUse,
  limits: readonly Limits[]
): Crossing | undefined {
  const last = firstIndex(disk.times, 0, disk.times.length, (one) => one > time) - 1;
  const [nearest] = limitsAt(limits, time)
    .filter(({ what }) => what === 'hard' || what === 'soft')
    .map((limit) => {
      const filesystem: Crossing['filesystem'] = limit.signal.startsWith('imagefs') ? 'imagefs' : 'nodefs';
      const measured = disk[filesystem].use[last] ?? NaN;
      return { limit, filesystem, measured: Number.isNaN(measured) ? 0 : measured };
    })
    .sort((a, b) => a.limit.use - a.measured - (b.limit.use - b.measured));
  return (
    nearest && {
      ...{ time, reportedBy, filesystem: nearest.filesystem, limit: nearest.limit, isAtLeast: true },
      use: Math.max(nearest.limit.use, nearest.measured),
      rise: riseBefore(disk, nearest.filesystem, time),
    }
  );
}

/** The message of an evicted pod names what the kubelet found at the reclaim that did not suffice. */
function refine(crossings: Crossing[], { message, finished, disruption }: PodRecord, disk: DiskUse): void {
  const [, , quantity] = OBSERVED.exec(`${message ?? ''} `) ?? [];
  const available = quantity === undefined ? undefined : parseQuantity(quantity);
  const at = ms(disruption?.at) ?? ms(finished);
  const own = crossings.filter(
    ({ time, isAtLeast }) => isAtLeast && at !== undefined && time <= at && at - time <= SAME
  );
  const crossing = own.at(-1);
  if (available === undefined || crossing === undefined) {
    return;
  }
  const last = firstIndex(disk.times, 0, disk.times.length, (one) => one > crossing.time) - 1;
  const capacity = disk[crossing.filesystem].capacity[Math.max(0, last)];
  if (capacity !== undefined && capacity > 0) {
    crossing.use = 1 - available / capacity;
    crossing.isAtLeast = false;
  }
}

/** How a file system filled just before a moment; undefined where it did not, or nobody measured. */
function riseBefore(disk: DiskUse, filesystem: 'nodefs' | 'imagefs', time: number): Rise | undefined {
  const { times, isFirst } = disk;
  const { use, capacity } = disk[filesystem];
  let last = firstIndex(times, 0, times.length, (one) => one > time) - 1;
  // The newest sample may only repeat what was measured before it.
  while (last > 0 && isFirst[last] === 0 && (use[last - 1] ?? 0) >= (use[last] ?? 0)) {
    last--;
  }
  const end = times[last];
  let first = last;
  while (first > 0 && isFirst[first] === 0 && end !== undefined && end - (times[first] ?? 0) < RATE_MS) {
    first--;
  }
  const start = times[first];
  const [fromUse, toUse] = [use[first] ?? NaN, use[last] ?? NaN];
  if (end === undefined || start === undefined || start === end || time - start > RISE_MS || !(toUse > fromUse)) {
    return undefined;
  }
  const bytes = (toUse - fromUse) * (capacity[last] ?? NaN);
  return { from: start, to: end, fromUse, toUse, bytesPerSecond: bytes / ((end - start) / 1000) };
}
