import type { Annotation } from '../model/annotation';
import type { TimelineModel } from '../model/timeline-model';
import { activityAt, type ActivityPlace, activityPlaces } from './activity-places';
import { type MarkPlace, markPlaces } from './mark-places';
import { ACTIVITY_HEIGHT, type Header, itemAt, type Item, type Layout } from './layout';
import { pieceAt } from './pieces';
import { spanOf, timeAt, type View, xOf } from './view';

/** What is under the pointer. */
export type Hit =
  | { kind: 'life'; item: Item; index: number }
  | { kind: 'mark'; item: Item; mark: MarkPlace }
  | { kind: 'activity'; item: Header; place: ActivityPlace; time: number }
  | { kind: 'lane'; item: Item; time: number }
  | { kind: 'none'; item: Item | undefined; time: number };

/** So far beside it a small thing is still meant. Pixels. */
const NEAR = 6;
/** The row of marks at the foot of a node's lane. */
export const MARKS_HEIGHT = 22;

/** The middle of a lane, from the top of its item. */
export function laneMiddle(item: Item, lane: number): number {
  if (item.kind !== 'row') {
    return item.height / 2;
  }
  const used = item.row.lanes * item.pitch;
  return (item.height - used) / 2 + (Math.min(lane, item.row.lanes - 1) + 0.5) * item.pitch;
}

/**
 * What is at a point of the plot.
 *
 * @param y from the top of the first item
 * @param header the header that stands still at the top and how far below its top the point is, where it lies in it
 */
export function hitTest(
  model: TimelineModel,
  layout: Layout,
  view: View,
  width: number,
  point: { x: number; y: number; header?: { item: Item; inside: number } }
): Hit {
  const time = timeAt(view, width, point.x);
  const item = point.header?.item ?? layout.items[itemAt(layout, point.y)];
  if (item === undefined || (point.header === undefined && point.y >= item.top + item.height)) {
    return { kind: 'none', item: undefined, time };
  }
  if (item.kind === 'group') {
    const inside = point.header?.inside ?? point.y - item.top;
    const { activities } = item;
    const foot = item.height - (activities ? ACTIVITY_HEIGHT : 0);
    if (activities && inside >= foot) {
      const place = activityAt(activityPlaces(activities, view, width), point.x);
      return place ? { kind: 'activity', item, place, time } : { kind: 'lane', item, time };
    }
    const isAmongSigns = inside >= foot - MARKS_HEIGHT;
    const mark = item.group.node && markAt(markPlaces(item.group.node.marks, view, width), point.x, isAmongSigns);
    return mark ? { kind: 'mark', item, mark } : { kind: item.group.node ? 'lane' : 'none', item, time };
  }
  const index =
    item.kind === 'life' ? lifeNear(model, item, view, width, point.x) : nearestLife(model, item, view, width, point);
  return index === undefined ? { kind: 'none', item, time } : { kind: 'life', item, index };
}

/** The annotation whose flag on the axis is at a pixel. */
export function annotationAt(
  annotations: readonly Annotation[],
  view: View,
  width: number,
  x: number
): Annotation | undefined {
  return annotations.findLast(({ from }) => Math.abs(xOf(view, width, from) - x) <= NEAR);
}

/** Among the signs the mark whose sign is painted at a pixel; above them the nearest whose moment is close by. */
function markAt(places: readonly MarkPlace[], x: number, isAmongSigns: boolean): MarkPlace | undefined {
  if (isAmongSigns) {
    return places.find(({ left, width }) => x >= left && x <= left + width);
  }
  const near = places.filter((place) => Math.abs(place.x - x) <= NEAR);
  return near.sort((a, b) => Math.abs(a.x - x) - Math.abs(b.x - x))[0];
}

const lifeNear = (model: TimelineModel, item: Extract<Item, { kind: 'life' }>, view: View, width: number, x: number) =>
  distanceTo(model, item.index, view, width, x) <= NEAR ? item.index : undefined;

/** The nearest life in the lane of the point, or the nearest in the row where a lane is only a few pixels. */
function nearestLife(
  model: TimelineModel,
  item: Extract<Item, { kind: 'row' }>,
  view: View,
  width: number,
  { x, y }: { x: number; y: number }
): number | undefined {
  const inside = y - item.top;
  let best: number | undefined;
  let least = NEAR + 1;
  for (let i = item.row.first; i < item.row.last; i++) {
    const off = Math.max(0, Math.abs(laneMiddle(item, model.spans.lane[i] ?? 0) - inside) - item.pitch / 2);
    const distance = off + distanceTo(model, i, view, width, x);
    if (distance < least) {
      least = distance;
      best = i;
    }
  }
  return best;
}

/** Pixels from a life's bar and tail; its mark where the log went counts as a part of it. */
function distanceTo({ spans }: TimelineModel, index: number, view: View, width: number, x: number): number {
  const piece = pieceAt(spans, index, view, width / spanOf(view), width);
  if (piece === undefined) {
    return Infinity;
  }
  return x < piece.x0 ? piece.x0 - x : Math.max(0, x - piece.x2);
}
