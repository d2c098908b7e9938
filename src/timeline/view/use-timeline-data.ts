import { useDeferredValue, useMemo } from 'react';
import { type Filters, isFiltering, matcherOf } from '../../filters';
import type { Records } from '../../records';
import { type ContainerLife, containerLives } from '../../timeline/model/container-life';
import { nodeKey, type NodeLane, nodeLanes } from '../../timeline/model/node-lane';
import type { TimelineInput } from '../../timeline/model/input';

export interface TimelineData {
  /** Those that pass the filters. */
  lives: ContainerLife[];
  nodes: Map<string, NodeLane>;
  /** Everything that was read. */
  all: ContainerLife[];
  now: number;
}

/**
 * What the timeline draws, from records and filters.
 *
 * @param round another one: it is later
 */
export function useTimelineData(records: Records, filters: Filters, others: boolean, round: number): TimelineData {
  // While records come in, input and zooming go first.
  const read = useDeferredValue(records);
  const now = useMemo(() => laterThan(round), [round]);
  const isReading = read.status === 'loading';
  const input = useMemo<TimelineInput>(
    () => ({ records: read.records, cases: read.cases, pressures: read.pressures, now, isReading }),
    [read.records, read.cases, read.pressures, now, isReading]
  );
  const all = useMemo(() => containerLives(input), [input]);
  const lanes = useMemo(() => nodeLanes(input), [input]);
  const lives = useMemo(() => {
    const passes = matcherOf(filters);
    return all.filter((life) => (others || life.job !== null) && passes(life));
  }, [all, filters, others]);
  const nodes = useMemo(() => {
    if (!isFiltering(filters)) {
      return lanes;
    }
    const used = new Set(lives.map(({ cluster, node }) => nodeKey(cluster, node)));
    return new Map([...lanes].filter(([key]) => used.has(key)));
  }, [lanes, lives, filters]);
  return { lives, nodes, all, now };
}

/** The time of day in a round; it stands still until the next. */
const laterThan = (_round: number): number => Date.now();
