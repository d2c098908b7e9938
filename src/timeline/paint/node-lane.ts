import { ACTIVITY_HEIGHT, type Header } from '../geometry/layout';
import { MARKS_HEIGHT } from '../geometry/hit-test';
import { markPlaces } from '../geometry/mark-places';
import { type Crossing, RISE_MS } from '../model/crossings';
import type { DiskUse } from '../model/disk-use';
import type { NodeLane } from '../model/node-lane';
import type { Limits } from '../model/node-limits';
import { firstIndex } from '../model/spans';
import type { Unobserved } from '../model/unobserved';
import { xOf } from '../geometry/view';
import { paintActivities } from './activities';
import { paintHatched } from './bands';
import type { Frame } from './frame';
import { paintMarks } from './marks';
import { paintPressureLabels } from './pressure-labels';

const TOP = 8;
/** The labels of the axis take this much at the left edge. Pixels. */
const AXIS_LABELS = 40;
/** Samples nearer to each other are no dots of their own. Pixels. */
const DOTS = 6;

/** A node's lane: use of its disks under the limits at which the kubelet acts, what it did, and what nobody observed. */
export function paintNodeLane(ctx: CanvasRenderingContext2D, frame: Frame, item: Header, y: number): void {
  const lane = item.group.node;
  if (lane === undefined) {
    return;
  }
  const foot = y + item.height - (item.activities ? ACTIVITY_HEIGHT : 0);
  const floor = foot - MARKS_HEIGHT - 4;
  const scale: Scale = { yOf: (use) => floor - use * (floor - y - TOP), floor };
  paintUnobserved(ctx, frame, lane, { top: y, floor, foot });
  paintScale(ctx, frame, scale);
  paintUse(ctx, frame, lane, 'imagefs', scale);
  if (!lane.disk.isOne) {
    paintUse(ctx, frame, lane, 'nodefs', scale);
  }
  paintLimits(ctx, frame, lane.limits, scale);
  paintCrossings(ctx, frame, lane, scale);
  paintReclaims(ctx, frame, lane, y);
  paintPressureLabels(ctx, frame, lane, floor - 9);
  paintUnobservedLabels(ctx, frame, lane, { top: y, floor, foot });
  ctx.fillStyle = frame.palette.line;
  ctx.fillRect(0, floor, frame.width, 1);
  paintMarks(ctx, frame, markPlaces(lane.marks, frame.view, frame.width), foot - MARKS_HEIGHT / 2 - 1, y + TOP);
  if (item.activities) {
    paintActivities(ctx, frame, item.activities, foot + ACTIVITY_HEIGHT / 2);
  }
}

interface Scale {
  yOf: (use: number) => number;
  floor: number;
}

/** The crossings of a file system; on a node of one disk all are its. */
const crossingsOn = ({ crossings, disk }: NodeLane, name: 'nodefs' | 'imagefs'): readonly Crossing[] =>
  crossings.filter(({ filesystem }) => disk.isOne || filesystem === name);

/** One line of use, broken where nobody measured and where the kubelet reclaimed between two samples. */
function paintUse(
  ctx: CanvasRenderingContext2D,
  { view, width, palette }: Frame,
  lane: NodeLane,
  name: 'nodefs' | 'imagefs',
  { yOf, floor }: Scale
): void {
  const breaks = crossingsOn(lane, name).map(({ time }) => time);
  for (const points of stretchesOfUse(
    lane.disk,
    lane.disk[name].use,
    breaks,
    (time) => xOf(view, width, time),
    width
  )) {
    ctx.beginPath();
    points.forEach(([x, use], i) => (i === 0 ? ctx.moveTo(x, yOf(use)) : ctx.lineTo(x, yOf(use))));
    ctx.strokeStyle = palette[name];
    ctx.lineWidth = 1.5;
    ctx.lineJoin = 'round';
    ctx.stroke();
    const [first, last] = [points[0], points.at(-1)];
    if (name === 'imagefs' && first && last) {
      ctx.lineTo(last[0], floor);
      ctx.lineTo(first[0], floor);
      ctx.closePath();
      ctx.globalAlpha = 0.16;
      ctx.fillStyle = palette[name];
      ctx.fill();
      ctx.globalAlpha = 1;
    }
  }
}

