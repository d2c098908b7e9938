import { type LabelMatches, matchersOf } from '../../model/logql';
import { type ContainerRecord, containerRecordSchema } from '../../model/records';
import type { LokiSource, Span } from './loki-source';
import { latestOf } from './parse-record';
import { recordQuery } from './record-query';

/** The most that Loki gives in one answer where nobody raised its limit. */
export const MOST_ENTRIES = 5000;

export interface RecordsFound {
  records: ContainerRecord[];
  /** Loki gave as many as it may: there may be older ones. */
  isPart: boolean;
}

/** The newest container record of each container run with this metadata, newest run first. @throws LokiFailure */
export async function containerRecords(loki: LokiSource, metadata: LabelMatches, span: Span): Promise<RecordsFound> {
  const query = recordQuery(loki.recordSelector, 'container', ...matchersOf(metadata));
  const entries = await loki.newest(query, span, MOST_ENTRIES);
  const latest = latestOf(entries, containerRecordSchema);
  const records = latest.sort((a, b) => -compare(a.firstTime ?? '', b.firstTime ?? ''));
  return { records, isPart: entries.length >= MOST_ENTRIES };
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
