import { HOUR_SECONDS, hourOf, LATE_AFTER_SECONDS, lateLabels } from '../../loki/push/late';

/** Which stream an entry of some age goes to: the container's own, or one of late entries (loki/push/late.ts). */
export interface Route extends Window {
  late: boolean;
  /** Labels besides the container's: none, or `late` and `hour`. */
  labels: Readonly<Record<string, string>>;
  /** Times of entries that once went this way and have to go it again, whatever their age is by now. */
  again: Window;
}

/** Entries from this time on and before that one, in seconds since 1970. */
export interface Window {
  from: number;
  to: number;
}

const ANY_TIME: Window = { from: -Infinity, to: Infinity };

/**
 * The route of an entry of the time `seconds`; both times in seconds since 1970.
 * @param late decides, where it is known already
 */
export function routeOf(seconds: number, nowSeconds: number, late?: boolean): Route {
  const fresh = nowSeconds - LATE_AFTER_SECONDS;
  if (!(late ?? seconds < fresh)) {
    return { late: false, labels: {}, from: fresh, to: Infinity, again: ANY_TIME };
  }
  const from = hourOf(seconds);
  const to = from + HOUR_SECONDS;
  return { late: true, labels: lateLabels(seconds), from, to: Math.min(to, fresh), again: { from, to } };
}
