import type { Span } from '../evidence';
import { PERIOD_MS, type RollupRecord } from '../records';
import { type CapacityRow, type CountInput, rowsBy, totalOf } from './counts';
import type { NodeDisks } from './disk-use';

/** What a week or a day of the time range added. Milliseconds since 1970. */
export interface TrendRow extends Span {
  /** As in the total, without cases. */
  counts: Omit<CapacityRow, 'cluster' | 'namespace' | 'name' | 'logs'>;
  /** Bytes in use on nodefs of all nodes at the end; null where no record tells. */
  usedBytes: number | null;
  /** By how much that grew, of the nodes that were observed before it and in it; null where there is none. */
  addedBytes: number | null;
  /** Increases before anything was deleted, by rollups; null where none tells. */
  filledBytes: number | null;
}

const WEEK_MS = 7 * PERIOD_MS.day;

/**
 * A time range in weeks, or in days if it has less than two weeks; the first may be shorter. Empty below two days.
 *
 * @param disks of the nodes
 */
export function trendOf(input: CountInput, disks: readonly NodeDisks[]): TrendRow[] {
  return stepsOf(input.range).map((step): TrendRow => {
    const { logs: _, ...counts } = totalOf(rowsBy('node', { ...input, range: step, cases: [] }));
    return { ...step, counts, ...useIn(step, disks), filledBytes: filledIn(step, input.rollups) };
  });
}

/** Oldest first; the last ends with the range. */
function stepsOf({ from, to }: Span): Span[] {
  const stepMs = to - from >= 2 * WEEK_MS ? WEEK_MS : PERIOD_MS.day;
  const steps: Span[] = [];
  if (to - from >= 2 * PERIOD_MS.day) {
    for (let end = to; end > from; end -= stepMs) {
      steps.unshift({ from: Math.max(from, end - stepMs), to: end });
    }
  }
  return steps;
}

function useIn({ from, to }: Span, disks: readonly NodeDisks[]): Pick<TrendRow, 'usedBytes' | 'addedBytes'> {
  let [used, added] = [null as number | null, null as number | null];
  for (const { measures } of disks) {
    const points = measures.find(({ filesystem, unit }) => filesystem === 'nodefs' && unit === 'bytes')?.points ?? [];
    const last = points.findLast(([at]) => at <= to);
    if (last !== undefined) {
      used = (used ?? 0) + last[1];
      const before = points.findLast(([at]) => at <= from);
      added = before === undefined || last[0] <= from ? added : (added ?? 0) + last[1] - before[1];
    }
  }
  return { usedBytes: used, addedBytes: added };
}

function filledIn({ from, to }: Span, rollups: readonly RollupRecord[]): number | null {
  return rollups.reduce<number | null>((sum, rollup) => {
    const end = Date.parse(rollup.to);
    const filled = rollup.nodefs?.bytes.filled;
    return filled === undefined || end <= from || end > to ? sum : (sum ?? 0) + filled;
  }, null);
}
