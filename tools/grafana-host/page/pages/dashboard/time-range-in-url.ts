import { dateMath, dateTime, rangeUtil, type TimeRange } from '@grafana/data';
import { locationService } from '@grafana/runtime';
import { useMemo, useState } from 'react';
import { useLocation } from '../../chrome/HostContext';

/** The range that the texts name: milliseconds since 1970, or relative as `now-1h`. */
export function rangeOf(from: string, to: string): TimeRange {
  const at = (text: string, roundUp: boolean) =>
    /^\d+$/.test(text) ? dateTime(Number(text)) : (dateMath.parse(text, roundUp) ?? dateTime());
  const isRelative = rangeUtil.isRelativeTimeRange({ from, to });
  const [start, end] = [at(from, false), at(to, true)];
  return { from: start, to: end, raw: isRelative ? { from, to } : { from: start, to: end } };
}

/**
 * The time range in the address, as of dashboards.
 * @param fallback what it is without one
 * @param round another one reads a relative range anew
 */
export function useTimeRange(fallback: { from: string; to: string }, round: number): TimeRange {
  const { search } = useLocation();
  const params = useMemo(() => new URLSearchParams(search), [search]);
  const [from, to] = [params.get('from') ?? fallback.from, params.get('to') ?? fallback.to];
  const [read, setRead] = useState({ key: '', range: rangeOf(from, to) });
  const key = `${from} ${to} ${round}`;
  if (read.key !== key) {
    setRead({ key, range: rangeOf(from, to) });
  }
  return read.range;
}

/** @param from milliseconds since 1970, or relative */
export function showRange(from: number | string, to: number | string): void {
  locationService.partial({ from: `${from}`, to: `${to}` });
}
