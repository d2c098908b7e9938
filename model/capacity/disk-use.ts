import type { Amount, DiskLayout, DiskRecord, Filesystem, RollupRecord, Use } from '../records';

/** What one measure of a file system was over a stretch of time. */
interface UseStretch {
  /** Milliseconds since 1970. */
  to: number;
  observedMs: number;
  capacity: number;
  /** What was not exceeded for 95 % of the stretch. */
  p95: number;
  greatest: number;
  last: number;
  /** Sum of the increases, and the greatest within a minute. */
  filled: number;
  worstMinute: number;
}

/** A measure of a file system: its bytes, or its inodes. */
export interface Measure {
  filesystem: 'nodefs' | 'imagefs';
  unit: 'bytes' | 'inodes';
}

/** The use of one measure over the time range. */
export interface MeasuredUse extends Measure {
  /** At the end. */
  capacity: number;
  now: number;
  /** What was not exceeded for 95 % of the observed time. */
  p95: number;
  /** `p95` comes from the percentiles of hours or days: the true value is not above it. */
  isP95Bound: boolean;
  worst: number;
  /** Increases added up, before anything was deleted. */
  filled: number;
  worstMinute: number;
  observedMs: number;
  /** Use at the end of each stretch, oldest first. Milliseconds since 1970. */
  points: ReadonlyArray<readonly [at: number, used: number]>;
}

/** What lies on a node's disks. */
export const CONTENTS = ['images', 'layers', 'logsLive', 'logsDead', 'volumes'] as const;
export type Content = (typeof CONTENTS)[number];
/** Bytes at the end and on average; null where no record tells. */
export type Contents = Record<Content, { now: number; mean: number } | null>;

/** The disks of a node over the time range. */
export interface NodeDisks {
  layout: DiskLayout;
  /** When the newest record about them was valid. Milliseconds since 1970. */
  at: number;
  /** How much of the range was observed. */
  observedMs: number;
  measures: MeasuredUse[];
  contents: Contents;
  /** Some of it rests on disk samples, because no rollup covers the time. */
  hasSamples: boolean;
}

/** A sample holds until the next one, at most as long: an agent that is running writes one every ten minutes. */
const MAX_HELD_MS = 11 * 60_000;
const MINUTE_MS = 60_000;

/**
 * What a node's records tell of its disks.
 *
 * @param rollups of one node that do not overlap
 * @param disks samples of the same node; those of a time that a rollup covers are left out
 * @param until the end of the time range, milliseconds since 1970
 * @returns undefined where there is neither
 */
export function disksOf(
  rollups: readonly RollupRecord[],
  disks: readonly DiskRecord[],
  until: number
): NodeDisks | undefined {
  const hours = [...rollups].sort((a, b) => a.from.localeCompare(b.from));
  const samples = samplesOutside(hours, disks, until);
  const newestSample = samples.at(-1);
  const newestHour = hours.at(-1);
  const sampleAt = newestSample?.at ?? -Infinity;
  const hourTo = newestHour === undefined ? -Infinity : Date.parse(newestHour.to);
  const layout = sampleAt > hourTo ? newestSample?.disk.layout : newestHour?.layout;
  if (layout === undefined) {
    return undefined;
  }
  const observedMs = sum(hours.map((hour) => hour.observedSeconds * 1000)) + sum(samples.map(({ heldMs }) => heldMs));
  const measures = (['nodefs', 'imagefs'] as const).flatMap((filesystem) =>
    (['bytes', 'inodes'] as const).flatMap((unit) => measuredUse({ filesystem, unit }, hours, samples) ?? [])
  );
  return {
    ...{ layout, at: Math.max(sampleAt, hourTo), observedMs, measures, hasSamples: samples.length > 0 },
    contents: contentsOf(hours, samples),
  };
}

interface Sample {
  disk: DiskRecord;
  at: number;
  heldMs: number;
}

function samplesOutside(hours: readonly RollupRecord[], disks: readonly DiskRecord[], until: number): Sample[] {
  const covered = hours.map(({ from, to }) => ({ from: Date.parse(from), to: Date.parse(to) }));
  const samples = disks
    .map((disk) => ({ disk, at: Date.parse(disk.time) }))
    .filter(({ at }) => !covered.some(({ from, to }) => at >= from && at < to))
    .sort((a, b) => a.at - b.at);
  return samples.map(({ disk, at }, index) => {
    const next = Math.min(samples[index + 1]?.at ?? until, ...covered.flatMap(({ from }) => (from > at ? from : [])));
    return { disk, at, heldMs: Math.max(0, Math.min(next - at, MAX_HELD_MS)) };
  });
}

