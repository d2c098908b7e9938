import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createDataFrame,
  type DataFrame,
  type DataQueryRequest,
  type DataQueryResponse,
  DataSourceApi,
  type DataSourceInstanceSettings,
  type DataSourcePluginMeta,
  FieldType,
  PluginType,
} from '@grafana/data';
import { type DataSourceSrv, setDataSourceSrv } from '@grafana/runtime';
import { from, type Observable } from 'rxjs';
import * as z from 'zod';
import { errorText } from '../../model/error-text';
import { stream } from '../../tools/grafana-host/page/loki/answers';
import { logFrame } from '../../tools/grafana-host/page/loki/frames';
import { lokiQuery, type LokiQuery } from '../../tools/grafana-host/page/loki/query';
import { startStore, type Store } from '../../pocket-loki';

/** The layouts of the log frames that Grafana's Loki data source may answer with, by a feature toggle. */
export type Layout = 'legacy' | 'dataplane';

export type Value = [ns: bigint, line: string, metadata?: Record<string, string>];

const logAnswer = z.object({ data: z.object({ result: z.array(stream) }) });
const labels = z.record(z.string(), z.string());
const point = z.tuple([z.number(), z.string()]);
const seriesAnswer = z.object({
  data: z.object({
    resultType: z.literal('matrix'),
    result: z.array(z.object({ metric: labels, values: z.array(point) })),
  }),
});

const meta: DataSourcePluginMeta = {
  id: 'loki',
  name: 'Loki',
  type: PluginType.datasource,
  module: '',
  baseUrl: '',
  info: {
    author: { name: '' },
    description: '',
    links: [],
    logos: { large: '', small: '' },
    screenshots: [],
    updated: '',
    version: '',
  },
};
const settings: DataSourceInstanceSettings = {
  ...{ id: 1, uid: 'loki', name: 'Loki', type: 'loki', meta, readOnly: false, jsonData: {}, access: 'proxy' },
};

/** A data source as Grafana's own for Loki is one, over the embedded store: what it answers is asked of a real store. */
export class LokiDataSource extends DataSourceApi {
  layout: Layout = 'legacy';
  /** What it answers with instead, as Grafana does when Loki refuses. */
  failure: string | undefined;
  /** What was asked, in LogQL. */
  asked: string[] = [];
  /** Called with each query before it goes to the store. */
  beforeAnswer: (expr: string) => void | Promise<void> = () => undefined;

  private constructor(
    private readonly store: Store,
    private readonly dir: string
  ) {
    super(settings);
  }

  /** Starts the store and makes the data source the one that Grafana's services know, under the UID `loki`. */
  static async start(): Promise<LokiDataSource> {
    const dir = mkdtempSync(join(tmpdir(), 'afterlog-plugin-'));
    const loki = new LokiDataSource(await startStore({ dir, port: 0 }), dir);
    const services: DataSourceSrv = {
      get: async () => loki,
      getList: () => [settings],
      getInstanceSettings: (ref) => (ref === null || ref === undefined ? undefined : settings),
      reload: () => undefined,
      registerRuntimeDataSource: () => undefined,
    };
    setDataSourceSrv(services);
    return loki;
  }

  /** Of the store, for who asks it without Grafana. */
  get url(): string {
    return this.store.url;
  }

  async push(stream: Record<string, string>, values: Value[]): Promise<void> {
    const body = JSON.stringify({
      streams: [{ stream, values: values.map(([ns, line, metadata = {}]) => [`${ns}`, line, metadata]) }],
    });
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${this.store.url}/loki/api/v1/push`, { method: 'POST', body, headers });
    if (answer.status !== 204) {
      throw new Error(`push: ${answer.status} ${await answer.text()}`);
    }
  }

  query({ targets, range }: DataQueryRequest): Observable<DataQueryResponse> {
    const span = { start: `${range.from.valueOf()}000000`, end: `${range.to.valueOf()}000000` };
    return from(
      Promise.all(targets.map((target) => this.frames(lokiQuery.parse(target), span))).then(
        (frames) => ({ data: frames.flat() }),
        (reason) => ({ data: [], errors: [{ message: errorText(reason) }] })
      )
    );
  }

  /** Loki's HTTP API, as a data source with a backend hands it on. */
  async getResource(path: string, params: Record<string, string | number> = {}): Promise<unknown> {
    if (this.failure !== undefined) {
      throw new Error(this.failure);
    }
    return this.get(path, Object.fromEntries(Object.entries(params).map(([name, value]) => [name, `${value}`])));
  }

  async testDatasource(): Promise<{ status: string; message: string }> {
    return { status: 'success', message: '' };
  }

  async close(): Promise<void> {
    await this.store.close();
    rmSync(this.dir, { recursive: true });
  }

  private async frames(query: LokiQuery, span: { start: string; end: string }): Promise<DataFrame[]> {
    const { expr, maxLines, direction, step } = query;
    this.asked.push(expr);
    await this.beforeAnswer(expr);
    if (this.failure !== undefined) {
      throw new Error(this.failure);
    }
    const params = { query: expr, ...span, limit: `${maxLines}`, direction, ...(step !== undefined && { step }) };
    const answer = await this.get('query_range', params);
    const series = seriesAnswer.safeParse(answer);
    return series.success
      ? series.data.data.result.map(seriesFrame)
      : [logFrame(logAnswer.parse(answer).data.result, query, this.layout === 'dataplane')];
  }

  private async get(path: string, params: Record<string, string>): Promise<unknown> {
    const answer = await fetch(`${this.store.url}/loki/api/v1/${path}?${new URLSearchParams(params).toString()}`);
    const text = await answer.text();
    if (answer.status !== 200) {
      throw new Error(text);
    }
    return JSON.parse(text);
  }
}

/** A series of a metric query, as Grafana's Loki data source gives it: the labels stand on the numbers. */
const seriesFrame = ({ metric, values }: { metric: Record<string, string>; values: Array<[number, string]> }) =>
  createDataFrame({
    fields: [
      { name: 'Time', type: FieldType.time, values: values.map(([time]) => time * 1000) },
      { name: 'Value', type: FieldType.number, labels: metric, values: values.map(([, value]) => Number(value)) },
    ],
  });
