import { CoreApp, type DataFrame, type DataQueryRequest, dateTime } from '@grafana/data';
import { getDataSourceSrv } from '@grafana/runtime';
import type { DataQuery } from '@grafana/schema';
import { from, lastValueFrom } from 'rxjs';
import { PLUGIN_ID } from '../paths';
import { type Entry, entriesOf, sumOf } from './log-frames';

/** Milliseconds since 1970, `to` exclusive: the data source knows nothing finer. */
export interface Span {
  from: number;
  to: number;
}

/** What Grafana's Loki data source understands of a query. */
interface LokiQuery extends DataQuery {
  expr: string;
  queryType: 'range' | 'instant';
  maxLines?: number;
  direction?: 'backward' | 'forward';
}

/** Why Loki, or the way to it, gave no answer. */
export class LokiFailure extends Error {}

/** Loki as this plugin asks it: through Grafana's data source, which has the address and the rights. */
export class LokiSource {
  constructor(private readonly uid: string) {}

  /** The newest `limit` entries of a span, oldest first. @throws LokiFailure */
  async newest(expr: string, span: Span, limit: number): Promise<Entry[]> {
    const query = { refId: 'lines', expr, queryType: 'range', maxLines: limit, direction: 'backward' } as const;
    return entriesOf(await this.frames(query, span)).slice(-limit);
  }

  /** The sum over an instant metric query's series at the end of the span. @throws LokiFailure */
  async count(expr: string, span: Span): Promise<number> {
    return sumOf(await this.frames({ refId: 'count', expr, queryType: 'instant' }, span));
  }

  private async frames(query: LokiQuery, span: Span): Promise<DataFrame[]> {
    try {
      const loki = await getDataSourceSrv().get({ uid: this.uid });
      // A long span is asked for piece by piece; each answer holds all that came so far, the last one everything.
      const { data, errors } = await lastValueFrom(from(loki.query(requestFor(query, span))));
      const failure = errors?.[0];
      if (failure !== undefined) {
        throw new LokiFailure(failure.message ?? failure.data?.message ?? failure.statusText ?? 'the query failed');
      }
      return data;
    } catch (reason) {
      throw reason instanceof LokiFailure ? reason : new LokiFailure(messageOf(reason), { cause: reason });
    }
  }
}

/** Grafana cancels a request when another one comes with its id. */
let requests = 0;

function requestFor(query: LokiQuery, span: Span): DataQueryRequest<LokiQuery> {
  const [start, end] = [dateTime(span.from), dateTime(span.to)];
  return {
    requestId: `${PLUGIN_ID}-${++requests}`,
    targets: [query],
    range: { from: start, to: end, raw: { from: start, to: end } },
    interval: '1m',
    intervalMs: 60_000,
    scopedVars: {},
    timezone: 'utc',
    app: CoreApp.Unknown,
    startTime: Date.now(),
  };
}

function messageOf(reason: unknown): string {
  if (reason instanceof Error) {
    return reason.message;
  }
  // Grafana rejects with what its server answered.
  const data = typeof reason === 'object' && reason !== null && 'data' in reason ? reason.data : reason;
  return typeof data === 'object' && data !== null && 'message' in data ? String(data.message) : String(reason);
}
