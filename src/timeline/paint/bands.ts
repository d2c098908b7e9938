import type { DiskPressure } from '../../../model/cases';
import type { Placed } from '../geometry/layout';
import { xOf } from '../geometry/view';
import type { Unobserved } from '../model/unobserved';
import type { Frame } from './frame';

/** What is narrower is painted this wide, so that a minute shows in a day. Pixels. */
const LEAST = 3;

/**
 * Behind everything that was on a node: the stretches of disk pressure, from the first reclaim and not from the condition,
 * and, hatched, those in which no agent was there.
 */
export function paintBands(ctx: CanvasRenderingContext2D, frame: Frame, visible: readonly Placed[]): void {
  for (const { key, top, bottom } of stretchesOfNode(visible)) {
    const lane = frame.model.nodes.get(key);
    for (const pressure of frame.showPressure ? (lane?.pressures ?? []) : []) {
      paintPressure(ctx, frame, pressure, top, bottom);
    }
    for (const gap of lane?.unobserved ?? []) {
      if (gap.what === 'agent') {
        paintHatched(ctx, frame, gap, top, bottom);
      }
    }
  }
}

interface Stretch {
  key: string;
  top: number;
  bottom: number;
}

/** Items of one node below each other share their bands. */
function stretchesOfNode(visible: readonly Placed[]): Stretch[] {
  const stretches: Stretch[] = [];
  for (const { item, y } of visible) {
    const key = item.kind === 'group' ? item.group.node?.key : item.row.nodeKey;
    const last = stretches.at(-1);
    if (key !== undefined && last?.key === key && last.bottom === y) {
      last.bottom = y + item.height;
    } else if (key !== undefined) {
      stretches.push({ key, top: y, bottom: y + item.height });
    }
  }
  return stretches;
}

function paintPressure(
  ctx: CanvasRenderingContext2D,
  frame: Frame,
  pressure: DiskPressure,
  top: number,
  bottom: number
): void {
  const { view, width, palette, model } = frame;
  const to = pressure.to ?? model.now;
  if (to < view.from || pressure.from > view.to) {
    return;
  }
  const clip = (time: number) => Math.min(width + 1, Math.max(-1, xOf(view, width, time)));
  const [x0, x1] = [clip(pressure.from), clip(pressure.conditionFrom ?? to)];
  const x2 = Math.max(clip(to), x0 + LEAST);
  ctx.fillStyle = palette.reclaiming;
  ctx.fillRect(x0, top, x1 - x0, bottom - top);
  ctx.fillStyle = palette.pressure;
  ctx.fillRect(x1, top, x2 - x1, bottom - top);
  // The beginning is what logs are lost by.
  ctx.fillStyle = palette.firstReclaim;
  ctx.fillRect(x0 - 0.75, top, 1.5, bottom - top);
}

/** Hatching means that information is missing, and nothing else. */
export function paintHatched(
  ctx: CanvasRenderingContext2D,
  { view, width, hatch }: Frame,
  { from, to }: Unobserved,
  top: number,
  bottom: number
): void {
  if (to < view.from || from > view.to) {
    return;
  }
  const [x0, x1] = [Math.max(0, xOf(view, width, from)), Math.min(width, xOf(view, width, to))];
  ctx.fillStyle = hatch;
  ctx.fillRect(x0, top, Math.max(LEAST, x1 - x0), bottom - top);
}
