import { useDeferredValue, useMemo } from 'react';
import type { Explained, LoadedRecords } from '../../data/records';
import { type Activity, type ActivityFilter, nodeActivities } from '../model/activity';
import { type ContainerLife, containerLives } from '../model/container-life';
import { nodeKey } from '../model/node-key';
import { type NodeLane, nodeLanes } from '../model/node-lane';
import type { TimelineInput } from '../model/input';
import type { View } from '../geometry/view';

export interface TimelineData {
  /** Those that pass the filters. */
  lives: ContainerLife[];
  nodes: Map<string, NodeLane>;
  /** What happened on each node, by `nodeKey()`; undefined unless asked for. */
  activities: ReadonlyMap<string, readonly Activity[]> | undefined;
  /** Everything that was read. */
  all: ContainerLife[];
  now: number;
}

export interface Choice {
  /** undefined where nothing is filtered. The same function as long as the filters are the same. */
  passes: ((life: ContainerLife) => boolean) | undefined;
  /** Also containers of no Job. */
  others: boolean;
  /** Also all that happened on the nodes, as far as it passes. The same object as long as it is the same. */
  activity?: ActivityFilter;
}

/**
 * What the timeline draws, from records and filters.
 *
 * @param round another one: it is later
 * @param range what is read; undefined where a dashboard's query decides that
 */
export function useTimelineData(
  explained: Explained & { status?: LoadedRecords['status'] },
  { passes, others, activity }: Choice,
  round: unknown,
  range?: View
): TimelineData {
  // While records come in, input and zooming go first.
  const read = useDeferredValue(explained);
  const now = useMemo(() => laterThan(round), [round]);
  const isReading = read.status === 'loading';
  const input = useMemo<TimelineInput>(
    () => ({ records: read.records, cases: read.cases, pressures: read.pressures, now, isReading, read: range }),
    [read.records, read.cases, read.pressures, now, isReading, range]
  );
  const all = useMemo(() => containerLives(input), [input]);
  const lanes = useMemo(() => nodeLanes(input), [input]);
  const lives = useMemo(
    () => all.filter((life) => (others || life.job !== null) && (passes === undefined || passes(life))),
    [all, passes, others]
  );
  const nodes = useMemo(() => {
    if (passes === undefined) {
      return lanes;
    }
    const used = new Set(lives.map(({ cluster, node }) => nodeKey(cluster, node)));
    return new Map([...lanes].filter(([key]) => used.has(key)));
  }, [lanes, lives, passes]);
  const activities = useMemo(() => activity && nodeActivities(read.records, activity), [read.records, activity]);
  return { lives, nodes, activities, all, now };
}

/** The time of day in a round; it stands still until the next. */
const laterThan = (_round: unknown): number => Date.now();
