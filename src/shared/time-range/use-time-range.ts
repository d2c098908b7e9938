import { useCallback, useEffect, useMemo, useState } from 'react';
import { getTimeZone, rangeUtil, type TimeRange } from '@grafana/data';
import { locationService } from '@grafana/runtime';
import type { Span } from '../../../model/evidence';
import { useLocation } from '../use-location';
import { rawRangeOf, rawRangeOfSearch, timeRangeOf } from './range-in-url';

/** The time that a page shows, and ways to change it. It stands in the address, as everywhere in Grafana. */
export interface PageTime {
  range: TimeRange;
  /** The same in milliseconds since 1970. */
  span: Span;
  timeZone: string;
  /** How often a relative range is set anew, as `30s`; empty for never. */
  refreshInterval: string;
  setRange: (range: TimeRange) => void;
  setSpan: (span: Span) => void;
  setTimeZone: (timeZone: string) => void;
  setRefreshInterval: (interval: string) => void;
  /** Sets a relative range anew: now is later. */
  refresh: () => void;
  /** How often that was done. */
  round: number;
}

const change = (parameters: Record<string, string | null>) => locationService.partial(parameters, false);
const setSpan = ({ from, to }: Span) => change({ from: `${Math.floor(from)}`, to: `${Math.ceil(to)}` });
const setTimeZone = (timezone: string) => locationService.partial({ timezone: timezone || null }, true);
const setRefreshInterval = (refresh: string) => locationService.partial({ refresh: refresh || null }, true);
const setRange = (range: TimeRange) => change({ ...rawRangeOf(range.raw) });

export function useTimeRange(): PageTime {
  const search = useLocation('search');
  const { from, to } = rawRangeOfSearch(search);
  const params = new URLSearchParams(search);
  const timeZone = params.get('timezone') ?? getTimeZone();
  const refreshInterval = params.get('refresh') ?? '';
  const [round, setRound] = useState(0);
  const refresh = useCallback(() => setRound((n) => n + 1), []);
  useInterval(refreshInterval, refresh);
  return useMemo(() => {
    const range = timeRangeOf({ from, to }, timeZone);
    const span = { from: range.from.valueOf(), to: range.to.valueOf() };
    const setters = { setRange, setSpan, setTimeZone, setRefreshInterval, refresh };
    return { range, span, timeZone, refreshInterval, round, ...setters };
  }, [from, to, timeZone, refreshInterval, refresh, round]);
}

function useInterval(interval: string, onTick: () => void): void {
  useEffect(() => {
    if (!/^\d+(ms|s|m|h|d)$/.test(interval)) {
      return;
    }
    const timer = setInterval(onTick, Math.max(rangeUtil.intervalToMs(interval), 5000));
    return () => clearInterval(timer);
  }, [interval, onTick]);
}
