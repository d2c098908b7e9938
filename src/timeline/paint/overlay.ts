import type { Annotation } from '../model/annotation';
import { timeLabel } from '../geometry/ticks';
import { spanOf, type View, xOf } from '../geometry/view';
import { AXIS_HEIGHT, type Frame } from './frame';

/** What lies upon the picture: now, annotations, the stretch that is being chosen, and the moment that is pointed at. */
export function paintOverlay(ctx: CanvasRenderingContext2D, frame: Frame): void {
  const { view, width, height, palette, model, crosshair, chosen, annotations } = frame;
  const now = xOf(view, width, model.now);
  if (now > 0 && now < width) {
    ctx.fillStyle = palette.accent;
    ctx.fillRect(Math.round(now), AXIS_HEIGHT, 1, height - AXIS_HEIGHT);
  }
  annotations.forEach((annotation) => paintAnnotation(ctx, frame, annotation));
  if (chosen) {
    paintChosen(ctx, frame, chosen);
  }
  if (crosshair !== undefined) {
    paintCrosshair(ctx, frame, crosshair);
  }
}

/** A line down the picture and a flag on the axis, where its text is to be had; a stretch is tinted up to its end. */
function paintAnnotation(ctx: CanvasRenderingContext2D, frame: Frame, { from, to, color }: Annotation): void {
  const { view, width, height } = frame;
  const [x0, x1] = [xOf(view, width, from), xOf(view, width, to)];
  if (x1 < 0 || x0 > width) {
    return;
  }
  ctx.fillStyle = color;
  ctx.globalAlpha = 0.12;
  ctx.fillRect(x0, AXIS_HEIGHT, x1 - x0, height - AXIS_HEIGHT);
  ctx.globalAlpha = 1;
  for (const x of from === to ? [x0] : [x0, x1]) {
    ctx.fillRect(Math.round(x), AXIS_HEIGHT, 1, height - AXIS_HEIGHT);
  }
  ctx.beginPath();
  ctx.moveTo(x0 - 5, AXIS_HEIGHT - 8);
  ctx.lineTo(x0 + 6, AXIS_HEIGHT - 8);
  ctx.lineTo(x0 + 0.5, AXIS_HEIGHT);
  ctx.fill();
}

function paintChosen(ctx: CanvasRenderingContext2D, { view, width, height, palette }: Frame, { from, to }: View): void {
  const [x0, x1] = [xOf(view, width, from), xOf(view, width, to)];
  ctx.globalAlpha = 0.18;
  ctx.fillStyle = palette.accent;
  ctx.fillRect(x0, 0, x1 - x0, height);
  ctx.globalAlpha = 1;
  ctx.fillRect(x0, 0, 1, height);
  ctx.fillRect(x1, 0, 1, height);
}

function paintCrosshair(ctx: CanvasRenderingContext2D, frame: Frame, time: number): void {
  const { view, width, height, palette, zone } = frame;
  const x = xOf(view, width, time);
  if (x < 0 || x > width) {
    return;
  }
  ctx.strokeStyle = palette.weak;
  ctx.lineWidth = 1;
  ctx.setLineDash([3, 3]);
  ctx.beginPath();
  ctx.moveTo(Math.round(x) + 0.5, AXIS_HEIGHT);
  ctx.lineTo(Math.round(x) + 0.5, height);
  ctx.stroke();
  ctx.setLineDash([]);
  const label = timeLabel(time, zone, spanOf(view) / width);
  ctx.font = `500 12px ${palette.font}`;
  const needed = ctx.measureText(label).width + 12;
  const left = Math.min(width - needed - 1, Math.max(1, x - needed / 2));
  ctx.fillStyle = palette.text;
  ctx.beginPath();
  ctx.roundRect(left, 3, needed, AXIS_HEIGHT - 7, 3);
  ctx.fill();
  ctx.fillStyle = palette.background;
  ctx.textAlign = 'left';
  ctx.fillText(label, left + 6, AXIS_HEIGHT / 2);
}
