import { type MarkPlace, textOf } from '../geometry/mark-places';
import type { MarkKind } from '../model/node-marks';
import type { Frame } from './frame';

/** What a sign is drawn with: a canvas, or the path of an SVG. */
type Pen = Pick<CanvasPath, 'moveTo' | 'lineTo' | 'rect' | 'arc' | 'closePath'>;
type Draw = (pen: Pen, x: number, y: number) => void;

const HEIGHT = 16;

/** Signs of what happened on a node, 10 pixels wide around a point: they differ in shape, not only in colour. */
const SIGNS: Record<MarkKind, Draw> = {
  // A container that is crossed out.
  'container-gc': (ctx, x, y) => {
    ctx.rect(x - 4, y - 4, 8, 8);
    ctx.moveTo(x - 2, y - 2);
    ctx.lineTo(x + 2, y + 2);
    ctx.moveTo(x + 2, y - 2);
    ctx.lineTo(x - 2, y + 2);
  },
  // Layers.
  'image-gc': (ctx, x, y) => {
    for (const dy of [-3, 0, 3]) {
      ctx.moveTo(x - 4, y + dy);
      ctx.lineTo(x + 4, y + dy);
    }
  },
  // Out of it.
  eviction: (ctx, x, y) => {
    ctx.moveTo(x - 4, y + 1);
    ctx.lineTo(x, y - 4);
    ctx.lineTo(x + 4, y + 1);
    ctx.closePath();
    ctx.moveTo(x - 4, y + 4);
    ctx.lineTo(x + 4, y + 4);
  },
  // No entry.
  rejection: (ctx, x, y) => {
    ctx.moveTo(x + 4.5, y);
    ctx.arc(x, y, 4.5, 0, 2 * Math.PI);
    ctx.moveTo(x - 3, y + 3);
    ctx.lineTo(x + 3, y - 3);
  },
  'node-added': (ctx, x, y) => {
    ctx.moveTo(x - 4, y);
    ctx.lineTo(x + 4, y);
    ctx.moveTo(x, y - 4);
    ctx.lineTo(x, y + 4);
  },
  'node-removed': (ctx, x, y) => {
    ctx.moveTo(x - 4, y);
    ctx.lineTo(x + 4, y);
  },
};

/** Paints the signs of a node's lane, each with a line up to its moment. Inferred ones are hollow. */
export function paintMarks(
  ctx: CanvasRenderingContext2D,
  { palette, marked }: Frame,
  places: readonly MarkPlace[],
  middle: number,
  top: number
): void {
  ctx.font = `600 11px ${palette.font}`;
  ctx.textAlign = 'left';
  ctx.lineCap = 'round';
  for (const place of places) {
    const { kind, x, left, width, isInferred } = place;
    const color = palette.marks[kind];
    const isMarked = marked?.mark?.kind === kind && marked.mark.from === place.from;
    ctx.strokeStyle = color;
    ctx.globalAlpha = isMarked ? 1 : 0.7;
    ctx.lineWidth = isMarked ? 1.5 : 1;
    ctx.beginPath();
    ctx.moveTo(x, kind === 'container-gc' ? top : middle - HEIGHT / 2 - 10);
    ctx.lineTo(x, middle - HEIGHT / 2 - 3);
    ctx.lineTo(Math.min(Math.max(x, left + 2), left + width - 2), middle - HEIGHT / 2);
    ctx.stroke();
    ctx.globalAlpha = 1;
    ctx.beginPath();
    ctx.roundRect(left, middle - HEIGHT / 2, width, HEIGHT, 4);
    ctx.fillStyle = isInferred ? palette.background : color;
    ctx.fill();
    ctx.stroke();
    const ink = isInferred ? color : palette.onColor;
    ctx.strokeStyle = ink;
    ctx.lineWidth = 1.3;
    ctx.beginPath();
    SIGNS[kind](ctx, left + 9, middle);
    ctx.stroke();
    ctx.fillStyle = ink;
    ctx.fillText(textOf(place), left + 17, middle + 0.5);
  }
}

/** The sign of a kind as the path data of an SVG of 16 × 16, for the legend. */
export function signPath(kind: MarkKind): string {
  const path: string[] = [];
  SIGNS[kind](
    {
      moveTo: (x, y) => path.push(`M${x} ${y}`),
      lineTo: (x, y) => path.push(`L${x} ${y}`),
      closePath: () => path.push('Z'),
      rect: (x, y, width, height) => path.push(`M${x} ${y}h${width}v${height}h${-width}Z`),
      // The signs have whole circles only.
      arc: (x, y, r) => path.push(`M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0`),
    },
    8,
    8
  );
  return path.join('');
}
