import {
  type DataFrame,
  type DataQueryRequest,
  type DataQueryResponse,
  DataSourceApi,
  type DataSourceInstanceSettings,
  getDefaultTimeRange,
  LoadingState,
  type TimeRange,
} from '@grafana/data';
import { config, getBackendSrv, getTemplateSrv } from '@grafana/runtime';
import type { DataQuery } from '@grafana/schema';
import { lastValueFrom, map, merge, Observable, scan, Subject, takeUntil } from 'rxjs';
import * as z from 'zod';
import { errorText } from '../../../../model/error-text';
import { lokiAnswer, type LokiResult, type Point, type Series, type Stream } from './answers';
import { logFrame, metricFrames, progressFrame, tableFrame } from './frames';
import { inQuery, interpolate, lokiQuery, type LokiQuery, piecesOf, type Span, spanOf, stepOf } from './query';

const wrapped = z.object({ data: z.unknown() });

/**
 * Answers as Grafana's own Loki data source does, over Loki's HTTP API: the same requests, layouts of frames, pieces of
 * long ranges with an answer after each, errors inside the answer. Grafana keeps its own in its application, not in a
 * package.
 */
export class LokiDataSource extends DataSourceApi<DataQuery> {
  private readonly url: string;

  constructor(settings: DataSourceInstanceSettings) {
    super(settings);
    this.url = `${settings.url}/loki/api/v1`;
  }

  query(request: DataQueryRequest): Observable<DataQueryResponse> {
    const queries = request.targets
      .map((target) => lokiQuery.parse(target))
      .filter(({ hide, expr }) => !hide && expr)
      .map((query) => ({ ...query, expr: getTemplateSrv().replace(query.expr, request.scopedVars, inQuery) }));
    const answers = queries.map((query) => this.answerTo(query, request).pipe(map((answer) => ({ query, answer }))));
    return merge(...answers).pipe(
      scan((all, { query, answer }) => all.set(query.refId, answer), new Map<string, DataQueryResponse>()),
      map((all) => combined([...all.values()], all.size === queries.length))
    );
  }

  /** Any path of Loki's API, as it answers. @param path without a slash at its beginning */
  async getResource<T = unknown>(path: string, params: Record<string, unknown> = {}): Promise<T> {
    if (path.startsWith('/')) {
      throw new Error(`invalid resource URL: ${path}`);
    }
    return getBackendSrv().get(`${this.url}/${path}`, params);
  }

  /** What is in the answer's `data`. */
  async metadataRequest(path: string, params: Record<string, unknown> = {}): Promise<unknown> {
    return wrapped.parse(await this.getResource(path, params)).data;
  }

  override readonly languageProvider = {
    fetchLabels: (options: { timeRange?: TimeRange } = {}) => this.metadataRequest('labels', nsOf(options.timeRange)),
    fetchLabelValues: (name: string, options: { timeRange?: TimeRange; streamSelector?: string } = {}) =>
      this.metadataRequest(`label/${encodeURIComponent(name)}/values`, {
        ...nsOf(options.timeRange),
        ...(options.streamSelector !== undefined && { query: options.streamSelector }),
      }),
  };

  async testDatasource(): Promise<{ status: string; message: string }> {
    await this.getResource('labels');
    return { status: 'success', message: 'Data source successfully connected.' };
  }

  /** One answer after each piece of the range, each with all that came so far. */
  private answerTo(query: LokiQuery, { range, intervalMs }: DataQueryRequest): Observable<DataQueryResponse> {
    const whole = spanOf(range);
    const step = stepOf(whole, intervalMs, query.step);
    return new Observable((subscriber) => {
      const left = new Subject<void>();
      const run = async () => {
        const pieces = piecesOf(query, whole);
        const results: LokiResult[] = [];
        for (const [i, piece] of pieces.entries()) {
          const missing = query.maxLines - entriesIn(results);
          if (missing > 0) {
            results.push(await this.ask({ ...query, maxLines: missing }, piece, step, left));
          }
          const isLast = i === pieces.length - 1;
          const data = framesOf(results, query, !isLast);
          subscriber.next({ data, state: isLast ? LoadingState.Done : LoadingState.Streaming });
        }
      };
      run().then(
        () => subscriber.complete(),
        (reason) => {
          subscriber.next({ data: [], errors: [errorOf(reason, query)], state: LoadingState.Error });
          subscriber.complete();
        }
      );
      return () => left.next();
    });
  }

