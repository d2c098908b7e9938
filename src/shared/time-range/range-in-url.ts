import { dateTime, rangeUtil, type RawTimeRange, type TimeRange } from '@grafana/data';

/** What a page shows that nobody gave a time. */
const DEFAULT_RANGE = { from: 'now-24h', to: 'now' };

export interface RawRange {
  from: string;
  to: string;
}

/** Grafana's `from` and `to` in the address: relative (`now-6h`), milliseconds since 1970, or a time as text. */
export function rawRangeOfSearch(search: string): RawRange {
  const params = new URLSearchParams(search);
  const from = params.get('from') ?? '';
  const to = params.get('to') ?? '';
  return from === '' || to === '' || !isRange({ from, to }) ? DEFAULT_RANGE : { from, to };
}

const momentOf = (text: string) =>
  /^\d+$/.test(text) ? dateTime(Number(text)) : text.includes('now') ? text : dateTime(text);

/** @returns the times of now for a relative range */
export const timeRangeOf = ({ from, to }: RawRange, timeZone: string): TimeRange =>
  rangeUtil.convertRawToRange({ from: momentOf(from), to: momentOf(to) }, timeZone);

function isRange(raw: RawRange): boolean {
  const { from, to } = timeRangeOf(raw, 'utc');
  return from.isValid() && to.isValid() && from.isBefore(to);
}

/** A range as text for the address: what was given relative stays so. */
export function rawRangeOf({ from, to }: RawTimeRange): RawRange {
  const textOf = (moment: RawTimeRange['from']) => (typeof moment === 'string' ? moment : `${moment.valueOf()}`);
  return { from: textOf(from), to: textOf(to) };
}
