import type { ContainerLife, Exit } from './container-life';
import type { LogStatus } from '../../../model/records';
import type { Row } from './row';

/** More lanes than this make a row no clearer; what does not fit lies in the last ones over each other. */
export const MOST_LANES = 24;

/** In the order of how much they concern somebody: of several that share a pixel the last is shown. */
export const EXITS: readonly Exit[] = ['complete', 'running', 'unknown', 'failed'];
export const LOG_STATUSES: readonly LogStatus[] = ['complete', 'rescued', 'pending', 'unknown', 'partial', 'lost'];

/** What is drawn of container lives, in arrays of numbers. Milliseconds since 1970. */
export interface Spans {
  start: Float64Array;
  /** End of the container; `now` while it runs. */
  end: Float64Array;
  /** When its log left the node; `now` while it is there. */
  until: Float64Array;
  /** The largest `until` of its row up to here: with it, what reaches into a view is found by halving. */
  reach: Float64Array;
  lane: Uint8Array;
  /** Index into `EXITS`. */
  exit: Uint8Array;
  /** Index into `LOG_STATUSES`. */
  status: Uint8Array;
  /** 1 where the log left the node. */
  isGone: Uint8Array;
  /** 1 where it is a case. */
  isCase: Uint8Array;
}

/** Lays each row's lives into lanes, so that no life covers another, and sets `row.lanes`. */
export function makeSpans(lives: readonly ContainerLife[], rows: readonly Row[], now: number): Spans {
  const n = lives.length;
  const spans: Spans = {
    start: new Float64Array(n),
    end: new Float64Array(n),
    until: new Float64Array(n),
    reach: new Float64Array(n),
    lane: new Uint8Array(n),
    exit: new Uint8Array(n),
    status: new Uint8Array(n),
    isGone: new Uint8Array(n),
    isCase: new Uint8Array(n),
  };
  for (let i = 0; i < n; i++) {
    const life = lives[i];
    if (life) {
      const end = life.ended ?? (life.gone === undefined ? Math.max(now, life.started) : life.gone);
      spans.start[i] = life.started;
      spans.end[i] = Math.max(end, life.started);
      spans.until[i] = Math.max(end, life.gone ?? now);
      spans.exit[i] = EXITS.indexOf(life.exit);
      spans.status[i] = LOG_STATUSES.indexOf(life.status);
      spans.isGone[i] = life.gone === undefined ? 0 : 1;
      spans.isCase[i] = life.cause === undefined ? 0 : 1;
    }
  }
  rows.forEach((row) => layInLanes(spans, row));
  return spans;
}

function layInLanes({ start, until, reach, lane }: Spans, row: Row): void {
  const free: number[] = [];
  let furthest = -Infinity;
  for (let i = row.first; i < row.last; i++) {
    const from = start[i] ?? 0;
    let k = 0;
    while (k < free.length && (free[k] ?? 0) > from) {
      k++;
    }
    // Beyond the last lane: the one that is free soonest.
    k = k < MOST_LANES ? k : free.indexOf(Math.min(...free));
    free[k] = until[i] ?? 0;
    lane[i] = k;
    furthest = Math.max(furthest, until[i] ?? 0);
    reach[i] = furthest;
  }
  row.lanes = Math.max(1, free.length);
}

/** The spans of a row that may reach into [from, to]: a range of indexes; some in it may still end before `from`. */
export function spansWithin({ start, reach }: Spans, row: Row, from: number, to: number): [number, number] {
  return [
    firstIndex(reach, row.first, row.last, (value) => value >= from),
    firstIndex(start, row.first, row.last, (value) => value > to),
  ];
}

/** The first index in [low, high) of which `is` holds, in an array where it holds of all after it; `high` where of none. */
export function firstIndex(values: Float64Array, low: number, high: number, is: (value: number) => boolean): number {
  while (low < high) {
    const middle = (low + high) >> 1;
    if (is(values[middle] ?? 0)) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

/** The index in [low, high) of the value nearest to `wanted`, in an ascending array. */
export function nearestIndex(values: Float64Array, low: number, high: number, wanted: number): number {
  const after = Math.min(
    high - 1,
    firstIndex(values, low, high, (value) => value >= wanted)
  );
  const before = Math.max(low, after - 1);
  return wanted - (values[before] ?? 0) < (values[after] ?? 0) - wanted ? before : after;
}
