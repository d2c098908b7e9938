import { narrowed, parseRecord, queryOf } from '../../model/evidence';
import { logQuery } from '../../model/logql';
import { type WatchRecord, watchRecordSchema } from '../../model/records';
import type { LogLayout } from '../../model/log-layouts';
import type { LogEntry } from '../../model/log-entry';
import type { Coverage } from '../../model/observers';
import { readCoverage } from './coverage';
import type { LokiSource } from './loki-source';

/** What of Afterlog's is in a Loki, of the last 24 hours. */
export interface Findings {
  /** Records by kind. */
  records: ReadonlyMap<string, number>;
  /** Whether records have their structured metadata: look-ups by id rest on it. undefined where there is no record. */
  hasMetadata: boolean | undefined;
  /** The newest sign of life of `afterlog watch`. */
  watch: WatchRecord | undefined;
  /** What of the nodes is observed. */
  coverage: Coverage;
  /** The newest line of a container's log. */
  newestLine: LogEntry | undefined;
}

const DAY_MS = 86_400_000;

/** @param now milliseconds since 1970 @throws LokiFailure */
export async function selfCheck(loki: LokiSource, now: number): Promise<Findings> {
  const span = { from: now - DAY_MS, to: now };
  const all = narrowed(loki.recordSelector, 'record=~".+"');
  const { signal } = new AbortController();
  const [counts, [record], watches, newest, coverage] = await Promise.all([
    loki.vector(`sum by (record) (count_over_time(${all} [24h]))`, now),
    loki.newest(queryOf({ kind: 'containers', metadata: {} }, loki.recordSelector), span, 1),
    loki.newest(queryOf({ kind: 'watches', metadata: {} }, loki.recordSelector), span, 1),
    loki.newest(linesQuery(loki.logs), span, 1),
    readCoverage(loki, {}, span, signal),
  ]);
  return {
    records: new Map(counts.map(({ labels, value }) => [labels.record ?? '', value])),
    hasMetadata: record && record.fields.id !== undefined,
    watch: watches.map(({ line }) => parseRecord(line, watchRecordSchema))[0],
    newestLine: newest[0],
    coverage,
  };
}

/** All lines of containers' logs. */
function linesQuery({ preset, namespace, container, pod, podIs }: LogLayout): string {
  const labels = { [namespace]: /.+/, [container]: /.+/ };
  if (preset === 'afterlog') {
    return logQuery({ ...labels, workload: /.+/ });
  }
  return podIs === 'label' ? logQuery({ ...labels, [pod]: /.+/ }) : logQuery(labels, { [pod]: /.+/ });
}
