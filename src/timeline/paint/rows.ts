import { laneMiddle } from '../geometry/hit-test';
import type { Item, Placed } from '../geometry/layout';
import { isNarrow, type Piece, pieceAt, piecesOf } from '../geometry/pieces';
import { spanOf } from '../geometry/view';
import { EXITS } from '../model/spans';
import type { Exit } from '../model/container-life';
import type { Frame } from './frame';
import { type GlyphPlace, paintGlyphs } from './glyphs';

/** What is painted in one colour: x, y, width, height, one after another. */
type Boxes = number[];
interface Layers {
  bars: Record<Exit, Boxes>;
  tails: Record<Exit, Boxes>;
  /** Several lives in a pixel: stronger than one. */
  dense: Record<Exit, Boxes>;
  glyphs: GlyphPlace[];
}

const perExit = (): Record<Exit, Boxes> => ({ complete: [], running: [], unknown: [], failed: [] });

/**
 * The bars of containers and, behind each, the life of its log: a thin line as long as it is on the node, and a sign
 * where it left.
 *
 * @param below nothing needs to be painted above
 */
export function paintRows(
  ctx: CanvasRenderingContext2D,
  frame: Frame,
  visible: readonly Placed[],
  below: number
): void {
  const layers: Layers = { bars: perExit(), tails: perExit(), dense: perExit(), glyphs: [] };
  ctx.fillStyle = frame.palette.line;
  for (const { item, y } of visible) {
    if (item.kind !== 'group' && y + item.height > below) {
      ctx.fillRect(0, y + item.height - 1, frame.width, 1);
      collect(layers, frame, item, y);
    }
  }
  for (const exit of EXITS) {
    fillBoxes(ctx, frame.palette.tails[exit], layers.tails[exit]);
  }
  for (const exit of EXITS) {
    fillBoxes(ctx, frame.palette.exits[exit], layers.bars[exit], 2);
    fillBoxes(ctx, frame.palette.exits[exit], layers.dense[exit]);
  }
  notchFailed(ctx, frame, layers.bars.failed);
  paintGlyphs(ctx, frame.palette, layers.glyphs);
}

function collect(layers: Layers, frame: Frame, item: Exclude<Item, { kind: 'group' }>, y: number): void {
  const { model, view, width } = frame;
  const one = item.kind === 'life' ? pieceAt(model.spans, item.index, view, width / spanOf(view), width) : undefined;
  const pieces = item.kind === 'row' ? piecesOf(model.spans, item.row, view, width) : one ? [one] : [];
  const pitch = item.kind === 'row' ? item.pitch : 14;
  const lastGlyph: number[] = [];
  for (const piece of pieces) {
    const middle = y + laneMiddle(item, piece.lane);
    addPiece(layers, piece, middle, pitch);
    const place = glyphOf(piece, middle, pitch, width);
    // One sign upon another says nothing: the worse of two neighbours stays.
    const last = lastGlyph[piece.lane];
    const before = last === undefined ? undefined : layers.glyphs[last];
    if (place && before && place.x - before.x < place.radius) {
      before.status = Math.max(before.status, place.status);
    } else if (place) {
      lastGlyph[piece.lane] = layers.glyphs.push(place) - 1;
    }
  }
}

function addPiece({ bars, tails, dense }: Layers, piece: Piece, middle: number, pitch: number): void {
  const { x0, x1, x2, count } = piece;
  const exit = EXITS[piece.exit] ?? 'unknown';
  const thick = Math.max(3, Math.min(10, pitch - 2));
  if (isNarrow(piece) && count > 1) {
    const height = thick + Math.min(4, Math.log2(count));
    dense[exit].push(x0, middle - height / 2, 2, height);
    return;
  }
  const barEnd = Math.max(x1, x0 + 2);
  if (x2 > barEnd) {
    const thin = Math.max(2, Math.round(thick * 0.35));
    tails[exit].push(barEnd, middle - thin / 2, x2 - barEnd, thin);
  }
  bars[exit].push(x0, middle - thick / 2, barEnd - x0, thick);
}

/** Where the log left the node; hollow at the end of what is known while it is still there. */
function glyphOf(piece: Piece, y: number, pitch: number, width: number): GlyphPlace | undefined {
  const radius = Math.max(3, Math.min(6, pitch * 0.5));
  const { status, isGone } = piece;
  // What is still there ends at now, which may be the edge.
  const x = isGone ? piece.x2 : Math.min(piece.x2, width - radius - 3);
  return x < -radius || x > width + radius ? undefined : { x, y, radius, status, isHollow: !isGone };
}

function fillBoxes(ctx: CanvasRenderingContext2D, color: string, boxes: Boxes, radius = 0): void {
  if (boxes.length === 0) {
    return;
  }
  ctx.fillStyle = color;
  ctx.beginPath();
  for (let i = 0; i < boxes.length; i += 4) {
    const [x = 0, y = 0, width = 0, height = 0] = boxes.slice(i, i + 4);
    if (radius > 0 && width > 2 * radius) {
      ctx.roundRect(x, y, width, height, radius);
    } else {
      ctx.rect(x, y, width, height);
    }
  }
  ctx.fill();
}

/** A failed container can be recognised without colour: its bar ends in a cut. */
function notchFailed(ctx: CanvasRenderingContext2D, { palette }: Frame, boxes: Boxes): void {
  ctx.fillStyle = palette.background;
  ctx.beginPath();
  for (let i = 0; i < boxes.length; i += 4) {
    const [x = 0, y = 0, width = 0, height = 0] = boxes.slice(i, i + 4);
    if (width >= 6) {
      ctx.moveTo(x + width - 5, y);
      ctx.lineTo(x + width - 2, y);
      ctx.lineTo(x + width - 4, y + height);
      ctx.lineTo(x + width - 7, y + height);
      ctx.closePath();
    }
  }
  ctx.fill();
}
