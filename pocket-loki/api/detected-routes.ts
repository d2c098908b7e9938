import type { Limits } from '../common/limits';
import { type LogRow, runLogQuery } from '../logql/logs/log-query';
import { parseQuery } from '../logql/syntax/parse';
import { QueryContext } from '../logql/pipeline/query-context';
import { badRequest } from '../common/request-error';
import type { LogReader } from '../storage/log-reader';
import { detectFields } from './detected-fields';
import type { Request, Routes } from './router';

const defaultLimit = 1000;
const defaultLineLimit = 100;

/** What fields the newest lines have: `detected_fields`, `detected_field/<name>/values`. */
export function detectedRoutes(storage: LogReader, limits: Limits): Routes {
  return {
    '/loki/api/v1/detected_fields': { GET: fields, POST: fields },
    '/loki/api/v1/detected_field/*/values': { GET: values, POST: values },
  };

  async function fields(request: Request): Promise<object> {
    const limit = request.params.integer('limit', defaultLimit);
    const found = detectFields(await newest(request), limit);
    if (found.length === 0) {
      return {};
    }
    return {
      fields: found.map(({ label, type, values: { size }, parsers, jsonPath }) => ({
        label,
        type,
        cardinality: size,
        parsers: parsers.size === 0 ? null : [...parsers],
        ...(jsonPath && { jsonPath }),
      })),
      limit,
    };
  }

  async function values(request: Request): Promise<object> {
    const limit = request.params.integer('limit', defaultLimit);
    const [name] = request.path;
    const field = detectFields(await newest(request), Infinity).find(({ label }) => label === name);
    return field ? { values: [...field.values].slice(0, limit), limit } : {};
  }

  function newest({ params, signal }: Request): Promise<LogRow[]> {
    const expr = parseQuery(params.text('query') ?? '');
    if (expr.kind !== 'log') {
      throw badRequest('only log selector is supported');
    }
    const limit = Math.min(params.integer('line_limit', defaultLineLimit), limits.maxEntriesPerQuery);
    const { from, until } = params.range();
    const context = new QueryContext(storage, limits, signal);
    return runLogQuery(context, { expr, from, until, limit, forward: false, interval: 0n });
  }
}
