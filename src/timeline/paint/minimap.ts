import type { Density } from '../geometry/density';
import { type View, xOf } from '../geometry/view';
import type { NodeLane } from '../model/node-lane';
import type { Palette } from './palette';

export interface MinimapFrame {
  density: Density;
  /** What the minimap shows, and the piece of it that the timeline shows. */
  whole: View;
  view: View;
  nodes: Iterable<NodeLane>;
  now: number;
  width: number;
  height: number;
  palette: Palette;
}

/** How much ran, and upon it the logs that left: those in Loki, and those that are not; pressure of any node behind. */
export function paintMinimap(ctx: CanvasRenderingContext2D, frame: MinimapFrame): void {
  const { density, whole, view, nodes, now, width, height, palette } = frame;
  const { columns, running, safe, missing, mostRunning, mostGone } = density;
  ctx.clearRect(0, 0, width, height);
  ctx.fillStyle = palette.pressure;
  for (const { pressures } of nodes) {
    for (const { from, to = now } of pressures) {
      const x = xOf(whole, width, from);
      ctx.fillRect(x, 0, Math.max(1, xOf(whole, width, to) - x), height);
    }
  }
  const column = width / columns;
  const room = height - 4;
  const bars = (
    counts: (i: number) => number,
    base: (i: number) => number,
    most: number,
    color: string,
    least: number
  ) => {
    ctx.fillStyle = color;
    for (let i = 0; i < columns; i++) {
      const count = counts(i);
      if (count > 0) {
        const size = Math.max(least, (count / most) * room);
        ctx.fillRect(i * column, height - size - (base(i) / most) * room, Math.max(1, column), size);
      }
    }
  };
  bars(
    (i) => running[i] ?? 0,
    () => 0,
    Math.max(1, mostRunning),
    palette.tails.complete,
    1
  );
  const thirds = Math.max(1, mostGone) * 1.15;
  bars(
    (i) => safe[i] ?? 0,
    () => 0,
    thirds,
    palette.verdicts.kept,
    3
  );
  bars(
    (i) => missing[i] ?? 0,
    (i) => safe[i] ?? 0,
    thirds,
    palette.verdicts.lost,
    4
  );
  paintWindow(ctx, frame, xOf(whole, width, view.from), xOf(whole, width, view.to));
}

function paintWindow(
  ctx: CanvasRenderingContext2D,
  { width, height, palette }: MinimapFrame,
  x0: number,
  x1: number
): void {
  ctx.fillStyle = palette.background;
  ctx.globalAlpha = 0.55;
  ctx.fillRect(0, 0, Math.max(0, x0), height);
  ctx.fillRect(x1, 0, Math.max(0, width - x1), height);
  ctx.globalAlpha = 1;
  ctx.strokeStyle = palette.accent;
  ctx.lineWidth = 1;
  ctx.strokeRect(x0 + 0.5, 0.5, Math.max(2, x1 - x0 - 1), height - 1);
  ctx.fillStyle = palette.accent;
  for (const x of [x0, x1]) {
    ctx.beginPath();
    ctx.roundRect(x - 2.5, height / 2 - 8, 5, 16, 2);
    ctx.fill();
  }
}
