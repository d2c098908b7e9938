import type { DiskRecord, GcRecord, Thresholds } from '../../records';
import { thresholdOf } from '../../thresholds';
import { disk, gc, GB, MINUTE, START } from './inputs';

/** A Job pod: its image, and what it writes into its writable layer and its log until it ends. */
export interface SimulatedPod {
  startMinute: number;
  minutes: number;
  image: string;
  bytesPerMinute: number;
}

export interface SimulatedSettings {
  capacityBytes: number;
  thresholds: Thresholds;
}

/** What happened, as agents record it. */
export interface Simulated {
  disks: DiskRecord[];
  gcs: GcRecord[];
  reclaims: number;
  imageGcs: number;
  /** Containers that reclaims removed. */
  containersRemoved: number;
  imageBytesRemoved: number;
}

/** Image GC runs every five minutes; the eviction manager looks again and again within each minute. */
const IMAGE_GC_MINUTES = 5;

/**
 * A node with one disk under a kubelet: image GC frees unused images, those used longest ago first, from its high threshold
 * down to its low one; a reclaim removes all terminated containers and all unused images. Running pods stay.
 *
 * @param baseBytes what is on the disk besides
 * @param images bytes of each image; one that is not on the disk is pulled by the next pod that needs it
 */
export function simulate(
  pods: readonly SimulatedPod[],
  images: ReadonlyMap<string, number>,
  baseBytes: number,
  { capacityBytes, thresholds }: SimulatedSettings,
  minutes: number
): Simulated {
  const free = (signal: string) => thresholdOf(thresholds.evictionHard[signal] ?? '0%', capacityBytes) ?? 0;
  const reclaimFrom = capacityBytes - Math.max(free('nodefs.available'), free('imagefs.available'));
  const lastUsed = new Map<string, number>();
  const written = new Map<SimulatedPod, number>();
  const result: Simulated = {
    disks: [],
    gcs: [],
    reclaims: 0,
    imageGcs: 0,
    containersRemoved: 0,
    imageBytesRemoved: 0,
  };
  const imageBytes = () => [...lastUsed.keys()].reduce((sum, image) => sum + (images.get(image) ?? 0), 0);
  const used = () => baseBytes + imageBytes() + [...written.values()].reduce((sum, bytes) => sum + bytes, 0);
  const removeImages = (minute: number, wanted: number) => {
    const running = new Set([...written.keys()].filter((pod) => isRunning(pod, minute)).map(({ image }) => image));
    const unused = [...lastUsed].filter(([image]) => !running.has(image)).sort(([, a], [, b]) => a - b);
    const removed: GcRecord['images'] = [];
    for (const [id] of unused) {
      if (removed.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0) >= wanted) {
        break;
      }
      removed.push({ id, bytes: images.get(id) ?? 0 });
      lastUsed.delete(id);
    }
    return removed;
  };
  const record = (minute: number, more: Partial<GcRecord> & Pick<GcRecord, 'images'>) => {
    const bytes = more.images.reduce((sum, image) => sum + (image.bytes ?? 0), 0);
    result.imageBytesRemoved += bytes;
    result.gcs.push(
      gc(START + minute * MINUTE + 30_000, { id: `gc/${minute}/${more.trigger}`, imageBytes: bytes, ...more })
    );
  };
  for (let minute = 0; minute < minutes; minute++) {
    for (const pod of pods) {
      if (isRunning(pod, minute)) {
        lastUsed.set(pod.image, minute);
        written.set(pod, (written.get(pod) ?? 0) + pod.bytesPerMinute);
      }
    }
    const sample = disk(START + minute * MINUTE, used() / GB);
    const nodefs = sample.nodefs && { ...sample.nodefs, capacity: capacityBytes, available: capacityBytes - used() };
    result.disks.push({ ...sample, nodefs, images: imageBytes() });
    if (used() >= reclaimFrom) {
      const dead = [...written.keys()].filter((pod) => !isRunning(pod, minute + 1));
      dead.forEach((pod) => written.delete(pod));
      result.reclaims++;
      result.containersRemoved += dead.length;
      record(minute, { trigger: 'eviction', containersTotal: dead.length, images: removeImages(minute + 1, Infinity) });
    } else if (minute % IMAGE_GC_MINUTES === 0) {
      const [high, low] = [thresholds.imageGcHighPercent, thresholds.imageGcLowPercent].map(
        (percent) => (capacityBytes * percent) / 100
      );
      if (thresholds.imageGcHighPercent < 100 && high !== undefined && low !== undefined && used() >= high) {
        const usagePercent = Math.floor((used() / capacityBytes) * 100);
        const removed = removeImages(minute + 1, used() - low);
        if (removed.length > 0) {
          result.imageGcs++;
          record(minute, { trigger: 'image-gc', containersTotal: 0, images: removed, usagePercent });
        }
      }
    }
  }
  return result;
}

const isRunning = ({ startMinute, minutes }: SimulatedPod, minute: number): boolean =>
  minute >= startMinute && minute < startMinute + minutes;
