import type { LogRow } from '../logql/logs/log-query';
import { mergeLabels } from '../logql/rows/entry-labels';
import type { QueryContext } from '../logql/pipeline/query-context';
import { type Labels, labelsObject, labelsText } from '../common/labels';

/** The form of Loki's answers to queries. */

export interface Encoding {
  /** Labels of entries apart by where they come from: `X-Loki-Response-Encoding-Flags: categorize-labels`. */
  categorize: boolean;
}

type Value = [time: string, line: string] | [time: string, line: string, labels: object];

export interface StreamAnswer {
  stream: Record<string, string>;
  values: Value[];
}

/** Rows by their labels, in the order of the labels; the rows of each keep their order. */
export function streamsOf(rows: readonly LogRow[], { categorize }: Encoding): StreamAnswer[] {
  const streams = new Map<string, StreamAnswer>();
  for (const row of rows) {
    const labels: Labels = categorize ? row.labels.stream : mergeLabels(row.labels);
    const key = labelsText(labels);
    const stream = streams.get(key) ?? { stream: labelsObject(labels), values: [] };
    streams.set(key, stream);
    stream.values.push(categorize ? [`${row.time}`, row.line, categoriesOf(row)] : [`${row.time}`, row.line]);
  }
  return [...streams].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, stream]) => stream);
}

function categoriesOf({ labels: { metadata, parsed } }: LogRow): object {
  return {
    ...(metadata.size > 0 && { structuredMetadata: labelsObject(metadata) }),
    ...(parsed.size > 0 && { parsed: labelsObject(parsed) }),
  };
}

export function queryAnswer(
  resultType: 'streams' | 'matrix' | 'vector' | 'scalar',
  result: unknown,
  { categorize }: Encoding,
  context: QueryContext,
  entries: number
): object {
  const flags = categorize && resultType === 'streams' ? { encodingFlags: ['categorize-labels'] } : {};
  return { status: 'success', data: { resultType, ...flags, result, stats: statsOf(context, entries) } };
}

/** The parts of Loki's statistics that mean something here. */
function statsOf(context: QueryContext, totalEntriesReturned: number): object {
  const { seconds } = context;
  const bytes = context.bytes + context.metadataBytes;
  return {
    summary: {
      bytesProcessedPerSecond: Math.round(bytes / seconds),
      linesProcessedPerSecond: Math.round(context.lines / seconds),
      totalBytesProcessed: bytes,
      totalLinesProcessed: context.lines,
      execTime: seconds,
      queueTime: 0,
      subqueries: 0,
      totalEntriesReturned,
      splits: 0,
      shards: 0,
      totalPostFilterLines: context.matched,
      totalStructuredMetadataBytesProcessed: context.metadataBytes,
    },
    querier: {},
    ingester: {},
    cache: {},
    index: {},
  };
}
