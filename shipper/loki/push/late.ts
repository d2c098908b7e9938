/** Into which stream a record goes, and under which time: pure, so that Loki's rules on time can be tested alone. */

const MINUTE = 60_000_000_000n;

/**
 * Loki drops what is more than an hour older than the newest entry of its stream (`max_chunk_age` / 2). What is nearly
 * so late when it is sent must not meet a newer one: it goes to a stream of its hour, where nothing can be an hour
 * older than anything else, whoever writes there in whatever order. A quarter of an hour is left for writers whose
 * clocks differ.
 */
const LATE_AFTER = 45n * MINUTE;
/** `reject_old_samples_max_age` (7 d), `creation_grace_period` (10 min): reference/loki.md §1.7, less a margin. */
const OLDEST = 7n * 24n * 60n * MINUTE - 10n * MINUTE;
const NEWEST = 5n * MINUTE;

export interface Place {
  /** Labels besides those of the lane: none, or `late` and the hour. */
  late: { late: 'true'; hour: string } | undefined;
  timestamp: bigint;
}

/** @param timestamp,now nanoseconds since 1970 */
export function placeOf(timestamp: bigint, now: bigint): Place {
  const time = timestamp < now - OLDEST ? now - OLDEST : timestamp > now + NEWEST ? now : timestamp;
  if (time > now - LATE_AFTER) {
    return { late: undefined, timestamp: time };
  }
  return {
    late: { late: 'true', hour: new Date(Number(time / 1_000_000n)).toISOString().slice(0, 13) },
    timestamp: time,
  };
}
