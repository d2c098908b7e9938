import type { LogStatus } from '../../../model/records';
import { LOG_STATUSES } from '../model/spans';
import type { Palette } from './palette';

/** Where a status's sign stands. `isHollow`: the log is still on its node. */
export interface GlyphPlace {
  x: number;
  y: number;
  radius: number;
  status: number;
  isHollow: boolean;
}

type Draw = (ctx: CanvasRenderingContext2D, x: number, y: number, r: number) => void;

const disc: Draw = (ctx, x, y, r) => {
  ctx.moveTo(x + r, y);
  ctx.arc(x, y, r, 0, 2 * Math.PI);
};
const diamond: Draw = (ctx, x, y, r) => {
  const d = r * 1.25;
  ctx.moveTo(x, y - d);
  ctx.lineTo(x + d, y);
  ctx.lineTo(x, y + d);
  ctx.lineTo(x - d, y);
  ctx.closePath();
};
const square: Draw = (ctx, x, y, r) => ctx.rect(x - r * 0.9, y - r * 0.9, r * 1.8, r * 1.8);

/** Shapes that can be told from each other without colour, even where the sign in them is too small to be read. */
const shapes: Record<LogStatus, Draw> = {
  complete: disc,
  rescued: square,
  pending: disc,
  unknown: disc,
  partial: disc,
  lost: diamond,
};

const signs: Record<LogStatus, Draw> = {
  complete: (ctx, x, y, r) => {
    ctx.moveTo(x - r * 0.5, y);
    ctx.lineTo(x - r * 0.12, y + r * 0.4);
    ctx.lineTo(x + r * 0.52, y - r * 0.38);
  },
  rescued: (ctx, x, y, r) => {
    ctx.moveTo(x, y + r * 0.55);
    ctx.lineTo(x, y - r * 0.5);
    ctx.moveTo(x - r * 0.45, y - r * 0.05);
    ctx.lineTo(x, y - r * 0.5);
    ctx.lineTo(x + r * 0.45, y - r * 0.05);
  },
  pending: (ctx, x, y, r) => {
    ctx.moveTo(x, y - r * 0.5);
    ctx.lineTo(x, y);
    ctx.lineTo(x + r * 0.4, y + r * 0.25);
  },
  unknown: (ctx, x, y, r) => {
    ctx.moveTo(x - r * 0.38, y - r * 0.28);
    ctx.quadraticCurveTo(x, y - r * 0.95, x + r * 0.38, y - r * 0.28);
    ctx.quadraticCurveTo(x + r * 0.3, y, x, y + r * 0.15);
    ctx.moveTo(x, y + r * 0.5);
    ctx.lineTo(x, y + r * 0.62);
  },
  partial: (ctx, x, y, r) => {
    ctx.moveTo(x, y - r * 0.6);
    ctx.lineTo(x, y + r * 0.1);
    ctx.moveTo(x, y + r * 0.45);
    ctx.lineTo(x, y + r * 0.6);
  },
  lost: (ctx, x, y, r) => {
    ctx.moveTo(x - r * 0.38, y - r * 0.38);
    ctx.lineTo(x + r * 0.38, y + r * 0.38);
    ctx.moveTo(x + r * 0.38, y - r * 0.38);
    ctx.lineTo(x - r * 0.38, y + r * 0.38);
  },
};

/** Paints signs, all of a status in one go. */
export function paintGlyphs(ctx: CanvasRenderingContext2D, palette: Palette, places: readonly GlyphPlace[]): void {
  for (const [index, status] of LOG_STATUSES.entries()) {
    const own = places.filter((place) => place.status === index);
    if (own.length === 0) {
      continue;
    }
    const [full, hollow] = [own.filter(({ isHollow }) => !isHollow), own.filter(({ isHollow }) => isHollow)];
    const color = palette.statuses[status];
    shape(ctx, full, shapes[status]);
    ctx.lineWidth = 1.5;
    ctx.strokeStyle = palette.background;
    ctx.stroke();
    ctx.fillStyle = color;
    ctx.fill();
    shape(ctx, hollow, shapes[status]);
    ctx.fillStyle = palette.background;
    ctx.fill();
    ctx.strokeStyle = color;
    ctx.lineWidth = 1.2;
    ctx.stroke();
    ctx.lineCap = 'round';
    ctx.lineJoin = 'round';
    ctx.lineWidth = 1.4;
    ctx.strokeStyle = palette.onColor;
    shape(ctx, full, signs[status]);
    ctx.stroke();
    ctx.strokeStyle = color;
    shape(ctx, hollow, signs[status]);
    ctx.stroke();
  }
}

function shape(ctx: CanvasRenderingContext2D, places: readonly GlyphPlace[], draw: Draw): void {
  ctx.beginPath();
  places.forEach(({ x, y, radius }) => draw(ctx, x, y, radius));
}
