import type { Stream } from '../../storage/stream-index';
import type { LogExpr } from '../syntax/ast';
import type { CategorizedLabels } from '../rows/entry-labels';
import { compileSelector } from '../matching/matcher';
import { Pipeline } from '../pipeline/pipeline';
import type { QueryContext } from '../pipeline/query-context';
import { TopRows } from './top-rows';

/** A log query over [from, until), nanoseconds since 1970. */
export interface LogQuery {
  expr: LogExpr;
  from: bigint;
  until: bigint;
  limit: number;
  forward: boolean;
  /** Answers only entries that are at least so far apart, nanoseconds; 0: all. */
  interval: bigint;
}

export interface LogRow {
  time: bigint;
  line: string;
  labels: CategorizedLabels;
}

/**
 * The first `limit` entries in the direction asked for, over all streams that match.
 *
 * The streams are read one after the other, each no further than it can still contribute: what is past the worst of a
 * full result ends the reading. So the newest (or oldest) streams go first, and no more than one is open at a time.
 */
export async function runLogQuery(context: QueryContext, query: LogQuery): Promise<LogRow[]> {
  const matches = compileSelector(query.expr.matchers);
  const pipeline = new Pipeline(query.expr.stages);
  const { from, until, forward } = query;
  const streams = context.storage.streams.within(from, until).filter(({ labels }) => matches(labels));
  const top = new TopRows<LogRow>(query.limit, forward, (bytes) => context.hold(bytes), heldBy);
  for (const stream of inReach(streams, forward)) {
    await readStream(context, stream, query, pipeline, top);
  }
  const rows = top.sorted();
  return query.interval > 0n ? thinOut(rows, query.interval) : rows;
}

/** Bytes that a row takes until its answer is sent, where the line is there a second time. */
function heldBy({ line }: LogRow): number {
  return 400 + 4 * line.length;
}

async function readStream(
  context: QueryContext,
  stream: Stream,
  { from, until, forward }: LogQuery,
  pipeline: Pipeline,
  top: TopRows<LogRow>
): Promise<void> {
  for await (const entries of context.storage.scan(stream, { from, until }, !forward)) {
    context.check();
    for (const entry of entries) {
      if (!top.wants(entry.time)) {
        return;
      }
      context.count(entry);
      const row = pipeline.process(stream, entry);
      if (row) {
        context.matched++;
        top.add({ time: row.time, line: row.line, labels: row.labels.result() });
      }
    }
  }
}

function inReach(streams: Stream[], forward: boolean): Stream[] {
  return forward
    ? streams.sort((a, b) => (a.oldest < b.oldest ? -1 : a.oldest > b.oldest ? 1 : 0))
    : streams.sort((a, b) => (a.newest > b.newest ? -1 : a.newest < b.newest ? 1 : 0));
}

function thinOut(rows: LogRow[], interval: bigint): LogRow[] {
  let last: bigint | undefined;
  return rows.filter(({ time }) => {
    const distance = last === undefined ? interval : time > last ? time - last : last - time;
    if (distance < interval) {
      return false;
    }
    last = time;
    return true;
  });
}
