import type { DiskRecord, Filesystem } from '../../../model/records';
import type { Mounted } from './filesystem';
import type { DiskStats } from './stats-summary';

export interface Layout extends Pick<DiskRecord, 'layout' | 'layoutFrom' | 'nodefs' | 'imagefs'> {}

/**
 * How nodefs and imagefs lie on the node's disks. The directories' device numbers decide; where the agent does not see
 * the runtime's directory, the kubelet's numbers do: equal capacity and equal free bytes are one disk (an inference).
 *
 * @param containers where the runtime keeps the writable layers, if that is not the directory of the images
 */
export function layoutOf(
  nodefs: Mounted | undefined,
  images: Mounted | undefined,
  containers: Mounted | undefined,
  stats: DiskStats | null
): Layout {
  if (nodefs && images) {
    const apart = nodefs.device !== images.device;
    return {
      layout: !apart ? 'single' : containers?.device === nodefs.device ? 'split' : 'dedicated-imagefs',
      layoutFrom: 'devices',
      nodefs: nodefs.filesystem,
      imagefs: apart ? images.filesystem : null,
    };
  }
  const seen = { nodefs: nodefs?.filesystem ?? stats?.nodefs ?? null, imagefs: stats?.imagefs ?? null };
  if (!stats?.nodefs || !stats.imagefs) {
    return { layout: 'unknown', layoutFrom: 'none', ...seen };
  }
  if (isSame(stats.nodefs, stats.imagefs)) {
    return { layout: 'single', layoutFrom: 'kubelet-stats', nodefs: seen.nodefs, imagefs: null };
  }
  const split = stats.containerfs !== null && isSame(stats.nodefs, stats.containerfs);
  return { layout: split ? 'split' : 'dedicated-imagefs', layoutFrom: 'kubelet-stats', ...seen };
}

/** The numbers of one disk may have been taken seconds apart. */
function isSame(a: Filesystem, b: Filesystem): boolean {
  return a.capacity === b.capacity && Math.abs(a.available - b.available) <= a.capacity / 1000;
}
