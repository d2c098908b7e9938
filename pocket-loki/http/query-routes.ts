import type { Limits } from '../limits';
import { runLogQuery } from '../logql/log-query';
import { parseQuery } from '../logql/parse';
import { QueryContext } from '../logql/query-context';
import { badRequest } from '../request-error';
import type { LogStorage } from '../storage/log-storage';
import { queryAnswer, streamsOf } from './answers';
import type { Request, Routes } from './router';

/** `query_range` and `query`. */
export function queryRoutes(storage: LogStorage, limits: Limits): Routes {
  return {
    '/loki/api/v1/query_range': { GET: queryRange, POST: queryRange },
  };

  async function queryRange({ params, categorize, signal }: Request): Promise<object> {
    const expr = parseQuery(params.text('query') ?? '');
    const { from, until } = params.range();
    const context = new QueryContext(storage, limits, signal);
    params.step({ from, until });
    if (expr.kind !== 'log') {
      throw badRequest('metric queries are not supported');
    }
    const query = {
      expr,
      from,
      until,
      limit: params.limit(limits),
      forward: params.forward(),
      interval: params.duration('interval') ?? 0n,
    };
    const rows = await runLogQuery(context, query);
    return queryAnswer('streams', streamsOf(rows, { categorize }), { categorize }, context, rows.length);
  }
}