function measuredUse(
  measure: Measure,
  hours: readonly RollupRecord[],
  samples: readonly Sample[]
): MeasuredUse | undefined {
  const { filesystem, unit } = measure;
  const ofHours = hours.flatMap((hour): UseStretch[] => {
    const use = hour[filesystem]?.[unit];
    return use === null || use === undefined ? [] : [ofRollup(use, hour)];
  });
  const ofSamples: UseStretch[] = [];
  for (const { disk, at, heldMs } of samples) {
    const size = sizeOf(disk[filesystem], unit);
    if (size !== undefined) {
      const before = ofSamples.at(-1);
      const isNext = before !== undefined && at - before.to <= MAX_HELD_MS;
      const growth = isNext ? Math.max(0, size.used - before.last) : 0;
      ofSamples.push({
        ...{
          to: at,
          observedMs: heldMs,
          capacity: size.capacity,
          p95: size.used,
          greatest: size.used,
          last: size.used,
        },
        filled: growth,
        worstMinute: growth / Math.max(1, (at - (before?.to ?? at)) / MINUTE_MS),
      });
    }
  }
  const stretches = [...ofHours, ...ofSamples].sort((a, b) => a.to - b.to);
  const newest = stretches.at(-1);
  if (newest === undefined) {
    return undefined;
  }
  return {
    ...{
      ...measure,
      capacity: newest.capacity,
      now: newest.last,
      p95: p95Of(stretches),
      isP95Bound: ofHours.length > 0,
    },
    worst: stretches.reduce((worst, { greatest }) => Math.max(worst, greatest), 0),
    filled: sum(stretches.map(({ filled }) => filled)),
    worstMinute: stretches.reduce((worst, { worstMinute }) => Math.max(worst, worstMinute), 0),
    observedMs: sum(stretches.map(({ observedMs }) => observedMs)),
    points: stretches.map(({ to, last }) => [to, last] as const),
  };
}

const ofRollup = (use: Use, { to, observedSeconds }: RollupRecord): UseStretch => ({
  ...{ to: Date.parse(to), observedMs: observedSeconds * 1000, capacity: use.capacity, p95: use.p95 },
  ...{ greatest: use.greatest, last: use.last, filled: use.filled, worstMinute: use.worstMinute },
});

function sizeOf(filesystem: Filesystem | null, unit: Measure['unit']): { capacity: number; used: number } | undefined {
  if (filesystem === null) {
    return undefined;
  }
  const { capacity, available, inodes, inodesFree } = filesystem;
  if (unit === 'bytes') {
    return { capacity, used: capacity - available };
  }
  return inodes === null || inodesFree === null ? undefined : { capacity: inodes, used: inodes - inodesFree };
}

/**
 * The use that was not exceeded for 95 % of the time. Of a stretch 95 % lie at or below its own percentile and all at or
 * below its greatest use: exact for samples, and never too low for rollups.
 */
function p95Of(stretches: readonly UseStretch[]): number {
  const parts = stretches
    .flatMap(({ p95, greatest, observedMs }) => [
      { used: p95, ms: observedMs * 0.95 },
      { used: greatest, ms: observedMs * 0.05 },
    ])
    .sort((a, b) => a.used - b.used);
  const total = sum(parts.map(({ ms }) => ms));
  let below = 0;
  for (const { used, ms } of parts) {
    below += ms;
    // 0.95 of a sum of fractions of it may come out a little less than 0.95 of it.
    if (below >= total * 0.95 * (1 - 1e-9)) {
      return used;
    }
  }
  return parts.at(-1)?.used ?? 0;
}

function contentsOf(hours: readonly RollupRecord[], samples: readonly Sample[]): Contents {
  const of = (content: Content) => {
    const parts = [
      ...hours.flatMap((hour) => {
        const amount: Amount | null = hour[content];
        return amount === null ? [] : { ...amount, to: Date.parse(hour.to), ms: hour.observedSeconds * 1000 };
      }),
      ...samples.flatMap(({ disk, at, heldMs }) => {
        const bytes = bytesOf(disk, content);
        return bytes === null ? [] : { mean: bytes, last: bytes, to: at, ms: heldMs };
      }),
    ].sort((a, b) => a.to - b.to);
    const newest = parts.at(-1);
    const ms = sum(parts.map((part) => part.ms));
    const area = sum(parts.map((part) => part.mean * part.ms));
    return newest === undefined ? null : { now: newest.last, mean: ms > 0 ? Math.round(area / ms) : newest.last };
  };
  return {
    ...{ images: of('images'), layers: of('layers'), logsLive: of('logsLive'), logsDead: of('logsDead') },
    volumes: of('volumes'),
  };
}

function bytesOf({ images, layers, logs }: DiskRecord, content: Content): number | null {
  switch (content) {
    case 'images':
      return images;
    case 'layers':
      return layers;
    case 'logsLive':
      return logs?.live ?? null;
    case 'logsDead':
      return logs?.dead ?? null;
    default:
      return null; // A sample does not tell volumes.
  }
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
