import type { DiskLayout, DiskRecord, GcRecord, RollupRecord, Thresholds } from '../../records';
import { thresholdOf } from '../../thresholds';
import { changedThresholds, type SettingChanges } from './changes';

/*
 * A node's recorded disk use, replayed under other settings. What workloads wrote and deleted stays as it was recorded;
 * only what the kubelet removed is decided anew: a recorded removal happens if the replayed use reaches its threshold, and
 * where the replayed use reaches a threshold that the recorded one had not, another one comes.
 */

/** The disk with the images at a moment, or at its fullest in the period of a rollup. */
interface Level {
  at: number;
  used: number;
  /** The greatest use that it may stand for. */
  peak: number;
  capacity: number;
  /** Bytes of images; null where no record tells. */
  images: number | null;
  /** Of a rollup: image GC had its five minutes. */
  isPeriod: boolean;
}

/** What the kubelet removed in a reclaim, or in a run of image GC. */
interface Removal {
  at: number;
  reclaims: number;
  imageGcs: number;
  containers: number;
  evicted: number;
  imageBytes: number;
  /** Bytes of the images by id. */
  images: ReadonlyMap<string, number>;
  /** All that became free, as far as it is known: at least the images. */
  freedBytes: number;
  /**
   * The use at which each came: the greatest that was recorded around it and what the fastest growth may have added, at
   * least its threshold.
   */
  reclaimedAt: number;
  collectedAt: number;
  /** It did not come from use of the disk's bytes: inodes, memory, the age of images. Other settings do not change it. */
  isOther: boolean;
}

/** What is replayed of a node. */
export interface NodeSeries {
  layout: DiskLayout;
  thresholds: Thresholds;
  rollups: readonly RollupRecord[];
  disks: readonly DiskRecord[];
  gcs: readonly GcRecord[];
}

/** What happened, what of it would not have, and what would have come anew. */
interface Difference {
  recorded: number;
  avoided: number;
  added: number;
}

/** A node's time range under other settings. */
export interface Replay {
  reclaims: Difference;
  imageGcs: Difference;
  /** Containers, and evicted pods, that the avoided reclaims removed. */
  containersKept: number;
  containersRecorded: number;
  podsKept: number;
  /** Bytes of images that were removed, and that would have been. */
  imageBytesRecorded: number;
  imageBytesReplayed: number;
  /** Some of it rests on rollups. */
  hasRollups: boolean;
}

/** Image GC runs every five minutes (docs/reference/kubernetes.md, Defaults). */
const IMAGE_GC_MS = 300_000;

/** @returns undefined where the records tell too little: no use of the disk, or a disk that is split */
export function replayOf(series: NodeSeries, changes: SettingChanges): Replay | undefined {
  const filesystem =
    series.layout === 'single' ? 'nodefs' : series.layout === 'dedicated-imagefs' ? 'imagefs' : undefined;
  if (filesystem === undefined) {
    return undefined;
  }
  const levels = levelsOf(series, filesystem);
  if (levels.length === 0) {
    return undefined;
  }
  const lines = (settings: Thresholds, capacity: number) => linesOf(settings, capacity, series.layout === 'single');
  const recordedLines = (capacity: number) => lines(series.thresholds, capacity);
  const settings = changedThresholds(series.thresholds, changes);
  const replayedLines = (capacity: number) => lines(settings, changes.diskBytes ?? capacity);
  const removals = removalsOf(series, levels, recordedLines);
  return new Replaying(levels, removals, recordedLines, replayedLines).run(series.rollups.length > 0);
}

/** The use from which the kubelet acts, in bytes. */
interface Lines {
  reclaim: number;
  imageGc: number;
  /** Down to which image GC goes. */
  imageGcLow: number;
}

function linesOf(
  { evictionHard, imageGcHighPercent, imageGcLowPercent }: Thresholds,
  capacity: number,
  isSingle: boolean
): Lines {
  const free = (signal: string) => thresholdOf(evictionHard[signal] ?? '0%', capacity) ?? -Infinity;
  const least = Math.max(free('imagefs.available'), isSingle ? free('nodefs.available') : -Infinity);
  return {
    reclaim: capacity - least,
    // At 100 image GC is off.
    imageGc: imageGcHighPercent >= 100 ? Infinity : (capacity * imageGcHighPercent) / 100,
    imageGcLow: (capacity * imageGcLowPercent) / 100,
  };
}

