import { firstIndex } from '../model/spans';
import type { MarkKind, NodeMark } from '../model/node-marks';
import { type View, xOf } from './view';

/** A mark of a node's lane, or several of one kind that share a place. Pixels from the left of the plot. */
export interface MarkPlace {
  kind: MarkKind;
  /** Where it happened. */
  x: number;
  /** Where its sign stands: beside it, where others were in the way. */
  left: number;
  width: number;
  count: number;
  bytes: number;
  isInferred: boolean;
  /** First and last moment of what it stands for. */
  from: number;
  to: number;
  /** How many marks it stands for. */
  marks: number;
  /** Marks of other kinds that have no room in this view: the sign before them says how many. */
  hidden: number;
}

const ICON = 18;
const DIGIT = 6.2;
const GAP = 3;
/** Marks of one kind nearer than this are one sign. */
const NEAR = 20;
/** A sign stands no further from its moment than this; what does not fit is counted by the sign before it. */
const FURTHEST = 120;

/** Where the signs of a node's marks stand in a view, left to right, none upon another. */
export function markPlaces(marks: readonly NodeMark[], view: View, width: number): MarkPlace[] {
  const times = Float64Array.from(marks, ({ from }) => from);
  const low = firstIndex(times, 0, times.length, (time) => time >= view.from);
  const high = firstIndex(times, 0, times.length, (time) => time > view.to);
  const places: MarkPlace[] = [];
  const last = new Map<MarkKind, MarkPlace>();
  for (let i = low; i < high; i++) {
    const mark = marks[i];
    if (mark === undefined) {
      continue;
    }
    const x = xOf(view, width, mark.from);
    const before = last.get(mark.kind);
    if (before && x - before.x < NEAR && before.isInferred === mark.isInferred) {
      before.count += mark.count;
      before.bytes += mark.bytes;
      before.to = mark.to;
      before.marks++;
    } else {
      const { kind, count, bytes, isInferred, from, to } = mark;
      const place = { ...{ kind, count, bytes, isInferred, from, to, x, marks: 1, hidden: 0 }, left: x, width: ICON };
      last.set(kind, place);
      places.push(place);
    }
  }
  return standing(places, width);
}

function standing(places: MarkPlace[], width: number): MarkPlace[] {
  let free = 0;
  const fit: MarkPlace[] = [];
  for (const place of places) {
    const needed = widthOf(place);
    const left = Math.max(free, place.x - ICON / 2);
    const before = fit.at(-1);
    if (before && (left - place.x > FURTHEST || left + needed > width + ICON)) {
      before.hidden += place.marks;
      before.width = widthOf(before);
      before.left = Math.min(before.left, Math.max(0, width - before.width));
      free = before.left + before.width + GAP;
      continue;
    }
    place.left = Math.min(left, Math.max(free, width - needed));
    place.width = needed;
    free = place.left + needed + GAP;
    fit.push(place);
  }
  return fit;
}

const widthOf = (place: MarkPlace): number => ICON + (textOf(place) ? 4 + textOf(place).length * DIGIT : 0) + 4;

/** What a sign says beside its icon: how many, and how many marks are hidden behind it. */
export function textOf(place: MarkPlace): string {
  return [isCounted(place) ? `${place.count}` : '', place.hidden > 0 ? `+${place.hidden}` : '']
    .filter((part) => part !== '')
    .join(' ');
}

/** A node is added once: that needs no number. */
const isCounted = ({ kind, count }: MarkPlace): boolean =>
  count > 1 || (kind !== 'node-added' && kind !== 'node-removed');
