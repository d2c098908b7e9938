import { xOf } from '../geometry/view';
import type { NodeLane } from '../model/node-lane';
import type { Frame } from './frame';

/** Stretches that begin nearer to each other are counted at one place. Pixels. */
const NEAR = 40;

/** Names the stretches of disk pressure; where a day shows many in a few pixels, it says how many there are. */
export function paintPressureLabels(ctx: CanvasRenderingContext2D, frame: Frame, lane: NodeLane, y: number): void {
  const { view, width, palette, pressureLabel, showPressure, model } = frame;
  ctx.font = `500 11px ${palette.font}`;
  ctx.textAlign = 'left';
  ctx.fillStyle = palette.pressureText;
  const clusters: Array<{ x0: number; x1: number; count: number }> = [];
  for (const { from, to = model.now, conditionFrom } of showPressure ? lane.pressures : []) {
    if (to < view.from || from > view.to) {
      continue;
    }
    const [x0, x1] = [Math.max(0, xOf(view, width, conditionFrom ?? from)), Math.min(width, xOf(view, width, to))];
    const last = clusters.at(-1);
    if (last && x0 - last.x0 < NEAR) {
      last.count++;
      last.x1 = Math.max(last.x1, x1);
    } else {
      clusters.push({ x0, x1, count: 1 });
    }
  }
  for (const [i, { x0, x1, count }] of clusters.entries()) {
    const room = (clusters[i + 1]?.x0 ?? width) - x0;
    const long = count > 1 ? `${pressureLabel} × ${count}` : pressureLabel;
    const isFitting = ctx.measureText(long).width + 8 <= (count > 1 ? room : x1 - x0);
    const text = isFitting ? long : count > 1 ? `× ${count}` : undefined;
    if (text !== undefined) {
      ctx.fillText(text, x0 + 4, y);
    }
  }
}
