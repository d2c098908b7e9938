import type { Interval } from '../../../model/cases';
import { ms } from '../../../model/cases/moment';
import { firstIndex } from './spans';
import type { DiskRecord, Filesystem } from '../../../model/records';
import { SILENCE } from './unobserved';

/** Use of one file system over time, as parts of its capacity: what is not available, as the kubelet counts. */
interface FilesystemUse {
  /** NaN where it is not known. */
  use: Float32Array;
  /** Bytes; NaN where it is not known. */
  capacity: Float64Array;
}

/** Use of a node's file systems over time. */
export interface DiskUse {
  /** Milliseconds since 1970, ascending. */
  times: Float64Array;
  /** 1 where no line leads to a sample from the one before: nobody measured in between. */
  isFirst: Uint8Array;
  /** Until when the last sample before a gap holds: an agent that is there writes what changes. NaN for all others. */
  heldUntil: Float64Array;
  nodefs: FilesystemUse;
  imagefs: FilesystemUse;
  /** Both lie on one disk: `imagefs` says the same. */
  isOne: boolean;
}

/** When a node's disks were measured, ascending. */
export const sampleTimes = (disks: readonly DiskRecord[]): Float64Array =>
  Float64Array.from(disks, ({ time }) => ms(time) ?? NaN)
    .filter((time) => !Number.isNaN(time))
    .sort();

/**
 * @param gaps in which no agent was there to measure
 * @param now up to when things are known
 */
export function diskUse(disks: readonly DiskRecord[], gaps: readonly Interval[], now: number): DiskUse {
  const sorted = disks
    .map((disk) => ({ disk, time: ms(disk.time) ?? NaN }))
    .filter(({ time }) => !Number.isNaN(time))
    .sort((a, b) => a.time - b.time);
  const seriesOf = (filesystemOf: (disk: DiskRecord) => Filesystem | null): FilesystemUse => ({
    use: Float32Array.from(sorted, ({ disk }) => useOf(filesystemOf(disk))),
    capacity: Float64Array.from(sorted, ({ disk }) => filesystemOf(disk)?.capacity ?? NaN),
  });
  const isFirst = Uint8Array.from(sorted, ({ time }, i) => (isApart(sorted[i - 1]?.time, time, gaps) ? 1 : 0));
  return {
    times: Float64Array.from(sorted, ({ time }) => time),
    isFirst,
    heldUntil: Float64Array.from(sorted, ({ time }, i) =>
      isFirst[i + 1] === 0
        ? NaN
        : Math.min(gaps.find(({ from }) => from >= time)?.from ?? Infinity, sorted[i + 1]?.time ?? now, time + HELD_MS)
    ),
    nodefs: seriesOf(({ nodefs }) => nodefs),
    imagefs: seriesOf((disk) => disk.imagefs ?? (isSingle(disk) ? disk.nodefs : null)),
    isOne: sorted.every(({ disk }) => isSingle(disk)),
  };
}

/** An unchanging disk is written again after this. */
const HELD_MS = 10 * 60_000;

const isApart = (before: number | undefined, time: number, gaps: readonly Interval[]): boolean =>
  before === undefined || time - before > SILENCE || gaps.some(({ from, to }) => from < time && to > before);

/** A file system at a moment: the part of the capacity in use, and bytes. */
export interface MeasuredUse {
  use: number;
  bytes: number;
  capacity: number;
}

/** Use at a moment: the sample before it, unless that says nothing of it any more. */
export function useOfDiskAt(
  { times, heldUntil, nodefs, imagefs }: DiskUse,
  time: number
): { nodefs: MeasuredUse | undefined; imagefs: MeasuredUse | undefined } {
  const i = firstIndex(times, 0, times.length, (one) => one > time) - 1;
  const held = heldUntil[i] ?? NaN;
  const isKnown = i >= 0 && (Number.isNaN(held) || time <= held);
  const at = ({ use, capacity }: FilesystemUse): MeasuredUse | undefined => {
    const [part, bytes] = [use[i] ?? NaN, capacity[i] ?? NaN];
    return isKnown && !Number.isNaN(part) ? { use: part, bytes: part * bytes, capacity: bytes } : undefined;
  };
  return { nodefs: at(nodefs), imagefs: at(imagefs) };
}

/** The image GC's measure (`100 - available*100/capacity`, pkg/kubelet/images/image_gc_manager.go), so that lines compare. */
const useOf = (filesystem: Filesystem | null): number =>
  filesystem && filesystem.capacity > 0 ? 1 - filesystem.available / filesystem.capacity : NaN;

const isSingle = ({ layout, imagefs }: DiskRecord): boolean => layout === 'single' && imagefs === null;
