import { createDataFrame, type DataFrame, DataTopic, FieldType } from '@grafana/data';
import type { Point, Series, Stream } from './answers';
import type { LokiQuery } from './query';

// Frames as Grafana's Loki data source makes them: pkg/tsdb/loki/frame.go, pkg/promlib/converter/prom.go and
// public/app/plugins/datasource/loki/{backendResultTransformer,makeTableFrames}.ts in grafana/grafana.

/**
 * All streams' entries in one frame, stream by stream.
 * @param isDataplane the layout of the feature toggle `lokiLogsDataplane`
 */
export function logFrame(streams: readonly Stream[], query: LokiQuery, isDataplane: boolean): DataFrame {
  const rows = streams.flatMap(({ stream, values }) =>
    values.map(([ns, line, { structuredMetadata, parsed }]) => ({
      ns,
      line,
      labels: { ...stream, ...structuredMetadata, ...parsed },
      types: { ...kinds(stream, 'I'), ...kinds(structuredMetadata, 'S'), ...kinds(parsed, 'P') },
    }))
  );
  const ids = idsOf(rows);
  const times = rows.map(({ ns }) => Number(BigInt(ns) / 1_000_000n));
  const nanos = rows.map(({ ns }) => Number(BigInt(ns) % 1_000_000n));
  const lines = rows.map(({ line }) => line);
  const labels = { name: 'labels', type: FieldType.other, config: {}, values: rows.map((row) => row.labels) };
  const id = { name: 'id', type: FieldType.string, config: {}, values: ids };
  const labelTypes = {
    name: 'labelTypes',
    type: FieldType.other,
    config: { custom: { hidden: true } },
    values: rows.map(({ types }) => types),
  };
  const time = { type: FieldType.time, config: {}, values: times, nanos };
  const line = { type: FieldType.string, config: {}, values: lines };
  const tsNs = { name: 'tsNs', type: FieldType.string, config: {}, values: rows.map(({ ns }) => ns) };
  return createDataFrame({
    refId: query.refId,
    meta: {
      ...(isDataplane && { type: 'log-lines' as never }),
      preferredVisualisationType: 'logs',
      limit: query.maxLines,
      searchWords: [],
      executedQueryString: `Expr: ${query.expr}`,
      custom: {
        ...(!isDataplane && { frameType: 'LabeledTimeValues' }),
        lokiQueryStatKey: 'Summary: total bytes processed',
      },
    },
    fields: isDataplane
      ? [labels, { name: 'timestamp', ...time }, { name: 'body', ...line }, id, labelTypes]
      : [labels, { name: 'Time', ...time }, { name: 'Line', ...line }, tsNs, labelTypes, id],
  });
}

const kinds = (labels: Record<string, string>, kind: 'I' | 'S' | 'P') =>
  Object.fromEntries(Object.keys(labels).map((name) => [name, kind]));

/** `<ns>_<hash>`, of equal ones the second and later with a number behind. */
function idsOf(rows: ReadonlyArray<{ ns: string; line: string; labels: Record<string, string> }>): string[] {
  const seen = new Map<string, number>();
  return rows.map(({ ns, line, labels }) => {
    const id = `${ns}_${fnv32(`${line}_${JSON.stringify(labels)}`).toString(16)}`;
    const times = seen.get(id) ?? 0;
    seen.set(id, times + 1);
    return times === 0 ? id : `${id}_${times}`;
  });
}

/** FNV-1, 32 bits. */
function fnv32(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = (Math.imul(hash, 0x01000193) ^ text.charCodeAt(i)) >>> 0;
  }
  return hash;
}

/** A frame for each series. */
export function metricFrames(series: readonly Series[], { refId, expr, legendFormat }: LokiQuery): DataFrame[] {
  return series.map(({ metric, values }) =>
    createDataFrame({
      refId,
      name: nameOf(metric, legendFormat),
      meta: { preferredVisualisationType: 'graph', executedQueryString: `Expr: ${expr}` },
      fields: [
        { name: 'Time', type: FieldType.time, config: {}, values: values.map(([time]) => time * 1000) },
        {
          name: 'Value',
          type: FieldType.number,
          labels: metric,
          config: { displayNameFromDS: nameOf(metric, legendFormat) },
          values: values.map(([, value]) => Number(value)),
        },
      ],
    })
  );
}

function nameOf(metric: Record<string, string>, legendFormat = ''): string {
  if (legendFormat !== '') {
    return legendFormat.replace(/\{\{\s*(.+?)\s*\}\}/g, (_, name: string) => metric[name] ?? name);
  }
  const pairs = Object.entries(metric).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return `{${pairs.join(', ')}}`;
}

/** One table of an instant query's numbers, with a column for each label. */
export function tableFrame(points: readonly Point[], { refId }: LokiQuery): DataFrame[] {
  if (points.length === 0) {
    return [];
  }
  const names = [...new Set(points.flatMap(({ metric }) => Object.keys(metric)))].sort();
  return [
    createDataFrame({
      refId,
      meta: { preferredVisualisationType: 'table' },
      fields: [
        { name: 'Time', type: FieldType.time, config: {}, values: points.map(({ value }) => value[0] * 1000) },
        ...names.map((name) => ({
          name,
          type: FieldType.string,
          config: { filterable: true },
          values: points.map(({ metric }) => metric[name] ?? ''),
        })),
        {
          name: `Value #${refId}`,
          type: FieldType.number,
          config: {},
          values: points.map(({ value }) => Number(value[1])),
        },
      ],
    }),
  ];
}

/** What Grafana adds to a metric query's answer while pieces of its range are still to come. */
export const progressFrame = (): DataFrame =>
  createDataFrame({
    name: 'loki-splitting-progress',
    meta: { dataTopic: DataTopic.Annotations },
    fields: [
      { name: 'time', type: FieldType.time, values: [] },
      { name: 'timeEnd', type: FieldType.time, values: [] },
    ],
  });