function levelsOf({ rollups, disks }: NodeSeries, filesystem: 'nodefs' | 'imagefs'): Level[] {
  const spans = spansOf(rollups);
  const ofRollups = rollups.flatMap((rollup): Level[] => {
    const bytes = rollup[filesystem]?.bytes;
    return bytes === undefined
      ? []
      : [
          {
            ...{ at: Date.parse(rollup.from), used: bytes.greatest, capacity: bytes.capacity },
            peak: Math.min(bytes.capacity, bytes.greatest + bytes.worstMinute),
            ...{ images: rollup.images?.greatest ?? null, isPeriod: true },
          },
        ];
  });
  const ofDisks = disks.flatMap((disk): Level[] => {
    const size = disk[filesystem];
    const at = Date.parse(disk.time);
    if (size === null || isInside(spans, at)) {
      return [];
    }
    const [capacity, used] = [size.capacity, size.capacity - size.available];
    return [{ at, used, peak: used, capacity, images: disk.images, isPeriod: false }];
  });
  return [...ofRollups, ...ofDisks].sort((a, b) => a.at - b.at);
}

const spansOf = (rollups: readonly RollupRecord[]) =>
  rollups.map(({ from, to }) => ({ from: Date.parse(from), to: Date.parse(to) }));

const isInside = (spans: ReadonlyArray<{ from: number; to: number }>, at: number) =>
  spans.some(({ from, to }) => at >= from && at < to);

function removalsOf({ gcs }: NodeSeries, levels: readonly Level[], linesAt: (capacity: number) => Lines): Removal[] {
  const perMs = fastestGrowth(levels);
  return gcs
    .flatMap((gc): Removal[] => {
      const [start, at] = [Date.parse(gc.start), Date.parse(gc.end)];
      const level = before(levels, start) ?? levels[0];
      if (gc.part > 1 || level === undefined) {
        return [];
      }
      const isReclaim = gc.trigger === 'eviction';
      const { reclaim, imageGc } = linesAt(level.capacity);
      const next = level.isPeriod ? undefined : levels.find((one) => one.at >= at);
      const grown = Math.min(level.capacity, level.peak + perMs * Math.max(0, start - level.at));
      const peak = level.isPeriod ? level.peak : Math.max(grown, (next?.used ?? 0) + gc.imageBytes);
      const isDisk = gc.resource === null || gc.resource === 'ephemeral-storage';
      return [
        {
          ...{ at, reclaims: isReclaim ? 1 : 0, imageGcs: isReclaim ? 0 : 1, containers: gc.containersTotal },
          ...{ evicted: gc.evicted.length, imageBytes: gc.imageBytes },
          images: new Map(gc.images.map(({ id, bytes }) => [id, bytes ?? 0])),
          freedBytes: isReclaim ? Math.max(gc.imageBytes, level.used - (next?.used ?? level.used)) : gc.imageBytes,
          reclaimedAt: Math.max(peak, reclaim),
          // The kubelet's log tells the use at which image GC began, in whole per cent.
          collectedAt: Math.max(imageGc, ((gc.usagePercent ?? 0) / 100) * level.capacity),
          // Image GC that names no use came by the age of images.
          isOther: isReclaim ? !isDisk : gc.usagePercent === undefined,
        },
      ];
    })
    .sort((a, b) => a.at - b.at);
}

/** The fastest growth between two samples, in bytes a millisecond. */
function fastestGrowth(levels: readonly Level[]): number {
  return levels.reduce((fastest, { at, used, isPeriod }, i) => {
    const last = levels[i - 1];
    const isPair = last !== undefined && !isPeriod && !last.isPeriod && at > last.at;
    return isPair ? Math.max(fastest, (used - last.used) / (at - last.at)) : fastest;
  }, 0);
}

const before = (levels: readonly Level[], at: number): Level | undefined => levels.findLast((one) => one.at <= at);

