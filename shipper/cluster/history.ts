import { RECORD_SERVICE, type WatchRecord, watchRecordSchema } from '../../model/records';
import { logQuery } from '../../model/logql';
import type { QueryClient } from '../loki/query-client';

const SECOND = 1_000_000_000n;
const A_DAY = 24n * 3600n * SECOND;
/** Clocks differ: what was written last may bear a time to come. */
const AHEAD = 600n * SECOND;

/** A query for the records of one kind; `final` of those that have it, or that have it not. */
export function recordQuery(kind: string, cluster: string, final?: boolean): string {
  const metadata = final === undefined ? {} : { final: final ? 'true' : '' };
  return logQuery({ service_name: RECORD_SERVICE, record: kind, cluster }, metadata);
}

/**
 * How far the last watch of this cluster had come; undefined where there was none within a day.
 *
 * @param now nanoseconds since 1970
 * @throws as QueryClient.page
 */
export async function lastWatch(
  loki: QueryClient,
  cluster: string,
  now: bigint,
  signal: AbortSignal
): Promise<WatchRecord | undefined> {
  const range = { query: recordQuery('watch', cluster), from: now - A_DAY, to: now + AHEAD };
  const { entries } = await loki.page(range, 'backward', 1, signal);
  const record = watchRecordSchema.safeParse(parsed(entries[0]?.line ?? ''));
  return record.success ? record.data : undefined;
}

/** @returns undefined for what is no JSON */
export function parsed(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}
