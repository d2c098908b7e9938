import { MARKS_HEIGHT } from '../geometry/hit-test';
import { markPlaces } from '../geometry/mark-places';
import { SILENCE } from '../model/disk-use';
import type { NodeLane } from '../model/node-lane';
import type { Limits } from '../model/node-limits';
import { xOf } from '../geometry/view';
import type { Frame } from './frame';
import { paintMarks } from './marks';

const TOP = 8;

/** A node's lane: use of its disks under the limits at which the kubelet acts, and what it did. */
export function paintNodeLane(
  ctx: CanvasRenderingContext2D,
  frame: Frame,
  lane: NodeLane,
  y: number,
  height: number
): void {
  const floor = y + height - MARKS_HEIGHT - 4;
  const scale: Scale = { yOf: (use) => floor - use * (floor - y - TOP), floor };
  paintSilence(ctx, frame, lane, y + TOP, floor);
  paintScale(ctx, frame, scale);
  paintUse(ctx, frame, lane.disk.times, lane.disk.imagefs, scale, frame.palette.imagefs, true);
  if (!lane.disk.isOne) {
    paintUse(ctx, frame, lane.disk.times, lane.disk.nodefs, scale, frame.palette.nodefs, false);
  }
  paintLimits(ctx, frame, lane.limits, scale);
  paintPressureLabels(ctx, frame, lane, y + TOP + 6);
  ctx.fillStyle = frame.palette.line;
  ctx.fillRect(0, floor, frame.width, 1);
  paintMarks(ctx, frame, markPlaces(lane.marks, frame.view, frame.width), y + height - MARKS_HEIGHT / 2 - 1, y + TOP);
}

interface Scale {
  yOf: (use: number) => number;
  floor: number;
}

/** One line of use, broken where nobody measured. */
function paintUse(
  ctx: CanvasRenderingContext2D,
  { view, width }: Frame,
  times: Float64Array,
  uses: Float32Array,
  { yOf, floor }: Scale,
  color: string,
  isFilled: boolean
): void {
  for (const points of stretchesOfUse(times, uses, (time) => xOf(view, width, time), width)) {
    ctx.beginPath();
    points.forEach(([x, use], i) => (i === 0 ? ctx.moveTo(x, yOf(use)) : ctx.lineTo(x, yOf(use))));
    ctx.strokeStyle = color;
    ctx.lineWidth = 1.5;
    ctx.lineJoin = 'round';
    ctx.stroke();
    const [first, last] = [points[0], points.at(-1)];
    if (isFilled && first && last) {
      ctx.lineTo(last[0], floor);
      ctx.lineTo(first[0], floor);
      ctx.closePath();
      ctx.globalAlpha = 0.16;
      ctx.fillStyle = color;
      ctx.fill();
      ctx.globalAlpha = 1;
    }
  }
}

/**
 * Samples as points in stretches without a silence; those just outside the plot lead the line to its edge. Of the samples
 * that share a pixel column the first, the lowest, the highest and the last are kept, in their order, so that neither a
 * peak nor the fall after a reclaim is drawn elsewhere than it was measured.
 */
export function stretchesOfUse(
  times: Float64Array,
  uses: Float32Array,
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
  let before = -Infinity;
  for (let i = 0; i < times.length; i++) {
    const time = times[i] ?? 0;
    const use = uses[i] ?? NaN;
    const x = toX(time);
    if (Number.isNaN(use) || toX(times[i + 1] ?? Infinity) < 0) {
      continue;
    }
    if (time - before > SILENCE) {
      endColumn();
      current = [];
      stretches.push(current);
    }
    before = time;
    const first = column[0];
    if (first && Math.floor(first[0]) !== Math.floor(x)) {
      endColumn();
    }
    column.push([x, use]);
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

/** The lines of 50 and 100 % of use, with their values at the left edge. */
function paintScale(ctx: CanvasRenderingContext2D, { width, palette }: Frame, { yOf }: Scale): void {
  ctx.font = `10px ${palette.font}`;
  ctx.textAlign = 'left';
  for (const use of [0.5, 1]) {
    const y = Math.round(yOf(use));
    ctx.fillStyle = palette.line;
    ctx.fillRect(0, y, width, 1);
    ctx.fillStyle = palette.text;
    ctx.fillText(`${use * 100} %`, 4, y + 6);
  }
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
    right = isBeside ? right : width - 4;
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

/** Where no agent measured for long: nothing is known of the disk there. */
function paintSilence(
  ctx: CanvasRenderingContext2D,
  frame: Frame,
  { disk }: NodeLane,
  top: number,
  floor: number
): void {
  const { view, width, palette } = frame;
  ctx.fillStyle = palette.line;
  for (let i = 1; i < disk.times.length; i++) {
    const [from, to] = [disk.times[i - 1] ?? 0, disk.times[i] ?? 0];
    if (to - from > SILENCE && to > view.from && from < view.to) {
      const x0 = Math.max(0, xOf(view, width, from));
      ctx.fillRect(x0, top, Math.min(width, xOf(view, width, to)) - x0, floor - top);
    }
  }
}

function paintPressureLabels(ctx: CanvasRenderingContext2D, frame: Frame, lane: NodeLane, y: number): void {
  const { view, width, palette, pressureLabel, showPressure, model } = frame;
  ctx.font = `500 11px ${palette.font}`;
  ctx.textAlign = 'left';
  const needed = ctx.measureText(pressureLabel).width + 8;
  ctx.fillStyle = palette.pressureText;
  for (const { from, to = model.now, conditionFrom } of showPressure ? lane.pressures : []) {
    const x0 = Math.max(0, xOf(view, width, conditionFrom ?? from));
    if (Math.min(width, xOf(view, width, to)) - x0 >= needed) {
      ctx.fillText(pressureLabel, x0 + 4, y);
    }
  }
}
