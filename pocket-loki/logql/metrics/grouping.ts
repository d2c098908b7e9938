import { type Labels, labelsOf, labelsText } from '../../common/labels';
import type { Grouping } from '../syntax/ast';

/** The labels of a group: those named, or all but those. Labels that are missing stay away. */
export function groupLabels(labels: Labels, { without, labels: names }: Grouping): Labels {
  const named = new Set(names);
  return labelsOf([...labels].filter(([name, value]) => named.has(name) !== without && value !== ''));
}

/** Puts items into groups, in the order in which the groups appear. */
export function groupBy<T>(
  items: readonly T[],
  labelsOfItem: (item: T) => Labels
): Array<{ labels: Labels; key: string; items: T[] }> {
  const groups = new Map<string, { labels: Labels; key: string; items: T[] }>();
  for (const item of items) {
    const labels = labelsOfItem(item);
    const key = labelsText(labels);
    const group = groups.get(key) ?? { labels, key, items: [] };
    groups.set(key, group);
    group.items.push(item);
  }
  return [...groups.values()];
}
