import type { Params } from '../api/params';
import { labelsOf } from '../common/labels';
import type { Limits } from '../common/limits';
import { badRequest } from '../common/request-error';
import { type LogRow, runLogQuery } from '../logql/logs/log-query';
import { compileSelector } from '../logql/matching/matcher';
import { Pipeline } from '../logql/pipeline/pipeline';
import { QueryContext } from '../logql/pipeline/query-context';
import { parseQuery } from '../logql/syntax/parse';
import { decodeBlock, StoredEntry } from '../storage/block';
import type { LogReader } from '../storage/log-reader';
import type { Task } from './protocol';

/** A log query that is followed: what there is, then what is being stored. */
export class TailTask {
  private readonly expr: Extract<ReturnType<typeof parseQuery>, { kind: 'log' }>;
  private readonly matches: ReturnType<typeof compileSelector>;
  private readonly pipeline: Pipeline;
  private readonly range: { from: bigint; until: bigint };
  private readonly limit: number;

  /** @throws RequestError 400 where the query cannot be followed */
  constructor(params: Params, limits: Limits) {
    const expr = parseQuery(params.text('query') ?? '');
    if (expr.kind !== 'log') {
      throw badRequest('only log queries can be tailed');
    }
    this.expr = expr;
    this.matches = compileSelector(expr.matchers);
    this.pipeline = new Pipeline(expr.stages);
    this.range = params.range();
    this.limit = params.limit(limits);
  }

  /** What there is already, oldest first. */
  async history(log: LogReader, limits: Limits, signal: AbortSignal): Promise<LogRow[]> {
    const context = new QueryContext(log, limits, signal);
    const query = { expr: this.expr, ...this.range, limit: this.limit, forward: false, interval: 0n };
    return (await runLogQuery(context, query)).reverse();
  }

  rows(stored: Extract<Task, { kind: 'tail-rows' }>['stored']): LogRow[] {
    const rows: LogRow[] = [];
    for (const { labels: pairs, blocks } of stored) {
      const labels = labelsOf(pairs);
      if (!this.matches(labels)) {
        continue;
      }
      for (const bytes of blocks) {
        const block = decodeBlock(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
        for (let i = 0; i < block.count; i++) {
          const row = this.pipeline.process({ labels }, new StoredEntry(block, i));
          if (row) {
            rows.push({ time: row.time, line: row.line, labels: row.labels.result() });
          }
        }
      }
    }
    return rows;
  }
}
