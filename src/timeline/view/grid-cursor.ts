import type { Item, Layout } from '../geometry/layout';
import { nearestIndex, spansWithin } from '../model/spans';
import type { TimelineModel } from '../model/timeline-model';
import type { View } from '../geometry/view';

/** Where the keyboard is: on a row (`life` undefined), or on a life in it. Keys and ids outlive a new layout. */
export interface Cursor {
  /** `Item.key`. */
  key: string;
  /** Index into `model.lives`. */
  life: number | undefined;
}

export type Step = 'up' | 'down' | 'left' | 'right' | 'first' | 'last' | 'pageUp' | 'pageDown';

const PAGE = 10;

/** Where a step leads; the same cursor where there is nothing. Pure. */
export function moved(
  cursor: Cursor | undefined,
  step: Step,
  layout: Layout,
  model: TimelineModel,
  view: View
): Cursor | undefined {
  const at = cursor === undefined ? -1 : layout.items.findIndex(({ key }) => key === cursor.key);
  const item = layout.items[at];
  if (cursor === undefined || item === undefined) {
    const [first] = layout.items;
    return first && { key: first.key, life: undefined };
  }
  if (step === 'left' || step === 'right') {
    return { key: cursor.key, life: beside(item, cursor.life, step, model, view) };
  }
  const to = layout.items[Math.min(layout.items.length - 1, Math.max(0, target(at, step, layout)))];
  if (to === undefined) {
    return cursor;
  }
  // Who goes from bar to bar stays in that column of time.
  const life = cursor.life === undefined ? undefined : nearestLife(to, model.spans.start[cursor.life] ?? 0, model);
  return { key: to.key, life };
}

function target(at: number, step: Exclude<Step, 'left' | 'right'>, { items }: Layout): number {
  const targets = {
    up: at - 1,
    down: at + 1,
    first: 0,
    last: items.length - 1,
    pageUp: at - PAGE,
    pageDown: at + PAGE,
  };
  return targets[step];
}

function beside(
  item: Item,
  life: number | undefined,
  step: 'left' | 'right',
  model: TimelineModel,
  view: View
): number | undefined {
  const [first, last] = livesOf(item);
  if (first === last) {
    return undefined;
  }
  if (life === undefined) {
    // The first that can be seen; none to the left of the row's name.
    const [low] = item.kind === 'row' ? spansWithin(model.spans, item.row, view.from, view.to) : [first];
    return step === 'left' ? undefined : Math.min(low, last - 1);
  }
  const to = step === 'right' ? life + 1 : life - 1;
  return to < first ? undefined : Math.min(to, last - 1);
}

/** The lives of an item, as a range of indexes; empty for a header. */
function livesOf(item: Item): [number, number] {
  switch (item.kind) {
    case 'group':
      return [0, 0];
    case 'row':
      return [item.row.first, item.row.last];
    case 'life':
      return [item.index, item.index + 1];
  }
}

function nearestLife(item: Item, time: number, { spans }: TimelineModel): number | undefined {
  const [first, last] = livesOf(item);
  return first === last ? undefined : nearestIndex(spans.start, first, last, time);
}
