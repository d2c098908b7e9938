import { spanOf, type View } from './view';
import type { Zone } from './time-zone';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Steps at which people expect the lines of a clock and of a calendar. */
const steps = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500].map((n) => n),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 7, 14, 28, 91, 182, 364].map((n) => n * DAY),
];

export interface Tick {
  time: number;
  /** `23:15`, `23:15:38`, `23:15:38.250`, `24 Nov`. */
  label: string;
  /** A new day begins here: the label is its date. */
  isDay: boolean;
}

export interface Ticks {
  ticks: Tick[];
  step: number;
}

/**
 * Where the axis has lines, on round times of the clock on the wall.
 *
 * @param most how many labels have room
 * @param language for names of months
 */
export function ticksOf(view: View, most: number, zone: Zone, language: string): Ticks {
  const wanted = spanOf(view) / Math.max(1, most);
  const step = steps.find((one) => one >= wanted) ?? 364 * DAY;
  const date = dateFormat(language);
  const ticks: Tick[] = [];
  // Counted on the wall's clock, and brought back with the offset that is in force there: days may have 23 hours.
  const offset = zone.offsetAt(view.from);
  const origin = step >= 7 * DAY ? MONDAY : 0;
  let wall = Math.ceil((view.from + offset - origin) / step) * step + origin;
  for (; ; wall += step) {
    const time = wall - zone.offsetAt(wall - offset);
    if (time > view.to) {
      return { ticks, step };
    }
    if (time >= view.from && time > (ticks.at(-1)?.time ?? -Infinity)) {
      const isDay = wall % DAY === 0;
      ticks.push({ time, isDay, label: isDay ? date.format(wall) : clockLabel(wall, step) });
    }
  }
}

/** A Monday: weeks begin with one. */
const MONDAY = 4 * DAY;

/** `23:15`, with as much behind as `step` needs; `wall` is a time of the clock on the wall read as UTC. */
function clockLabel(wall: number, step: number): string {
  const text = new Date(wall).toISOString();
  return step < SECOND ? text.slice(11, 23) : step < MINUTE ? text.slice(11, 19) : text.slice(11, 16);
}

/** Date and time of a moment, as exact as a pixel is: `2026-11-23 23:15:38.571`. */
export function timeLabel(time: number, zone: Zone, perPixel: number): string {
  const text = new Date(time + zone.offsetAt(time)).toISOString().replace('T', ' ');
  return perPixel < SECOND / 2 ? text.slice(0, 23) : text.slice(0, 19);
}

/** `23:15:38` of the clock on the wall. */
export const clockOf = (time: number, zone: Zone): string => clockLabel(time + zone.offsetAt(time), SECOND);

const formats = new Map<string, Intl.DateTimeFormat>();

function dateFormat(language: string): Intl.DateTimeFormat {
  let format = formats.get(language);
  if (!format) {
    format = new Intl.DateTimeFormat(language, { month: 'short', day: 'numeric', timeZone: 'UTC' });
    formats.set(language, format);
  }
  return format;
}
