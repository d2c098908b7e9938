import { nanoseconds } from '../common/go-time';
import type { Limits } from '../common/limits';
import { runLogQuery } from '../logql/logs/log-query';
import { alignedSteps, runInstantQuery, runRangeQuery } from '../logql/metrics/metric-query';
import { parseQuery } from '../logql/syntax/parse';
import { QueryContext } from '../logql/pipeline/query-context';
import { badRequest } from '../common/request-error';
import type { LogReader } from '../storage/log-reader';
import { queryAnswer, streamsOf } from './answers';
import type { Request, Routes } from './router';

/** `query_range` and `query`. */
export function queryRoutes(storage: LogReader, limits: Limits, now: () => number): Routes {
  return {
    '/loki/api/v1/query_range': { GET: queryRange, POST: queryRange },
    '/loki/api/v1/query': { GET: instantQuery, POST: instantQuery },
  };

  async function queryRange({ params, categorize, signal }: Request): Promise<object> {
    const expr = parseQuery(params.text('query') ?? '');
    const { from, until } = params.range();
    limitRange(until - from, limits);
    const step = params.step({ from, until });
    const context = new QueryContext(storage, limits, signal);
    if (expr.kind !== 'log') {
      const matrix = await runRangeQuery(context, expr, alignedSteps(from, until, step));
      return queryAnswer('matrix', matrix, { categorize }, context, matrix.length);
    }
    const limit = params.limit(limits);
    const interval = params.duration('interval') ?? 0n;
    const rows = await runLogQuery(context, { expr, from, until, limit, forward: params.forward(), interval });
    return queryAnswer('streams', streamsOf(rows, { categorize }), { categorize }, context, rows.length);
  }

  async function instantQuery({ params, categorize, signal }: Request): Promise<object> {
    const expr = parseQuery(params.text('query') ?? '');
    if (expr.kind === 'log') {
      throw badRequest(
        'log queries are not supported as an instant query type, please change your query to a range query type'
      );
    }
    const context = new QueryContext(storage, limits, signal);
    const { resultType, result } = await runInstantQuery(context, expr, params.time('time') ?? nanoseconds(now()));
    return queryAnswer(resultType, result, { categorize }, context, resultType === 'vector' ? result.length : 1);
  }
}

function limitRange(range: bigint, { maxQueryLength }: Limits): void {
  if (maxQueryLength > 0 && range > nanoseconds(maxQueryLength)) {
    const hours = (ns: bigint) => `${Number(ns / 1_000_000n) / 3_600_000}h`;
    throw badRequest(
      `the query time range exceeds the limit (query length: ${hours(range)}, limit: ${hours(nanoseconds(maxQueryLength))})`
    );
  }
}
