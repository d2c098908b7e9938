/** A pattern of diagonal lines. A colour alone where there is no canvas to make one with. */
export function hatchOf(ctx: CanvasRenderingContext2D, color: string): CanvasPattern | string {
  const size = 7;
  const tile = ctx.canvas.ownerDocument.createElement('canvas');
  tile.width = size;
  tile.height = size;
  const pen = tile.getContext('2d');
  if (!pen) {
    return color;
  }
  pen.strokeStyle = color;
  pen.lineWidth = 1.4;
  pen.beginPath();
  // Drawn three times, so that the corners meet those of the neighbours.
  for (const shift of [-size, 0, size]) {
    pen.moveTo(shift - 1, size + 1);
    pen.lineTo(shift + size + 1, -1);
  }
  pen.stroke();
  return ctx.createPattern(tile, 'repeat') ?? color;
}
