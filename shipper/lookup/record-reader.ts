import type * as z from 'zod';
import { type Identified, LatestRecords, RECORD_SERVICE } from '../../model/records';
import { type LabelMatches, logQuery, quote } from '../../model/logql';
import { newestEntry, pages } from '../loki/pages';
import type { QueryClient } from '../loki/query-client';

/** Which records of a kind to read; nanoseconds since 1970, `from` inclusive, `to` exclusive. */
export interface RecordQuery {
  from: bigint;
  to: bigint;
  cluster?: string;
  /** Structured metadata that the records must have. */
  metadata?: LabelMatches;
  /** A text that must stand in the record. */
  containing?: string;
}

/** Reads records of one Loki. Of several records with one id only the newest counts. */
export class RecordReader {
  /** Lines that are no record of a version this program knows: written by a newer one, or by somebody else. */
  unreadable = 0;

  constructor(
    private readonly client: QueryClient,
    private readonly signal?: AbortSignal
  ) {}

  /** @throws LokiRefusal, LokiUnreachable, StrangeAnswer */
  async read<R extends Identified>(
    kind: string,
    schema: z.ZodType<R>,
    { from, to, cluster, metadata, containing }: RecordQuery
  ): Promise<R[]> {
    const query = textOf(kind, { cluster, metadata, containing });
    const latest = new LatestRecords<R>();
    for await (const entries of pages(this.client, { query, from, to }, 'forward', { signal: this.signal })) {
      for (const { line, ns } of entries) {
        const record = parseRecord(line, schema);
        if (record === undefined) {
          this.unreadable++;
        } else {
          latest.add(record, ns);
        }
      }
    }
    return latest.all();
  }

  /** The newest record that matches; undefined where there is none, or none that can be read. @throws as `read` */
  async newest<R>(kind: string, schema: z.ZodType<R>, { from, to, ...matches }: RecordQuery): Promise<R | undefined> {
    const entry = await newestEntry(this.client, { query: textOf(kind, matches), from, to });
    return entry && parseRecord(entry.line, schema);
  }
}

/** The line filter stands first: it is what Loki can do without looking at the metadata. */
function textOf(kind: string, { cluster, metadata = {}, containing }: Omit<RecordQuery, 'from' | 'to'>): string {
  const [selector = '', ...rest] = logQuery({ service_name: RECORD_SERVICE, record: kind, cluster }, metadata).split(
    ' | '
  );
  return [`${selector}${containing === undefined ? '' : ` |= ${quote(containing)}`}`, ...rest].join(' | ');
}

function parseRecord<R>(line: string, schema: z.ZodType<R>): R | undefined {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return undefined; // counted by the caller
  }
  const record = schema.safeParse(json);
  return record.success ? record.data : undefined;
}
