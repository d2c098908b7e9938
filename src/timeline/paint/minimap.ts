import type { Density } from '../geometry/density';
import { type View, xOf } from '../geometry/view';
import type { NodeLane } from '../model/node-lane';
import type { Palette } from './palette';

/** Sizes in CSS pixels. */
interface MinimapFrame {
  /** What the minimap shows. */
  whole: View;
  width: number;
  height: number;
  palette: Palette;
}

export interface OverviewFrame extends MinimapFrame {
  density: Density;
  nodes: Iterable<NodeLane>;
  now: number;
}

/** How much ran, and upon it the logs that left: those in Loki, and those that are not; pressure of any node behind. */
export function paintOverview(ctx: CanvasRenderingContext2D, frame: OverviewFrame): void {
  const { density, whole, nodes, now, width, height, palette } = frame;
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
    palette.statuses.complete,
    3
  );
  bars(
    (i) => missing[i] ?? 0,
    (i) => safe[i] ?? 0,
    thirds,
    palette.statuses.lost,
    4
  );
}

export interface WindowFrame extends MinimapFrame {
  /** The piece that the timeline shows. */
  view: View;
}

/** The frame around what the timeline shows; what is outside it is dimmed. */
export function paintWindow(ctx: CanvasRenderingContext2D, frame: WindowFrame): void {
  const { whole, view, width, height, palette } = frame;
  const [x0, x1] = [xOf(whole, width, view.from), xOf(whole, width, view.to)];
  ctx.clearRect(0, 0, width, height);
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
