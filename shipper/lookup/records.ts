import { type ContainerRecord, containerRecordSchema, LatestRecords, RECORD_SERVICE } from '../../model/records';
import { type LabelMatches, logQuery } from '../../model/logql';
import { pages } from '../loki/pages';
import type { QueryClient } from '../loki/query-client';
import type { TimeWindow } from './time-window';

export interface RecordSearch {
  query: string;
  records: ContainerRecord[];
  /** Records that this version cannot read. */
  strange: number;
}

export const recordQuery = (metadata: LabelMatches, cluster?: string): string =>
  logQuery({ service_name: RECORD_SERVICE, record: 'container', cluster }, metadata);

/**
 * The newest record of each container run that matches. A record is written when a container ends or its log
 * goes, so the search goes on until now, even where the lines asked for are older. The newest come first.
 *
 * @param enough with so many container runs found, the rest need not be read
 */
export async function findRecords(
  client: QueryClient,
  metadata: LabelMatches,
  { cluster, window, enough }: { cluster?: string; window: TimeWindow; enough?: (runs: number) => boolean }
): Promise<RecordSearch> {
  const query = recordQuery(metadata, cluster);
  const latest = new LatestRecords<ContainerRecord>();
  let strange = 0;
  for await (const page of pages(client, { query, from: window.from, to: window.recordsTo }, 'backward')) {
    for (const entry of page) {
      const record = parse(entry.line);
      if (record === undefined) {
        strange++;
      } else {
        latest.add(record, entry.ns);
      }
    }
    if (enough?.(latest.size)) {
      break;
    }
  }
  return { query, strange, records: latest.all().sort(byStart) };
}

function byStart(a: ContainerRecord, b: ContainerRecord): number {
  const [first, second] = [a.firstTime ?? '', b.firstTime ?? ''];
  return first < second ? -1 : first > second ? 1 : a.restart - b.restart;
}

function parse(line: string): ContainerRecord | undefined {
  try {
    return containerRecordSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined; // Counted as strange: somebody else writes into these streams.
  }
}