/**
 * Samples as points in stretches without a gap; those just outside the plot lead the line to its edge. Of the samples
 * that share a pixel column the first, the lowest, the highest and the last are kept, in their order, so that neither a
 * peak nor the fall after a reclaim is drawn elsewhere than it was measured.
 *
 * @param breaks moments, ascending: no line leads over one
 */
export function stretchesOfUse(
  { times, isFirst, heldUntil }: Pick<DiskUse, 'times' | 'isFirst' | 'heldUntil'>,
  uses: Float32Array,
  breaks: readonly number[],
  toX: (time: number) => number,
  width: number
): Array<Array<[number, number]>> {
  const stretches: Array<Array<[number, number]>> = [];
  let current: Array<[number, number]> = [];
  let column: Array<[number, number]> = [];
  const endColumn = () => {
    current.push(...extremesOf(column));
    column = [];
  };
  let isBroken = true;
  let nextBreak = 0;
  for (let i = 0; i < times.length; i++) {
    const time = times[i] ?? 0;
    const use = uses[i] ?? NaN;
    const x = toX(time);
    isBroken ||= isFirst[i] === 1;
    while ((breaks[nextBreak] ?? Infinity) < time) {
      nextBreak++;
      isBroken = true;
    }
    if (Number.isNaN(use) || toX(times[i + 1] ?? Infinity) < 0) {
      continue;
    }
    if (isBroken) {
      endColumn();
      current = [];
      stretches.push(current);
      isBroken = false;
    }
    const first = column[0];
    if (first && Math.floor(first[0]) !== Math.floor(x)) {
      endColumn();
    }
    column.push([x, use]);
    const held = heldUntil[i] ?? NaN;
    if (held > time && (breaks[nextBreak] ?? Infinity) >= held) {
      endColumn();
      current.push([toX(held), use]);
    }
    if (x > width) {
      break;
    }
  }
  endColumn();
  return stretches;
}

/** First, lowest, highest and last of the points of one pixel column, each once, in their order. */
function extremesOf(column: ReadonlyArray<[number, number]>): Array<[number, number]> {
  let lowest = 0;
  let highest = 0;
  column.forEach(([, use], i) => {
    lowest = use < (column[lowest]?.[1] ?? use) ? i : lowest;
    highest = use > (column[highest]?.[1] ?? use) ? i : highest;
  });
  const kept = new Set([0, lowest, highest, column.length - 1]);
  return column.filter((_, i) => kept.has(i));
}

/** The axis: 0, 50 and 100 % of the capacity, at the left edge. */
function paintScale(ctx: CanvasRenderingContext2D, { width, palette }: Frame, { yOf }: Scale): void {
  ctx.font = `10px ${palette.font}`;
  ctx.textAlign = 'left';
  for (const use of [0, 0.5, 1]) {
    const y = Math.round(yOf(use));
    ctx.fillStyle = palette.line;
    ctx.fillRect(0, y, width, 1);
    ctx.fillStyle = palette.text;
    ctx.fillText(`${use * 100} %`, 4, use === 0 ? y - 6 : y + 6);
  }
}

/**
 * What the kubelet itself found when it acted: a sign where its own measure lay, a dashed line to it from the last sample
 * and on to the next one, and the samples of the rise before it as dots.
 */