/** An image that the recorded kubelet pulled between two levels, and removed at a moment. */
interface PulledAgain {
  bytes: number;
  at: number;
  first: Level;
  last: Level;
}

/** How much of what was added between the two levels had been added at another one. */
function partPulled({ first, last }: PulledAgain, level: Level): number {
  const size = (one: Level) => one.images ?? one.used;
  const grown = size(last) - size(first);
  return level.at <= first.at ? 0 : grown <= 0 ? 1 : Math.max(0, Math.min(1, (size(level) - size(first)) / grown));
}

class Replaying {
  /** Bytes that are on the disk more than was recorded: what is kept, less what was removed early. */
  private shift = 0;
  /** Image bytes on the disk that the recorded kubelet had removed. */
  private keptImages = 0;
  /** Images of which that kubelet pulled once more what is kept here: it removed them again. */
  private pulledAgain: PulledAgain[] = [];
  /** Image bytes that were removed, and that the recorded kubelet removes later. */
  private early = 0;
  private aboveSince: number | undefined;
  private isBeyond = false;
  /** A reclaim came that was not recorded then, and none was recorded since. */
  private isAhead = false;
  private readonly reclaims: Difference = { recorded: 0, avoided: 0, added: 0 };
  private readonly imageGcs: Difference = { recorded: 0, avoided: 0, added: 0 };
  private containersKept = 0;
  private podsKept = 0;
  private imageBytesReplayed = 0;

  constructor(
    private readonly levels: readonly Level[],
    private readonly removals: readonly Removal[],
    private readonly recordedLines: (capacity: number) => Lines,
    private readonly replayedLines: (capacity: number) => Lines
  ) {}

  run(hasRollups: boolean): Replay {
    let next = 0;
    for (const level of this.levels) {
      for (let removal = this.removals[next]; removal !== undefined && removal.at < level.at;) {
        this.remove(removal, before(this.levels, removal.at) ?? level);
        removal = this.removals[++next];
      }
      this.reach(level);
    }
    const last = this.levels.at(-1);
    this.removals.slice(next).forEach((removal) => last && this.remove(removal, last));
    const { reclaims, imageGcs, containersKept, podsKept, imageBytesReplayed } = this;
    return {
      ...{ reclaims, imageGcs, containersKept, podsKept, imageBytesReplayed, hasRollups },
      containersRecorded: this.removals.reduce((sum, { containers }) => sum + containers, 0),
      imageBytesRecorded: this.removals.reduce((sum, { imageBytes }) => sum + imageBytes, 0),
    };
  }

  /** The recorded kubelet removed something. */
  private remove(removal: Removal, level: Level): void {
    const { reclaims, imageGcs, containers, evicted, imageBytes, freedBytes, isOther } = removal;
    const lines = this.replayedLines(level.capacity);
    this.reclaims.recorded += reclaims;
    this.imageGcs.recorded += imageGcs;
    const twice = this.settle(removal);
    const isReclaimed = reclaims > 0 && (isOther || removal.reclaimedAt + this.shift >= lines.reclaim);
    const isCollected = imageGcs > 0 && (isOther || removal.collectedAt + this.shift >= lines.imageGc);
    const rest = imageBytes - twice - Math.min(this.early, imageBytes - twice);
    this.early -= imageBytes - twice - rest;
    if (isReclaimed && isOther && freedBytes === 0) {
      return; // Memory and process ids delete nothing.
    }
    // One that came before it in the replay is this one.
    const moved = reclaims > 0 && this.isAhead ? 1 : 0;
    this.added(-moved);
    if (isReclaimed) {
      this.imageBytesReplayed += rest + this.keptImages;
      [this.shift, this.keptImages, this.early, this.pulledAgain] = [0, 0, 0, []];
    } else {
      const avoided = reclaims - moved;
      this.reclaims.avoided += avoided;
      this.containersKept += avoided > 0 ? containers : 0;
      this.podsKept += avoided > 0 ? evicted : 0;
      this.shift += freedBytes - (isCollected ? rest : 0);
      this.imageBytesReplayed += isCollected ? rest : 0;
      this.keptImages += isCollected ? 0 : rest;
      if (!isCollected) {
        // What was removed early was pulled again here too.
        this.findPulls(removal, level, imageBytes === 0 ? 0 : (rest + twice) / imageBytes);
      }
    }
    this.imageGcs.avoided += isReclaimed || isCollected ? 0 : imageGcs;
    [this.isBeyond, this.aboveSince] = [false, undefined];
    this.isAhead &&= reclaims === 0;
  }

