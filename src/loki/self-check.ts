import { RECORD_SERVICE } from '../../model/records';
import type { Entry } from './log-frames';
import { logQuery } from '../../model/logql';
import type { LokiSource } from './loki-source';

/** What of Afterlog's is in a Loki. */
export interface Findings {
  /** Ledgers written in the last 24 hours. */
  containerRecords: number;
  /** The newest line of a container's log in that time. */
  newestLine: Entry | undefined;
}

const DAY_MS = 86_400_000;

/** @param now milliseconds since 1970 @throws LokiFailure */
export async function selfCheck(loki: LokiSource, now: number): Promise<Findings> {
  const span = { from: now - DAY_MS, to: now };
  const records = logQuery({ service_name: RECORD_SERVICE, record: 'container' });
  const lines = logQuery({ namespace: /.+/, container: /.+/, workload: /.+/ });
  const [containerRecords, newest] = await Promise.all([
    loki.count(`sum(count_over_time(${records} [24h]))`, span),
    loki.newest(lines, span, 1),
  ]);
  return { containerRecords, newestLine: newest[0] };
}
