import { ms } from '../../../model/cases/moment';
import { firstIndex } from './spans';
import type { DiskRecord, Filesystem } from '../../../model/records';

/** Use of a node's file systems over time, as parts of their capacity: what is not available, as the kubelet counts. */
export interface DiskUse {
  /** Milliseconds since 1970, ascending. */
  times: Float64Array;
  /** NaN where it is not known. */
  nodefs: Float32Array;
  imagefs: Float32Array;
  /** Both lie on one disk: `imagefs` says the same. */
  isOne: boolean;
}

/** Samples further apart than this have a silence between them, not a line: an agent speaks at least every ten minutes. */
export const SILENCE = 15 * 60_000;

export function diskUse(disks: readonly DiskRecord[]): DiskUse {
  const sorted = disks
    .map((disk) => ({ disk, time: ms(disk.time) ?? NaN }))
    .filter(({ time }) => !Number.isNaN(time))
    .sort((a, b) => a.time - b.time);
  return {
    times: Float64Array.from(sorted, ({ time }) => time),
    nodefs: Float32Array.from(sorted, ({ disk }) => useOf(disk.nodefs)),
    imagefs: Float32Array.from(sorted, ({ disk }) => useOf(disk.imagefs ?? (isSingle(disk) ? disk.nodefs : null))),
    isOne: sorted.every(({ disk }) => isSingle(disk)),
  };
}

/** Use at a moment: the sample before it, unless that is too old to say anything. Parts of the capacity. */
export function useOfDiskAt(
  { times, nodefs, imagefs }: DiskUse,
  time: number
): { nodefs: number | undefined; imagefs: number | undefined } {
  const next = firstIndex(times, 0, times.length, (one) => one > time);
  const i = next - 1;
  const isKnown = i >= 0 && time - (times[i] ?? 0) <= SILENCE;
  const known = (use: number | undefined) => (isKnown && use !== undefined && !Number.isNaN(use) ? use : undefined);
  return { nodefs: known(nodefs[i]), imagefs: known(imagefs[i]) };
}

/** The image GC's measure (`100 - available*100/capacity`, pkg/kubelet/images/image_gc_manager.go), so that lines compare. */
const useOf = (filesystem: Filesystem | null): number =>
  filesystem && filesystem.capacity > 0 ? 1 - filesystem.available / filesystem.capacity : NaN;

const isSingle = ({ layout, imagefs }: DiskRecord): boolean => layout === 'single' && imagefs === null;
