import { LokiFailure } from './query-frames';

/** Loki's default for the entries of one answer (`max_entries_limit_per_query`). */
export const ENTRIES_PER_QUERY = 5000;

/** Loki names its limit when it refuses a query that asks for more. @throws the failure where it is another one */
export function lowerLimit(failure: unknown, limit: number): number {
  const reported =
    failure instanceof LokiFailure ? /max entries limit.*\(\d+ > (\d+)\)/.exec(failure.message)?.[1] : undefined;
  const lower = Number(reported);
  if (!(lower > 0 && lower < limit)) {
    throw failure;
  }
  return lower;
}