  /**
   * Of the images that stay here the recorded kubelet removed some once more: it had pulled them again, which here nobody had
   * to. When it pulled them shows in what was added until then, each as much a part of it as any other.
   *
   * @param part of the images that stays
   */
  private findPulls({ at, images }: Removal, level: Level, part: number): void {
    const later = this.removals.slice(this.removals.findIndex((one) => one.at === at) + 1);
    for (const [id, bytes] of images) {
      const again = later.find((one) => one.images.has(id));
      if (again !== undefined && bytes > 0) {
        const first = this.levels.find((one) => one.at > at) ?? level;
        const last = before(this.levels, again.at) ?? level;
        this.pulledAgain.push({ bytes: bytes * part, at: again.at, first, last });
      }
    }
  }

  /** What was pulled again until this removal is on the disk once. @returns its bytes */
  private settle({ at }: Removal): number {
    const due = this.pulledAgain.filter((one) => one.at === at);
    this.pulledAgain = this.pulledAgain.filter((one) => one.at !== at);
    const bytes = due.reduce((sum, one) => sum + one.bytes, 0);
    this.shift -= bytes;
    return bytes;
  }

  /** Bytes that are on the disk more than was recorded at a moment. */
  private shiftAt(level: Level): number {
    return this.pulledAgain.reduce((shift, one) => shift - one.bytes * partPulled(one, level), this.shift);
  }

  private added(count: number): void {
    this.reclaims.added += count;
  }

  private reach(level: Level): void {
    const [recorded, lines] = [this.recordedLines(level.capacity), this.replayedLines(level.capacity)];
    if (level.used >= recorded.imageGc || level.used + this.shiftAt(level) < lines.imageGc) {
      this.aboveSince = undefined;
    } else {
      this.aboveSince ??= level.at;
      if (level.isPeriod || level.at - this.aboveSince >= IMAGE_GC_MS) {
        this.collect(level, level.used + this.shiftAt(level) - lines.imageGcLow);
      }
    }
    const isBeyond = level.used + this.shiftAt(level) >= lines.reclaim;
    if (isBeyond && !this.isBeyond && level.used < recorded.reclaim) {
      this.added(1);
      this.isAhead = true;
      const images = this.removable(level);
      this.imageBytesReplayed += images;
      this.early += images - this.keptImages;
      [this.shift, this.keptImages, this.pulledAgain] = [-this.early, 0, []];
    }
    this.isBeyond = isBeyond && level.used + this.shiftAt(level) >= lines.reclaim;
  }

  /** Image GC that was not recorded. */
  private collect(level: Level, wanted: number): void {
    const freed = Math.min(wanted, this.removable(level));
    if (freed > 0) {
      this.imageGcs.added++;
      this.imageBytesReplayed += freed;
      const ofKept = Math.min(freed, this.keptImages);
      this.keptImages -= ofKept;
      this.early += freed - ofKept;
      this.shift -= freed;
      this.aboveSince = undefined;
    }
  }

  /**
   * Image bytes that may go at this moment: what is kept, and of what the recorded kubelet removed next the part that was
   * there already.
   */
  private removable(level: Level): number {
    const next = this.removals.find(({ at, imageBytes }) => at >= level.at && imageBytes > 0);
    if (next === undefined) {
      return this.keptImages;
    }
    const then = before(this.levels, next.at) ?? level;
    const grown = then.images !== null && level.images !== null ? then.images - level.images : then.used - level.used;
    const there = Math.min(next.imageBytes, level.images ?? Infinity);
    return this.keptImages + Math.max(0, Math.min(there, next.imageBytes - Math.max(0, grown)) - this.early);
  }
}
