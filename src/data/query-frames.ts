import { CoreApp, type DataFrame, type DataQueryError, type DataQueryRequest, dateTime } from '@grafana/data';
import { getDataSourceSrv } from '@grafana/runtime';
import type { DataQuery } from '@grafana/schema';
import { from, lastValueFrom, Observable, takeUntil } from 'rxjs';
import * as z from 'zod';
import { PLUGIN_ID } from '../shared/paths';
import type { Span } from '../../model/evidence';

/** Why Loki, or the way to it, gave no answer. */
export class LokiFailure extends Error {}

/** What Grafana's Loki data source understands of a query. */
export interface LokiQuery extends DataQuery {
  expr: string;
  queryType: 'range';
  maxLines?: number;
  direction?: 'backward' | 'forward';
  /** Of a metric query, as `60000ms`. */
  step?: string;
}

/**
 * Asks a data source of Grafana's for the frames of one query. A long span is asked for piece by piece by the data
 * source; each of its answers holds all that came so far, the last one everything.
 *
 * @throws LokiFailure, or the signal's reason
 */
export async function queryFrames(
  uid: string,
  query: LokiQuery,
  span: Span,
  signal?: AbortSignal
): Promise<DataFrame[]> {
  signal?.throwIfAborted();
  try {
    const loki = await getDataSourceSrv().get({ uid });
    const answers = from(loki.query(requestFor(query, span)));
    // To unsubscribe is what ends the request inside Grafana.
    const answer = await lastValueFrom(answers.pipe(takeUntil(abortOf(signal))));
    const failure = failureOf(answer);
    if (failure !== undefined) {
      throw new LokiFailure(failure.message ?? failure.data?.message ?? failure.statusText ?? 'the query failed');
    }
    return answer.data;
  } catch (reason) {
    signal?.throwIfAborted();
    throw reason instanceof LokiFailure ? reason : new LokiFailure(messageOf(reason), { cause: reason });
  }
}

interface ResourceSource {
  getResource(path: string, params?: Record<string, unknown>): Promise<unknown>;
}

/** Data sources with a backend hand its resources on: of Loki, whatever its HTTP API has on labels. */
const hasResources = (source: object): source is ResourceSource =>
  'getResource' in source && typeof source.getResource === 'function';
const labelAnswer = z.object({ data: z.array(z.string()).nullish() });

/**
 * The values that a label has in the streams of a selector; undefined where the data source cannot say.
 *
 * @throws LokiFailure, or the signal's reason
 */
export async function labelValues(
  uid: string,
  label: string,
  selector: string,
  span: Span,
  signal?: AbortSignal
): Promise<string[] | undefined> {
  signal?.throwIfAborted();
  try {
    const loki = await getDataSourceSrv().get({ uid });
    if (!hasResources(loki)) {
      return undefined;
    }
    const times = { start: span.from * 1_000_000, end: span.to * 1_000_000 };
    const answer = await loki.getResource(`label/${encodeURIComponent(label)}/values`, { query: selector, ...times });
    signal?.throwIfAborted();
    return labelAnswer.parse(answer).data ?? [];
  } catch (reason) {
    signal?.throwIfAborted();
    throw new LokiFailure(messageOf(reason), { cause: reason });
  }
}

/** A refusal by Grafana itself comes as `error`, one by Loki as `errors`. */
const failureOf = ({ errors, error }: { errors?: DataQueryError[]; error?: DataQueryError }) => errors?.[0] ?? error;

const abortOf = (signal: AbortSignal | undefined) =>
  new Observable<void>((subscriber) => {
    const abort = () => subscriber.next();
    signal?.addEventListener('abort', abort);
    return () => signal?.removeEventListener('abort', abort);
  });

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
