/**
 * Which stream an entry of some age goes to. Loki refuses what is an hour behind its stream's newest line
 * (max_chunk_age / 2; reference: grafana/loki v3.7 `pkg/ingester/stream.go`), and a stream is shared by all nodes that
 * run the workload. So late entries go to streams of the hour they belong to: inside one hour nothing can be too far
 * behind, in whatever order nodes and containers send.
 */
export interface Route {
  /** Labels besides the container's: none, or `late` and `hour`. */
  labels: Readonly<Record<string, string>>;
  /** Entries from this time on, … */
  from: number;
  /** … before this one, in seconds since 1970, belong to it. */
  to: number;
}

export const LATE_AFTER_SECONDS = 50 * 60;
const HOUR = 3600;

/** The route of an entry of the time `seconds`; both in seconds since 1970. */
export function routeOf(seconds: number, nowSeconds: number): Route {
  const fresh = nowSeconds - LATE_AFTER_SECONDS;
  if (seconds >= fresh) {
    return { labels: {}, from: fresh, to: Infinity };
  }
  const from = Math.floor(seconds / HOUR) * HOUR;
  const hour = new Date(from * 1000).toISOString().slice(0, 13);
  return { labels: { late: 'true', hour }, from, to: Math.min(from + HOUR, fresh) };
}