function paintCrossings(ctx: CanvasRenderingContext2D, frame: Frame, lane: NodeLane, { yOf }: Scale): void {
  const { view, width, palette, crossingLabel } = frame;
  const { times } = lane.disk;
  ctx.font = `600 10px ${palette.font}`;
  for (const crossing of lane.crossings) {
    const { time, filesystem, use, isAtLeast, rise } = crossing;
    const [x, y] = [xOf(view, width, time), yOf(use)];
    if (x < -width || x > 2 * width) {
      continue;
    }
    const uses = lane.disk[lane.disk.isOne ? 'imagefs' : filesystem].use;
    const next = firstIndex(times, 0, times.length, (one) => one > time);
    const pointOf = (i: number): [number, number] => [xOf(view, width, times[i] ?? 0), yOf(uses[i] ?? NaN)];
    ctx.strokeStyle = palette[lane.disk.isOne ? 'imagefs' : filesystem];
    ctx.fillStyle = ctx.strokeStyle;
    ctx.lineWidth = 1.2;
    ctx.setLineDash([3, 3]);
    ctx.beginPath();
    if (next > 0 && isNear(lane, times[next - 1] ?? 0, time)) {
      ctx.moveTo(...pointOf(next - 1));
      ctx.lineTo(x, y);
    }
    if (next < times.length && isNear(lane, time, times[next] ?? Infinity)) {
      ctx.moveTo(x, y);
      ctx.lineTo(...pointOf(next));
    }
    ctx.stroke();
    ctx.setLineDash([]);
    paintDots(ctx, next, rise?.from ?? time, times, pointOf);
    paintDiamond(ctx, frame, x, y, isAtLeast);
    const room = x - Math.max(0, xOf(view, width, rise?.from ?? time));
    const label = crossingLabel(crossing);
    if (room > ctx.measureText(label).width / 3 && x > ctx.measureText(label).width) {
      // Below the thresholds, whose labels stand above their lines.
      ctx.textAlign = 'right';
      ctx.fillStyle = palette.text;
      ctx.fillText(label, x - 10, y + 20);
    }
  }
}

/** A sample tells of a moment where it is near to it, and an agent was there in between. */
const isNear = ({ unobserved }: NodeLane, from: number, to: number): boolean =>
  to - from <= RISE_MS && !unobserved.some((gap) => gap.what === 'agent' && gap.from < to && gap.to > from);

/** The samples from a moment up to an index, newest first, as far as they have room. */
function paintDots(
  ctx: CanvasRenderingContext2D,
  end: number,
  from: number,
  times: Float64Array,
  pointOf: (i: number) => [number, number]
): void {
  let lastX = Infinity;
  for (let i = end - 1; i >= 0 && (times[i] ?? 0) >= from - 30_000; i--) {
    const [x, y] = pointOf(i);
    if (lastX - x >= DOTS) {
      ctx.beginPath();
      ctx.arc(x, y, 2.2, 0, 2 * Math.PI);
      ctx.fill();
      lastX = x;
    }
  }
}

/** Filled where the kubelet reported how much was in use; open, and with an arrow up, where it was that much or more. */
function paintDiamond(
  ctx: CanvasRenderingContext2D,
  { palette }: Frame,
  x: number,
  y: number,
  isAtLeast: boolean
): void {
  ctx.strokeStyle = palette.eviction;
  ctx.fillStyle = isAtLeast ? palette.background : palette.eviction;
  ctx.lineWidth = 1.4;
  ctx.beginPath();
  ctx.moveTo(x, y - 4.5);
  ctx.lineTo(x + 4.5, y);
  ctx.lineTo(x, y + 4.5);
  ctx.lineTo(x - 4.5, y);
  ctx.closePath();
  ctx.fill();
  if (isAtLeast) {
    ctx.moveTo(x - 2.5, y - 7);
    ctx.lineTo(x, y - 9.5);
    ctx.lineTo(x + 2.5, y - 7);
  }
  ctx.stroke();
}

/** Where reclaims begin: a flag at the top of the lane, told without colour. */
function paintReclaims(
  ctx: CanvasRenderingContext2D,
  { view, width, palette, showPressure }: Frame,
  lane: NodeLane,
  y: number
) {
  ctx.fillStyle = palette.firstReclaim;
  ctx.beginPath();
  for (const { firstReclaim } of showPressure ? lane.pressures : []) {
    const x = firstReclaim === undefined ? -Infinity : xOf(view, width, firstReclaim);
    if (x > -8 && x < width + 8) {
      ctx.moveTo(x - 6, y);
      ctx.lineTo(x + 6, y);
      ctx.lineTo(x, y + 8);
      ctx.closePath();
    }
  }
  ctx.fill();
}

