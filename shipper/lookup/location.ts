import type { Target } from '../../model/lookup';
import type { ContainerRecord } from '../../model/records';
import type { QueryClient, RangeQuery } from '../loki/query-client';
import type { TimeWindow } from './time-window';

/** What the flags say about what is looked for. They win over what a pasted text says. */
export interface Wanted {
  cluster?: string;
  namespace?: string;
  container?: string;
  restart?: number;
  previous?: boolean;
  window: TimeWindow;
}

/** A query for lines. */
export interface LineQuery extends RangeQuery {
  /** Where not all that it gives is asked for: these container runs (`runKey`). */
  only?: ReadonlySet<string>;
}

/** One looked-up thing: its records, and the queries that give its lines. */
export interface Location {
  target: Target;
  records: ContainerRecord[];
  queries: LineQuery[];
  /** Nothing more will come. */
  isOver: boolean;
}

/** What was looked for and not found. */
export interface Miss {
  target: Target;
  /** The queries that gave nothing, with the span each was asked for. */
  searched: RangeQuery[];
}

export type Found = { location: Location } | { miss: Miss };

/** Finds one target. */
export interface Search {
  client: QueryClient;
  wanted: Wanted;
}
