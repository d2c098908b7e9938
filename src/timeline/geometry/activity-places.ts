import type { Activity, ActivityKind } from '../model/activity';
import { firstIndex } from '../model/spans';
import { type View, xOf } from './view';

/** One activity of a node, or several that share a place. Pixels from the left of the plot. */
export interface ActivityPlace {
  x: number;
  /** undefined where several kinds share it. */
  kind: ActivityKind | undefined;
  /** Its activities are `[first, last)`. */
  first: number;
  last: number;
}

/** The width of a sign without a number; what lies under it is one sign with it, and counted. */
const SIGN = 14;

/** Where the signs of a node's activities stand in a view, left to right. */
export function activityPlaces(activities: readonly Activity[], view: View, width: number): ActivityPlace[] {
  const times = Float64Array.from(activities, ({ time }) => time);
  const end = firstIndex(times, 0, times.length, (time) => time > view.to);
  const places: ActivityPlace[] = [];
  for (let i = firstIndex(times, 0, times.length, (time) => time >= view.from); i < end; i++) {
    const { time, kind } = activities[i] ?? { time: NaN, kind: undefined };
    const x = xOf(view, width, time);
    const before = places.at(-1);
    if (before && x - before.x < signWidth(before) + 2) {
      before.last = i + 1;
      before.kind = before.kind === kind ? kind : undefined;
    } else {
      places.push({ x, kind, first: i, last: i + 1 });
    }
  }
  return places;
}

/** The place whose sign is at a pixel. */
export const activityAt = (places: readonly ActivityPlace[], x: number): ActivityPlace | undefined =>
  places.find((place) => x >= place.x - SIGN / 2 && x <= place.x + signWidth(place) - SIGN / 2);

/** How wide the sign is, its number included. */
const signWidth = ({ first, last }: ActivityPlace): number =>
  last - first > 1 ? SIGN + 6 * `${last - first}`.length : SIGN;