/** What each line of a limit is, at the right edge above it; lines that share a place share a label. */
function paintLimitLabels(
  ctx: CanvasRenderingContext2D,
  frame: Frame,
  limits: readonly Limits[],
  { yOf }: Pick<Scale, 'yOf'>
): void {
  const { view, width, palette, limitLabel } = frame;
  const shown = limits.findLast(({ from }) => xOf(view, width, from) < width);
  ctx.font = `10px ${palette.font}`;
  ctx.textAlign = 'right';
  let right = width - 4;
  let above = -Infinity;
  for (const line of (shown?.lines ?? []).toSorted((a, b) => b.use - a.use || (a.what < b.what ? -1 : 1))) {
    const y = Math.round(yOf(line.use)) - 5;
    const isBeside = y - above < 11;
    const text = limitLabel(line);
    const end = isBeside ? right : width - 4;
    if (end - ctx.measureText(text).width < AXIS_LABELS) {
      continue; // They also stand below the node's name.
    }
    right = end;
    above = isBeside ? above : y;
    ctx.fillStyle = line.what === 'hard' || line.what === 'soft' ? palette.eviction : palette.imageGc;
    ctx.fillText(text, right, above);
    right -= ctx.measureText(text).width + 10;
  }
}

function paintLimits(ctx: CanvasRenderingContext2D, frame: Frame, limits: readonly Limits[], { yOf }: Scale): void {
  const { view, width, palette } = frame;
  ctx.lineWidth = 1;
  limits.forEach(({ from, lines, isAssumed }, i) => {
    const x0 = Math.max(0, xOf(view, width, from));
    const x1 = Math.min(width, xOf(view, width, limits[i + 1]?.from ?? Infinity));
    for (const { what, use } of x1 > x0 ? lines : []) {
      const isEviction = what === 'hard' || what === 'soft';
      ctx.strokeStyle = isEviction ? palette.eviction : palette.imageGc;
      ctx.setLineDash(isAssumed ? [2, 4] : what === 'hard' ? [] : what === 'soft' ? [8, 3] : [5, 3]);
      // What begins at the same use would hide each other: the eviction line lies a little below.
      const y = Math.round(yOf(use)) + (isEviction ? 1 : 0) + 0.5;
      ctx.globalAlpha = what === 'image-gc-low' ? 0.6 : 0.95;
      ctx.beginPath();
      ctx.moveTo(x0, y);
      ctx.lineTo(x1, y);
      ctx.stroke();
    }
  });
  ctx.globalAlpha = 1;
  ctx.setLineDash([]);
  paintLimitLabels(ctx, frame, limits, { yOf });
}

interface Edges {
  top: number;
  /** The foot of the disks' part, and of the marks. */
  floor: number;
  foot: number;
}

/** Each where its information would stand: disks, conditions at the top, reclaims among the marks. No agent: everywhere. */
function placesOf({ top, floor, foot }: Edges): Record<Unobserved['what'], [top: number, bottom: number]> {
  return { agent: [top, foot], disk: [top + 14, floor], watch: [top, top + 14], 'kubelet-log': [floor + 2, foot] };
}

/** What nobody observed, hatched; the bands have the agent's absence already. */
function paintUnobserved(ctx: CanvasRenderingContext2D, frame: Frame, { unobserved }: NodeLane, edges: Edges): void {
  const places = placesOf(edges);
  for (const gap of unobserved) {
    if (gap.what !== 'agent') {
      paintHatched(ctx, frame, gap, ...places[gap.what]);
    }
  }
}

/** What is missing, in words, where they have room. */
function paintUnobservedLabels(ctx: CanvasRenderingContext2D, frame: Frame, lane: NodeLane, edges: Edges): void {
  const { view, width, palette, unobservedLabel } = frame;
  const places = placesOf(edges);
  ctx.font = `500 11px ${palette.font}`;
  ctx.textAlign = 'left';
  for (const { what, from, to } of lane.unobserved) {
    const [x0, x1] = [Math.max(0, xOf(view, width, from)), Math.min(width, xOf(view, width, to))];
    const label = unobservedLabel(what);
    const needed = ctx.measureText(label).width + 8;
    const [top, bottom] = places[what];
    // In a long gap that is scrolled through, the words stay in sight and out of the axis' way.
    const left = x0 + (what === 'kubelet-log' || what === 'watch' ? 34 : 4);
    if (x1 - left >= needed) {
      const y = what === 'agent' || what === 'disk' ? (top + edges.floor) / 2 : (top + bottom) / 2;
      ctx.fillStyle = palette.background;
      ctx.globalAlpha = 0.85;
      ctx.fillRect(left, y - 7, needed, 14);
      ctx.globalAlpha = 1;
      ctx.fillStyle = palette.weak;
      ctx.fillText(label, left + 4, y);
    }
  }
}
