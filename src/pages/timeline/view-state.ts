import { useCallback, useMemo } from 'react';
import { locationService } from '@grafana/runtime';
import { ROW_HEIGHTS, type RowHeight } from '../../timeline/geometry/layout';
import type { View } from '../../timeline/geometry/view';
import { type Grouping, GROUPINGS, type Sorting, SORTINGS } from '../../timeline/model/orders';
import { useLocation } from '../../shared/use-location';

/** How the page shows the timeline: all of it stands in the address. */
export interface ViewState {
  groupBy: Grouping;
  sort: Sorting;
  rowHeight: RowHeight;
  /** Lanes of the nodes with their disks; bands of disk pressure behind the rows. */
  lanes: boolean;
  pressure: boolean;
  /** Also containers of no Job. */
  others: boolean;
  legend: boolean;
  /** All that happened on the nodes, and words that it must or must not have. */
  activity: boolean;
  include: string;
  exclude: string;
  asTable: boolean;
  /** What was loaded, of which the address's time range is a piece; undefined where that is all. */
  whole: View | undefined;
  /** `recordKey()` of the container whose details are open. */
  open: string | undefined;
}

const DEFAULTS = { groupBy: 'node', sort: 'worst', rowHeight: 'normal' } as const;

const oneOf = <T extends string>(all: readonly T[], value: string | null, fallback: T): T =>
  all.find((one) => one === value) ?? fallback;

export function viewStateOfSearch(search: string): ViewState {
  const params = new URLSearchParams(search);
  const [, from, to] = /^(\d+)-(\d+)$/.exec(params.get('whole') ?? '') ?? [];
  const isWhole = from !== undefined && to !== undefined && Number(from) < Number(to);
  return {
    groupBy: oneOf(GROUPINGS, params.get('group'), DEFAULTS.groupBy),
    sort: oneOf(SORTINGS, params.get('sort'), DEFAULTS.sort),
    rowHeight: oneOf(ROW_HEIGHTS, params.get('rows'), DEFAULTS.rowHeight),
    lanes: params.get('lanes') !== 'off',
    pressure: params.get('pressure') !== 'off',
    others: params.get('others') === 'on',
    legend: params.get('legend') !== 'off',
    activity: params.get('activity') === 'on',
    include: params.get('include') ?? '',
    exclude: params.get('exclude') ?? '',
    asTable: params.get('as') === 'table',
    whole: isWhole ? { from: Number(from), to: Number(to) } : undefined,
    open: params.get('case') ?? undefined,
  };
}

/** For `locationService.partial`; what is as it is without being said is left out of the address. */
export function searchOfViewState(change: Partial<ViewState>): Record<string, string | null> {
  const { groupBy, sort, rowHeight, whole, include, exclude } = change;
  const search: Record<string, string | null | undefined> = {
    group: groupBy && (groupBy === DEFAULTS.groupBy ? null : groupBy),
    sort: sort && (sort === DEFAULTS.sort ? null : sort),
    rows: rowHeight && (rowHeight === DEFAULTS.rowHeight ? null : rowHeight),
    lanes: flag(change.lanes, null, 'off'),
    pressure: flag(change.pressure, null, 'off'),
    others: flag(change.others, 'on', null),
    legend: flag(change.legend, null, 'off'),
    activity: flag(change.activity, 'on', null),
    include: include === '' ? null : include,
    exclude: exclude === '' ? null : exclude,
    as: flag(change.asTable, 'table', null),
    whole: 'whole' in change ? (whole ? `${whole.from}-${whole.to}` : null) : undefined,
    case: 'open' in change ? (change.open ?? null) : undefined,
  };
  const given = Object.entries(search).filter((entry): entry is [string, string | null] => entry[1] !== undefined);
  return Object.fromEntries(given);
}

const flag = (value: boolean | undefined, on: string | null, off: string | null): string | null | undefined =>
  value === undefined ? undefined : value ? on : off;

export function useViewState(): [ViewState, (change: Partial<ViewState>) => void] {
  const search = useLocation('search');
  const state = useMemo(() => viewStateOfSearch(search), [search]);
  const change = useCallback((some: Partial<ViewState>) => locationService.partial(searchOfViewState(some), true), []);
  return [state, change];
}

/** What is to be loaded: what was loaded, as long as the range lies in it; else the range itself. */
export function wholeOf(span: View, whole: View | undefined): View {
  return whole && whole.from <= span.from && whole.to >= span.to ? whole : span;
}
