import type { WallTime } from './klog';
import { offsetAt } from '../../common/time-zone';

/**
 * The missing half of a klog time.
 *
 * A text header says `1123 23:15:38.571940`: no year, and the local time of the kubelet's process, whose zone an agent
 * in a container does not know. Both follow from a reference: a moment close to the line's own, such as the clock when
 * a line has just been written, the file's modification time for its last line, or the journal's time of the entry.
 *  - The year is the one that brings the time nearest to the reference (a December line read in January).
 *  - The zone is the difference to the reference, in quarters of an hour, as all zones of the cluster state are.
 * A kubelet's clock that is itself wrong by less than 7½ minutes stays wrong by that much; it is not mended here.
 */
const DAY = 86_400_000;
const QUARTER = 900_000;
const LARGEST_OFFSET = 14 * 3_600_000;

/** Milliseconds since 1970 of a wall time taken as UTC, in the year nearest to `referenceMs`. */
export function wallToUtcMs(wall: WallTime, referenceMs: number): number {
  const year = new Date(referenceMs).getUTCFullYear();
  const candidates = [year - 1, year, year + 1].map((y) =>
    Date.UTC(y, wall.month - 1, wall.day, wall.hour, wall.minute, wall.second)
  );
  return candidates.reduce((best, ms) => (Math.abs(ms - referenceMs) < Math.abs(best - referenceMs) ? ms : best));
}

/**
 * The offset of the kubelet's zone from UTC in milliseconds, from a line known to be written at `referenceMs`.
 * undefined where the two are further apart than any zone explains: then the reference is none.
 */
export function zoneOffset(wall: WallTime, referenceMs: number): number | undefined {
  const offset = Math.round((wallToUtcMs(wall, referenceMs) - referenceMs) / QUARTER) * QUARTER + 0; // no -0
  return Math.abs(offset) <= LARGEST_OFFSET ? offset : undefined;
}

/** The offset of a zone of a given name at a wall time in it. */
export function namedOffset(zone: string, wall: WallTime, referenceMs: number): number {
  const asUtcMs = wallToUtcMs(wall, referenceMs);
  const guess = offsetAt(zone, asUtcMs) ?? 0;
  return offsetAt(zone, asUtcMs - guess) ?? guess;
}

/** Nanoseconds since 1970 of a wall time in a zone `offset` milliseconds from UTC. */
export function wallToNs(wall: WallTime, offset: number, referenceMs: number): bigint {
  const ms = wallToUtcMs(wall, referenceMs + offset) - offset;
  return BigInt(ms) * 1_000_000n + BigInt(wall.micros) * 1000n;
}

/** A time further in the future than this, or older than a year, is not believed. */
export function isPlausible(ns: bigint, nowMs: number): boolean {
  const ms = Number(ns / 1_000_000n);
  return ms < nowMs + DAY && ms > nowMs - 370 * DAY;
}
