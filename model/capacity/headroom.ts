import type { DiskLayout, Thresholds } from '../records';
import { thresholdOf } from '../thresholds';
import type { Content, Contents, Measure, MeasuredUse, NodeDisks } from './disk-use';

/** When use will reach a threshold if it goes on growing as it did. */
export type Expectation =
  | { kind: 'crossed' }
  /** Too few points, or too short a time. */
  | { kind: 'too-little-data' }
  /** The growth cannot be told from none: use goes up and down. */
  | { kind: 'no-growth' }
  /** In so many milliseconds from the newest value on; the 95 % interval of the slope gives the earliest and the latest. */
  | { kind: 'expected'; ms: number; earliestMs: number; latestMs: number };

/** A threshold of a measure, and how far use is from it; negative where it was crossed. */
export interface Distance {
  /** `image-gc-high`, `hard:<signal>`, `soft:<signal>`, `full`. */
  threshold: string;
  /** The use at which it is crossed, in bytes or inodes. */
  at: number;
  now: number;
  p95: number;
  worst: number;
  expected: Expectation;
}

/** A measure of a node's disks with its thresholds, the one that is crossed first in front. */
export interface Headroom extends Measure {
  use: MeasuredUse;
  /** Increases an hour: what is written, before anything is deleted. */
  filledPerHour: number;
  distances: Distance[];
}

const HOUR_MS = 3_600_000;
/** Less tells no trend: a Job that ran once would. */
const MIN_POINTS = 8;
const MIN_SPAN_MS = 6 * HOUR_MS;
/** Half the width of a 95 % interval, in standard errors. */
const INTERVAL = 2;

/** @param thresholds null where no record tells them: then only the distance to a full disk is known */
export function headroomOf({ measures, layout }: NodeDisks, thresholds: Thresholds | null): Headroom[] {
  return measures.map((use) => {
    const growth = growthOf(use.points);
    const distances = thresholdsOn(use, layout, thresholds).map(([threshold, at]): Distance => ({
      ...{ threshold, at, now: at - use.now, p95: at - use.p95, worst: at - use.worst },
      expected: expectationOf(at - use.now, growth),
    }));
    const { filesystem, unit, observedMs, filled } = use;
    return {
      ...{ filesystem, unit, use, filledPerHour: observedMs > 0 ? (filled / observedMs) * HOUR_MS : 0 },
      distances: distances.sort((a, b) => a.at - b.at || (a.threshold < b.threshold ? -1 : 1)),
    };
  });
}

/** The thresholds that a measure can cross: with one disk those of imagefs count on nodefs. */
function thresholdsOn(
  { filesystem, unit, capacity }: MeasuredUse,
  layout: DiskLayout,
  thresholds: Thresholds | null
): Array<[threshold: string, at: number]> {
  const names = layout === 'single' ? ['nodefs', 'imagefs'] : [filesystem];
  const property = unit === 'bytes' ? 'available' : 'inodesFree';
  const signals = (kind: 'hard' | 'soft', configured: Record<string, string> = {}) =>
    names.flatMap((name): Array<[string, number]> => {
      const signal = `${name}.${property}`;
      const free = thresholdOf(configured[signal] ?? '0', capacity);
      return free === undefined ? [] : [[`${kind}:${signal}`, capacity - free]];
    });
  const high = thresholds?.imageGcHighPercent ?? 100;
  const isImageDisk = names.includes('imagefs') && unit === 'bytes';
  return [
    // At 100 the image GC is off.
    ...(isImageDisk && high < 100 ? [['image-gc-high', (capacity * high) / 100] as [string, number]] : []),
    ...signals('hard', thresholds?.evictionHard),
    ...signals('soft', thresholds?.evictionSoft),
    ['full', capacity],
  ];
}

interface Growth {
  /** Per millisecond. */
  slope: number;
  error: number;
}

/** Least squares over the points; undefined where there is too little. */
function growthOf(points: MeasuredUse['points']): Growth | undefined {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined || points.length < MIN_POINTS || last[0] - first[0] < MIN_SPAN_MS) {
    return undefined;
  }
  const n = points.length;
  const meanAt = points.reduce((sum, [at]) => sum + (at - first[0]), 0) / n;
  const meanUsed = points.reduce((sum, [, used]) => sum + used, 0) / n;
  let [square, product] = [0, 0];
  for (const [at, used] of points) {
    const away = at - first[0] - meanAt;
    square += away * away;
    product += away * (used - meanUsed);
  }
  const slope = product / square;
  const residuals = points.reduce((sum, [at, used]) => {
    const residual = used - meanUsed - slope * (at - first[0] - meanAt);
    return sum + residual * residual;
  }, 0);
  return { slope, error: Math.sqrt(residuals / (n - 2) / square) };
}

function expectationOf(distance: number, growth: Growth | undefined): Expectation {
  if (distance <= 0) {
    return { kind: 'crossed' };
  }
  if (growth === undefined) {
    return { kind: 'too-little-data' };
  }
  const { slope, error } = growth;
  const [slowest, fastest] = [slope - INTERVAL * error, slope + INTERVAL * error];
  return slowest <= 0
    ? { kind: 'no-growth' }
    : { kind: 'expected', ms: distance / slope, earliestMs: distance / fastest, latestMs: distance / slowest };
}

/** What fills a file system at the end of the time range. */
export interface Filling {
  filesystem: Measure['filesystem'];
  used: number;
  /** Bytes; null where no record tells. */
  parts: Array<{ content: Content; bytes: number | null }>;
  /** What is none of these; null where one of them is unknown, or they were measured at other times and exceed the use. */
  other: number | null;
}

/** The contents that lie on each file system (docs/reference/kubernetes.md, Which signal deletes containers). */
const CONTENTS_ON: Record<DiskLayout, Partial<Record<Measure['filesystem'], readonly Content[]>>> = {
  single: { nodefs: ['images', 'layers', 'logsLive', 'logsDead', 'volumes'] },
  'dedicated-imagefs': { nodefs: ['logsLive', 'logsDead', 'volumes'], imagefs: ['images', 'layers'] },
  split: { nodefs: ['layers', 'logsLive', 'logsDead', 'volumes'], imagefs: ['images'] },
  unknown: {},
};

/** Nothing where the layout is not known: then nobody knows what lies where. */
export function fillingOf({ layout, measures, contents }: NodeDisks): Filling[] {
  return measures.flatMap(({ filesystem, unit, now }) => {
    const here = CONTENTS_ON[layout][filesystem];
    if (unit !== 'bytes' || here === undefined) {
      return [];
    }
    const parts = here.map((content) => ({ content, bytes: contents[content]?.now ?? null }));
    return { filesystem, used: now, parts, other: otherThan(now, parts, contents) };
  });
}

/** Volumes are not known from samples: then they are part of the rest. */
function otherThan(used: number, parts: Filling['parts'], contents: Contents): number | null {
  const isKnown = parts.every(({ content, bytes }) => bytes !== null || (content === 'volumes' && !contents.volumes));
  const rest = used - parts.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0);
  return isKnown && rest >= 0 ? rest : null;
}