  /** @param left says that nobody waits any longer */
  private async ask(query: LokiQuery, { from, to }: Span, step: number, left: Subject<void>): Promise<LokiResult> {
    const expr = interpolate(query.expr, { from, to }, step);
    const [path, params] =
      query.queryType === 'instant'
        ? ['query', { query: expr, time: nanoseconds(to) }]
        : [
            'query_range',
            {
              ...{ query: expr, start: nanoseconds(from), end: nanoseconds(to), direction: query.direction },
              ...{ step: `${step}ms`, limit: query.maxLines },
            },
          ];
    const headers = { 'X-Loki-Response-Encoding-Flags': 'categorize-labels' };
    const answer = getBackendSrv().fetch({ url: `${this.url}/${path}`, params, headers });
    return lokiAnswer.parse((await lastValueFrom(answer.pipe(takeUntil(left)))).data).data;
  }
}

const nanoseconds = (ms: number) => `${Math.round(ms)}000000`;

function nsOf(range: TimeRange = getDefaultTimeRange()): { start: string; end: string } {
  const { from, to } = spanOf(range);
  return { start: nanoseconds(from), end: nanoseconds(to) };
}

const entriesIn = (results: readonly LokiResult[]) =>
  results.reduce(
    (sum, answer) =>
      sum + (answer.resultType === 'streams' ? answer.result.reduce((n, { values }) => n + values.length, 0) : 0),
    0
  );

function framesOf(results: readonly LokiResult[], query: LokiQuery, isPart: boolean): DataFrame[] {
  const streams: Stream[] = [];
  const series: Series[] = [];
  const points: Point[] = [];
  let isLog = false;
  for (const answer of results) {
    switch (answer.resultType) {
      case 'streams':
        isLog = true;
        streams.push(...answer.result);
        break;
      case 'matrix':
        series.push(...answer.result);
        break;
      case 'vector':
        points.push(...answer.result);
        break;
      case 'scalar':
        points.push({ metric: {}, value: answer.result });
    }
  }
  if (isLog) {
    return [logFrame(streams, query, config.featureToggles.lokiLogsDataplane === true)];
  }
  const metrics = metricFrames(joined(series), query);
  return [...metrics, ...tableFrame(points, query), ...(isPart ? [progressFrame()] : [])];
}

/** Series of several pieces of a range, newest piece first, as one of each metric. */
function joined(series: readonly Series[]): Series[] {
  const byMetric = new Map<string, Series>();
  for (const { metric, values } of series) {
    const key = JSON.stringify(Object.entries(metric).sort());
    byMetric.set(key, { metric, values: [...values, ...(byMetric.get(key)?.values ?? [])] });
  }
  return [...byMetric.values()];
}

function combined(answers: readonly DataQueryResponse[], areAll: boolean): DataQueryResponse {
  const errors = answers.flatMap((answer) => answer.errors ?? []);
  const isDone = areAll && answers.every(({ state }) => state !== LoadingState.Streaming);
  const end = errors.length > 0 ? LoadingState.Error : LoadingState.Done;
  return {
    data: answers.flatMap(({ data }) => data),
    state: isDone ? end : LoadingState.Streaming,
    ...(errors.length > 0 && { errors }),
  };
}

const failure = z.object({ status: z.number(), data: z.object({ message: z.string() }) });

function errorOf(reason: unknown, { refId }: LokiQuery) {
  const { data } = failure.safeParse(reason);
  const message = data?.data.message ?? errorText(reason);
  return { refId, message: message.trim(), status: data?.status ?? 500 };
}
