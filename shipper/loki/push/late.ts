/**
 * Into which stream an entry of some age goes, log line or record. Loki refuses what is an hour behind its stream's newest
 * entry (`max_chunk_age` / 2; grafana/loki v3.7 `pkg/ingester/stream.go`), and a stream is shared by all nodes. So late
 * entries go to streams of the hour that they belong to: inside one hour nothing can be too far behind, in whatever order
 * nodes send.
 */

export const HOUR_SECONDS = 3600;

/** What is older than this goes to a late stream. Ten minutes are left for clocks that differ: Loki takes nothing newer. */
export const LATE_AFTER_SECONDS = 50 * 60;

/** The labels that a late stream has besides its own; `seconds` since 1970 of an entry in it. */
export function lateLabels(seconds: number): { late: 'true'; hour: string } {
  return { late: 'true', hour: new Date(hourOf(seconds) * 1000).toISOString().slice(0, 13) };
}

/** When the entry's hour began; both in seconds since 1970. */
export const hourOf = (seconds: number) => Math.floor(seconds / HOUR_SECONDS) * HOUR_SECONDS;
