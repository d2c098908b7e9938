import { type Placed, placed } from '../geometry/layout';
import { paintAxis } from './axis';
import { paintBands } from './bands';
import { AXIS_HEIGHT, type Frame } from './frame';
import { paintNodeLane } from './node-lane';
import { paintOverlay } from './overlay';
import { paintRows } from './rows';

/** Paints a whole picture: each layer upon the one before. */
export function paintFrame(ctx: CanvasRenderingContext2D, frame: Frame): void {
  const { width, height, palette } = frame;
  ctx.clearRect(0, 0, width, height);
  ctx.textBaseline = 'middle';
  const { visible, header } = placed(frame.layout, frame.scrollTop, height, AXIS_HEIGHT);
  const below = header === undefined ? AXIS_HEIGHT : header.y + header.item.height;
  paintAxis.lines(ctx, frame);
  ctx.save();
  ctx.beginPath();
  ctx.rect(0, AXIS_HEIGHT, width, height - AXIS_HEIGHT);
  ctx.clip();
  paintBands(ctx, frame, visible);
  for (const { item, y } of visible) {
    if (item.kind === 'group' && y + item.height > below) {
      paintHeader(ctx, frame, { item, y });
    }
  }
  paintRows(ctx, frame, visible, below);
  if (header) {
    ctx.fillStyle = palette.background;
    ctx.fillRect(0, AXIS_HEIGHT, width, below - AXIS_HEIGHT);
    paintAxis.lines(ctx, frame, below);
    paintBands(ctx, frame, [header]);
    paintHeader(ctx, frame, header);
  }
  ctx.restore();
  paintAxis.labels(ctx, frame);
  paintOverlay(ctx, frame);
}

function paintHeader(ctx: CanvasRenderingContext2D, frame: Frame, { item, y }: Placed): void {
  const { palette, width, showNodeLanes } = frame;
  if (item.kind !== 'group') {
    return;
  }
  if (item.group.node && showNodeLanes) {
    paintNodeLane(ctx, frame, item, y);
  } else {
    ctx.fillStyle = palette.raised;
    ctx.fillRect(0, y, width, item.height);
  }
  ctx.fillStyle = palette.strongLine;
  ctx.fillRect(0, y + item.height - 1, width, 1);
}
