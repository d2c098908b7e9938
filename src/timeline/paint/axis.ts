import { type Ticks, ticksOf } from '../geometry/ticks';
import { xOf } from '../geometry/view';
import { AXIS_HEIGHT, type Frame } from './frame';

/** A label of the axis takes about this much. Pixels. */
const LABEL = 96;

const ticksFor = ({ view, width, zone, language }: Frame): Ticks =>
  ticksOf(view, Math.floor(width / LABEL), zone, language);

/** @param bottom where the lines end; the foot of the picture unless given */
function lines(ctx: CanvasRenderingContext2D, frame: Frame, bottom = frame.height): void {
  const { view, width, palette } = frame;
  for (const { time, isDay } of ticksFor(frame).ticks) {
    ctx.fillStyle = isDay ? palette.strongLine : palette.line;
    ctx.fillRect(Math.round(xOf(view, width, time)), AXIS_HEIGHT, 1, bottom - AXIS_HEIGHT);
  }
}

function labels(ctx: CanvasRenderingContext2D, frame: Frame): void {
  const { view, width, palette } = frame;
  ctx.fillStyle = palette.raised;
  ctx.fillRect(0, 0, width, AXIS_HEIGHT);
  ctx.fillStyle = palette.strongLine;
  ctx.fillRect(0, AXIS_HEIGHT - 1, width, 1);
  ctx.textAlign = 'center';
  for (const { time, label, isDay } of ticksFor(frame).ticks) {
    const x = xOf(view, width, time);
    ctx.font = `${isDay ? 600 : 400} 12px ${palette.font}`;
    ctx.fillStyle = isDay ? palette.text : palette.weak;
    const half = ctx.measureText(label).width / 2 + 2;
    if (x > half && x < width - half) {
      ctx.fillText(label, x, AXIS_HEIGHT / 2);
    }
    ctx.fillStyle = palette.strongLine;
    ctx.fillRect(Math.round(x), AXIS_HEIGHT - 5, 1, 4);
  }
}

export const paintAxis = { lines, labels };
