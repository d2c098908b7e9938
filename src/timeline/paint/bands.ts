import type { DiskPressure } from '../../../model/cases';
import type { Placed } from '../geometry/layout';
import { xOf } from '../geometry/view';
import type { Frame } from './frame';

/** The stretches of disk pressure behind everything that was on the node: hatched until the condition was True. */
export function paintBands(ctx: CanvasRenderingContext2D, frame: Frame, visible: readonly Placed[]): void {
  if (!frame.showPressure) {
    return;
  }
  for (const { key, top, bottom } of stretchesOfNode(visible)) {
    for (const pressure of frame.model.nodes.get(key)?.pressures ?? []) {
      paintBand(ctx, frame, pressure, top, bottom);
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

function paintBand(
  ctx: CanvasRenderingContext2D,
  frame: Frame,
  pressure: DiskPressure,
  top: number,
  bottom: number
): void {
  const { view, width, palette, model, hatch } = frame;
  const to = pressure.to ?? model.now;
  if (to < view.from || pressure.from > view.to) {
    return;
  }
  const clip = (time: number) => Math.min(width + 1, Math.max(-1, xOf(view, width, time)));
  const [x0, x1, x2] = [clip(pressure.from), clip(pressure.conditionFrom ?? to), clip(to)];
  if (x1 > x0) {
    ctx.fillStyle = hatch;
    ctx.fillRect(x0, top, Math.max(1, x1 - x0), bottom - top);
  }
  ctx.fillStyle = palette.pressure;
  ctx.fillRect(x1, top, Math.max(1, x2 - x1), bottom - top);
  // The beginning is what logs are lost by.
  ctx.fillStyle = palette.firstReclaim;
  ctx.fillRect(x0 - 0.75, top, 1.5, bottom - top);
}
