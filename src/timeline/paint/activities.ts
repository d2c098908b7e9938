import { activityPlaces } from '../geometry/activity-places';
import type { Activity } from '../model/activity';
import type { Frame } from './frame';

/** What happened on a node, as diamonds by where it comes from; several in one place are one, with their number. */
export function paintActivities(
  ctx: CanvasRenderingContext2D,
  { view, width, palette }: Frame,
  activities: readonly Activity[],
  middle: number
): void {
  ctx.font = `10px ${palette.font}`;
  ctx.textAlign = 'left';
  for (const { x, kind, first, last } of activityPlaces(activities, view, width)) {
    ctx.fillStyle = kind === undefined ? palette.weak : palette.activities[kind];
    ctx.beginPath();
    ctx.moveTo(x, middle - 5);
    ctx.lineTo(x + 5, middle);
    ctx.lineTo(x, middle + 5);
    ctx.lineTo(x - 5, middle);
    ctx.fill();
    if (last - first > 1) {
      ctx.fillStyle = palette.weak;
      ctx.fillText(`${last - first}`, x + 7, middle + 0.5);
    }
  }
}
