import { parseRecord, queryOf } from '../evidence';
import type { LogEntry } from '../log-entry';
import type { LabelMatches } from '../logql';
import { type ContainerRecord, containerRecordSchema, LatestRecords, type PodRecord } from '../records';
import type { LookupScope } from './location';
import type { LokiQuestion } from './plan';
import { ID_DIGITS, type ContainerTarget } from './target';

// Which records a look-up asks for.

/** The container records with this metadata. @param ids where each is looked for, and the newest record of each is enough */
export function recordsQuestion(
  metadata: LabelMatches,
  scope: LookupScope,
  ids?: readonly ContainerTarget[]
): LokiQuestion {
  const { cluster, window, recordSelector } = scope;
  const query = queryOf({ kind: 'containers', cluster, metadata }, recordSelector);
  const isWhole = ids?.every(({ id }) => id.length === ID_DIGITS) === true;
  const isEnough = (entries: readonly LogEntry[]) =>
    latest(entries, containerRecordSchema).length >= (ids?.length ?? Infinity);
  return { query, from: window.from, to: window.recordsTo, ...(isWhole && { isEnough }) };
}

export const podsQuestion = (
  metadata: LabelMatches,
  { cluster, window, recordSelector }: LookupScope
): LokiQuestion => ({
  query: queryOf({ kind: 'pods', cluster, metadata }, recordSelector),
  from: window.from,
  to: window.recordsTo,
});

/** The record of each thing that counts. */
export function latest<R extends ContainerRecord | PodRecord>(
  entries: readonly LogEntry[],
  schema: Parameters<typeof parseRecord<R>>[1]
): R[] {
  const records = new LatestRecords<R>();
  for (const { line, ns } of entries) {
    const record = parseRecord(line, schema);
    if (record !== undefined) {
      records.add(record, ns);
    }
  }
  return records.all();
}
