import type { LookupWindow } from '../../model/lookup';
import { parseNs } from '../../model/time';
import { UserError } from '../common/user-error';
import { parseDurationMs } from '../config/units';

export interface TimeFlags {
  since?: string;
  from?: string;
  to?: string;
}

const SECOND_NS = 1_000_000_000n;
const DAY_NS = 86_400n * SECOND_NS;
const DEFAULT_DAYS = 7n;
/** Clocks differ: an entry may be stamped a little after our now. Loki takes what is ten minutes ahead. */
export const AHEAD_NS = 600n * SECOND_NS;

/** When a window was named. */
export const nowOf = ({ recordsTo }: Pick<LookupWindow, 'recordsTo'>): bigint => recordsTo - AHEAD_NS;

/**
 * The window that the flags name; the last seven days where they name none.
 *
 * @throws UserError for a time that is none, and for a window that ends before it begins
 */
export function timeWindow({ since, from, to }: TimeFlags, now: bigint): LookupWindow {
  if (since !== undefined && from !== undefined) {
    throw new UserError('--since and --from exclude each other');
  }
  const start =
    since !== undefined
      ? moment('--since', since, now)
      : from !== undefined
        ? moment('--from', from, now)
        : now - DEFAULT_DAYS * DAY_NS;
  const end = to === undefined ? now + AHEAD_NS : moment('--to', to, now);
  if (end <= start) {
    throw new UserError('the time range is empty: --to must be after --since or --from');
  }
  return {
    from: start,
    to: end,
    recordsTo: now + AHEAD_NS,
    isDefault: since === undefined && from === undefined && to === undefined,
  };
}

/** A time (RFC 3339), or how long ago (`90s`, `2h30m`, `14d`, `2w`). */
function moment(flag: string, text: string, now: bigint): bigint {
  const durationMs = parseDurationMs(text);
  const time = durationMs === undefined ? parseNs(text) : now - BigInt(Math.round(durationMs * 1e6));
  if (time === undefined) {
    throw new UserError(`${flag}: invalid time "${text}" (example: 2h30m, 2w or 2026-11-23T23:15:00Z)`);
  }
  return time;
}
