/**
 * Which stream an entry of some age goes to. Loki refuses what is an hour behind its stream's newest line
 * (max_chunk_age / 2; reference: grafana/loki v3.7 `pkg/ingester/stream.go`), and a stream is shared by all nodes that
 * run the workload. So late entries go to streams of the hour they belong to: inside one hour nothing can be too far
 * behind, in whatever order nodes and containers send.
 */
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

export const LATE_AFTER_SECONDS = 50 * 60;
const HOUR = 3600;
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
  const from = Math.floor(seconds / HOUR) * HOUR;
  const to = from + HOUR;
  const hour = new Date(from * 1000).toISOString().slice(0, 13);
  return { late: true, labels: { late: 'true', hour }, from, to: Math.min(to, fresh), again: { from, to } };
}
