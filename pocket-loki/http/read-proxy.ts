import { readPaths } from '../api/read-routes';
import { type Handler, type Routes, TextAnswer } from '../api/router';
import type { QueryPool } from '../query/query-pool';

/** The routes that read the log, served by the query processes. */
export function proxiedReadRoutes(pool: QueryPool): Routes {
  return Object.fromEntries(readPaths.map((path) => [path, { GET: handlerOf(path), POST: handlerOf(path) }]));

  function handlerOf(route: string): Handler {
    return async ({ path, query, categorize, signal }) => {
      const result = await pool.run({ kind: 'request', route, path, query, categorize }, signal);
      return new TextAnswer(200, result.kind === 'json' ? result.text : '', 'application/json; charset=UTF-8');
    };
  }
}
