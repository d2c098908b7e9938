import { parseQuantity } from './quantity';
import type { DiskLayout, Filesystem, Thresholds } from './records';

/**
 * Kubernetes' defaults on Linux for a kubelet version such as `v1.30.1`, marked as assumed (kubernetes-log-loss
 * docs/reference/kubernetes.md, Defaults). `imagefs.inodesFree` is a default threshold since 1.30; a version that is
 * not known counts as older.
 */
export function defaultThresholds(kubeletVersion: string | null, reason?: string): Thresholds {
  return {
    source: 'assumed',
    ...(reason === undefined ? {} : { reason }),
    kubeletVersion,
    evictionHard: {
      'memory.available': '100Mi',
      'nodefs.available': '10%',
      'nodefs.inodesFree': '5%',
      'imagefs.available': '15%',
      ...(minorVersion(kubeletVersion) >= 30 ? { 'imagefs.inodesFree': '5%' } : {}),
    },
    evictionSoft: {},
    evictionSoftGracePeriod: {},
    evictionMinimumReclaim: {},
    pressureTransitionSeconds: 300,
    imageGcHighPercent: 85,
    imageGcLowPercent: 80,
    imageMinimumGcAgeSeconds: 120,
    imageMaximumGcAgeSeconds: minorVersion(kubeletVersion) >= 30 ? 0 : null,
    containerLogMaxBytes: 10 * 2 ** 20,
    containerLogMaxFiles: 5,
  };
}

/** The 30 of `v1.30.1`; 0 where there is none. */
export function minorVersion(kubeletVersion: string | null): number {
  return Number(/^v?1\.(\d+)/.exec(kubeletVersion ?? '')?.[1] ?? 0);
}

/** One disk signal against its hard threshold. */
export interface SignalState {
  /** `nodefs.available`, `imagefs.inodesFree`, … */
  signal: string;
  /** Bytes or inodes below which the kubelet reclaims. */
  threshold: number;
  /** What is left until then, in bytes or inodes; negative once it is crossed. */
  margin: number;
  /** The same as a part of the capacity. */
  fraction: number;
  /** What crossing it deletes first: the dead containers and their logs, or not (pods or images only). */
  deletesContainers: boolean;
}

/** The state of each disk signal that has a hard threshold, the nearest first. Signals without numbers are left out. */
export function signalStates(
  disk: { layout: DiskLayout; nodefs: Filesystem | null; imagefs: Filesystem | null },
  evictionHard: Thresholds['evictionHard']
): SignalState[] {
  const imagefs = disk.imagefs ?? (disk.layout === 'single' ? disk.nodefs : null);
  const states: SignalState[] = [];
  for (const [signal, configured] of Object.entries(evictionHard)) {
    const [name, what] = signal.split('.');
    const filesystem = name === 'nodefs' ? disk.nodefs : name === 'imagefs' ? imagefs : null;
    const [available, capacity] =
      what === 'available'
        ? [filesystem?.available, filesystem?.capacity]
        : [filesystem?.inodesFree, filesystem?.inodes];
    const threshold = thresholdOf(configured, capacity ?? null);
    if (available == null || !capacity || threshold === undefined) {
      continue;
    }
    const margin = available - threshold;
    states.push({
      signal,
      threshold,
      margin,
      fraction: margin / capacity,
      deletesContainers: deletesContainers(name === 'nodefs' ? 'nodefs' : 'imagefs', disk.layout),
    });
  }
  return states.sort((a, b) => a.fraction - b.fraction);
}

/** Where the two that free disk space begin, as parts of the capacity of the file system with the images. */
export interface ReclaimOrder {
  /** Use at which image GC begins; 1 where it is off. */
  imageGc: number;
  /** Use at which the eviction manager begins, and the signal of that threshold. */
  eviction: number;
  signal: string;
}

/**
 * Whether image GC or the eviction manager begins first on the file system with the images. Of equals it is the eviction
 * manager: it looks every ten seconds, image GC every five minutes (docs/reference/kubernetes.md, Defaults).
 *
 * @returns undefined where the thresholds are only assumed, the capacity is not known, or reclaims there delete images only
 */
export function reclaimOrder(
  { layout, nodefs, imagefs }: { layout: DiskLayout; nodefs: Filesystem | null; imagefs: Filesystem | null },
  { source, imageGcHighPercent, evictionHard, evictionSoft }: Thresholds
): ReclaimOrder | undefined {
  const capacity = (layout === 'single' ? (nodefs ?? imagefs) : imagefs)?.capacity;
  if (source !== 'configz' || !capacity || !deletesContainers('imagefs', layout)) {
    return undefined;
  }
  const signals = layout === 'single' ? ['nodefs.available', 'imagefs.available'] : ['imagefs.available'];
  const begins = signals.flatMap((signal) =>
    [evictionHard[signal], evictionSoft[signal]].flatMap((configured) => {
      const free = thresholdOf(configured ?? '0', capacity);
      return free === undefined ? [] : [{ signal, eviction: Math.round((1 - free / capacity) * 1e4) / 1e4 }];
    })
  );
  const [first] = begins.sort((a, b) => a.eviction - b.eviction);
  return first && { imageGc: imageGcHighPercent / 100, ...first };
}

/**
 * A configured threshold as bytes or inodes. undefined where it is switched off (`0%`, `100%`, 0, as the kubelet has
 * it) or cannot be read.
 */
export function thresholdOf(configured: string, capacity: number | null): number | undefined {
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(configured.trim())?.[1];
  if (percent === undefined) {
    const quantity = parseQuantity(configured);
    return quantity !== undefined && quantity > 0 ? quantity : undefined;
  }
  const part = Number(percent);
  return capacity === null || part <= 0 || part >= 100 ? undefined : (capacity * part) / 100;
}

/**
 * Whether a signal's reclaim deletes dead containers, and with them their logs (docs/reference/kubernetes.md). With an
 * imagefs of its own, nodefs pressure deletes none although the documentation says so, and imagefs pressure does.
 */
function deletesContainers(filesystem: 'nodefs' | 'imagefs', layout: DiskLayout): boolean {
  switch (layout) {
    case 'dedicated-imagefs':
      return filesystem === 'imagefs';
    case 'split':
      return filesystem === 'nodefs';
    default:
      return true;
  }
}
