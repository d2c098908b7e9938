import type { Activity } from '../model/activity';
import type { Group, Row, TimelineModel } from '../model/timeline-model';
import type { View } from './view';

/** Sizes in CSS pixels. */
export interface Measures {
  /** The header of a node with its disk. */
  nodeLane: number;
  /** Any other header. */
  header: number;
  /** The least height of a row, and the one of a row that is a single container. */
  row: number;
  /** From lane to lane in a row of few lanes, and of many. */
  pitch: number;
  tightPitch: number;
}

export const ROW_HEIGHTS = ['compact', 'normal', 'tall'] as const;
export type RowHeight = (typeof ROW_HEIGHTS)[number];

export const MEASURES: Record<RowHeight, Measures> = {
  compact: { nodeLane: 96, header: 26, row: 20, pitch: 8, tightPitch: 4 },
  normal: { nodeLane: 136, header: 30, row: 24, pitch: 10, tightPitch: 7 },
  tall: { nodeLane: 160, header: 34, row: 32, pitch: 14, tightPitch: 11 },
};

/** Rows of more lanes than this are drawn tighter. */
const FEW_LANES = 4;
const PADDING = 6;

/** The row of a node's activities, below its marks. Pixels. */
export const ACTIVITY_HEIGHT = 20;

/** A header. `activities` are those of its node, where they are shown. */
interface GroupItem {
  kind: 'group';
  key: string;
  top: number;
  height: number;
  bottom: number;
  group: Group;
  isOpen: boolean;
  activities: readonly Activity[] | undefined;
}

/**
 * One thing above another: a header, a row, or below an open row one of its containers. Pixels from the top; `bottom`
 * is the end of all that stands under a header.
 */
export type Item =
  | GroupItem
  | { kind: 'row'; key: string; top: number; height: number; group: Group; row: Row; isOpen: boolean; pitch: number }
  | { kind: 'life'; key: string; top: number; height: number; group: Group; row: Row; index: number };

export type Header = Extract<Item, { kind: 'group' }>;

export interface Layout {
  items: Item[];
  height: number;
}

export interface LayoutOptions {
  measures: Measures;
  /** Keys of groups that are shut. */
  shut: ReadonlySet<string>;
  /** Keys of rows that are open: each container has a row of its own. */
  open: ReadonlySet<string>;
  /** Leaves out rows of which nothing happens in here. */
  view: View;
  showNodeLanes: boolean;
  /** By `nodeKey()`; undefined where they are not shown. */
  activities?: ReadonlyMap<string, readonly Activity[]>;
}

const NO_ACTIVITIES: readonly Activity[] = [];

/** Where everything stands. Pure; fast enough to be done anew whenever the view comes to rest. */
export function layoutOf({ groups, spans, lives }: TimelineModel, options: LayoutOptions): Layout {
  const { measures, shut, open, view } = options;
  const items: Item[] = [];
  let top = 0;
  const push = (item: Item) => {
    items.push(item);
    top += item.height;
  };
  for (const group of groups) {
    const rows = group.rows.filter((row) => happensIn(row, spans, view));
    if (rows.length === 0 && group.node === undefined) {
      continue;
    }
    const isOpen = !shut.has(group.key);
    const isLane = group.node !== undefined && options.showNodeLanes;
    const activities = isLane ? options.activities && (options.activities.get(group.key) ?? NO_ACTIVITIES) : undefined;
    const height = (isLane ? measures.nodeLane : measures.header) + (activities ? ACTIVITY_HEIGHT : 0);
    const header: Header = {
      ...{ kind: 'group', key: `group ${group.key}`, top, height, bottom: 0 },
      ...{ group, isOpen, activities },
    };
    push(header);
    for (const row of isOpen ? rows : []) {
      const isRowOpen = open.has(row.key);
      const { pitch, height } = sizeOfRow(row, isRowOpen, measures);
      push({ kind: 'row', key: `row ${row.key}`, top, height, group, row, pitch, isOpen: isRowOpen });
      for (let index = row.first; isRowOpen && index < row.last; index++) {
        const id = lives[index]?.id ?? '';
        push({ kind: 'life', key: `life ${id}`, top, height: measures.row, group, row, index });
      }
    }
    header.bottom = top;
  }
  return { items, height: top };
}

/** An open row need not show what stands below it: its lanes are pressed into the height of one. */
function sizeOfRow(row: Row, isOpen: boolean, measures: Measures): { pitch: number; height: number } {
  const pitch = row.lanes > FEW_LANES ? measures.tightPitch : measures.pitch;
  const wanted = row.lanes * pitch + PADDING;
  return isOpen && wanted > measures.row
    ? { pitch: (measures.row - PADDING) / row.lanes, height: measures.row }
    : { pitch, height: Math.max(measures.row, wanted) };
}

/** A container runs in the view, or a log leaves its node there: a log that only goes on being there is no reason. */
function happensIn(row: Row, { end, until, isGone }: TimelineModel['spans'], view: View): boolean {
  if (row.start > view.to) {
    return false;
  }
  if (row.end >= view.from) {
    return true;
  }
  for (let i = row.first; i < row.last; i++) {
    const gone = until[i] ?? 0;
    if ((end[i] ?? 0) >= view.from || (isGone[i] === 1 && gone >= view.from && gone <= view.to)) {
      return true;
    }
  }
  return false;
}

/** The index of the item at a height; the last one below the end, -1 where there is none. */
export function itemAt({ items }: Layout, y: number): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((items[middle]?.top ?? 0) <= y) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return Math.max(0, low - 1) - (items.length === 0 ? 1 : 0);
}

/** The items that reach into a piece of the height, as a range of indexes. */
export function itemsWithin(layout: Layout, top: number, bottom: number): [number, number] {
  return layout.items.length === 0 ? [0, 0] : [itemAt(layout, top), itemAt(layout, bottom) + 1];
}

/** The header that an item stands under. */
function headerOf({ items }: Layout, index: number): Header | undefined {
  for (let i = index; i >= 0; i--) {
    const item = items[i];
    if (item?.kind === 'group') {
      return item;
    }
  }
  return undefined;
}

/** An item in the picture: `y` is its top there. */
export interface Placed<T extends Item = Item> {
  item: T;
  y: number;
}

/**
 * What is in the picture when it is scrolled, and the header that stands still at its top, pushed out by the next one.
 *
 * @param offset height of what stands above the items, the axis
 */
export function placed(
  layout: Layout,
  scrollTop: number,
  height: number,
  offset: number
): { visible: Placed[]; header: Placed<Header> | undefined } {
  const [first, last] = itemsWithin(layout, scrollTop, scrollTop + height - offset);
  const visible = layout.items.slice(first, last).map((item) => ({ item, y: offset + item.top - scrollTop }));
  const item = headerOf(layout, first);
  if (item === undefined || item.top >= scrollTop) {
    return { visible, header: undefined };
  }
  return { visible, header: { item, y: offset + Math.min(0, item.bottom - item.height - scrollTop) } };
}
