import { type Labels, labelsObject, labelsOf, labelsText } from '../common/labels';
import type { Limits } from '../common/limits';
import { alignedSteps } from '../logql/metrics/metric-query';
import { QueryContext } from '../logql/pipeline/query-context';
import { badRequest } from '../common/request-error';
import type { LogReader } from '../storage/log-reader';
import type { Span } from '../storage/scan';
import type { Stream } from '../storage/stream-index';
import { queryAnswer } from './answers';
import type { Params } from './params';
import type { Request, Routes } from './router';
import { type Selected, selectStreams } from './selectors';

/** How much there is, without reading it: `index/stats`, `index/volume`, `index/volume_range`. */
export function indexRoutes(storage: LogReader, limits: Limits): Routes {
  return {
    '/loki/api/v1/index/stats': { GET: stats, POST: stats },
    '/loki/api/v1/index/volume': { GET: volume, POST: volume },
    '/loki/api/v1/index/volume_range': { GET: volumeRange, POST: volumeRange },
  };

  async function stats({ params }: Request): Promise<object> {
    const span = params.range();
    const { streams } = selectStreams(storage, params.text('query') ?? '', span, false);
    const total = { streams: streams.length, chunks: 0, bytes: 0, entries: 0 };
    for (const stream of streams) {
      const usage = await storage.usageOf(stream, span);
      total.bytes += usage.bytes;
      total.entries += usage.entries;
    }
    return { ...total, chunks: streams.length, bytes: Math.round(total.bytes), entries: Math.round(total.entries) };
  }

  async function volume({ params, signal }: Request): Promise<object> {
    const span = params.range();
    const context = new QueryContext(storage, limits, signal);
    const volumes = await volumesOf(params, span);
    const time = Number(span.until / 1_000_000n) / 1000;
    const result = volumes.map(({ labels, bytes }) => ({ metric: labelsObject(labels), value: [time, String(bytes)] }));
    return queryAnswer('vector', result, { categorize: false }, context, result.length);
  }

  /** One value a step: what came in the step that ends there. */
  async function volumeRange({ params, signal }: Request): Promise<object> {
    const span = params.range();
    const context = new QueryContext(storage, limits, signal);
    const { first, step, count } = alignedSteps(span.from, span.until, params.step(span));
    const series = new Map<string, { metric: Record<string, string>; values: Array<[number, string]> }>();
    for (let i = 0; i < count; i++) {
      context.check();
      const from = first + step * BigInt(i);
      for (const { labels, bytes } of await volumesOf(params, { from, until: from + step })) {
        const key = labelsText(labels);
        const item = series.get(key) ?? { metric: labelsObject(labels), values: [] };
        series.set(key, item);
        item.values.push([Number((from + step) / 1_000_000n - 1n) / 1000, String(bytes)]);
      }
    }
    return queryAnswer('matrix', [...series.values()], { categorize: false }, context, series.size);
  }

  /** Bytes by label set, the largest first. */
  async function volumesOf(params: Params, span: Span): Promise<Array<{ labels: Labels; bytes: number }>> {
    const selected = selectStreams(storage, params.text('query') ?? '', span, true);
    const groupsOf = groupingOf(params, selected);
    const volumes = new Map<string, { labels: Labels; bytes: number }>();
    for (const stream of selected.streams) {
      const { bytes } = await storage.usageOf(stream, span);
      for (const labels of groupsOf(stream)) {
        const key = labelsText(labels);
        const volume = volumes.get(key) ?? { labels, bytes: 0 };
        volumes.set(key, volume);
        volume.bytes += bytes;
      }
    }
    const sorted = [...volumes.values()].map(({ labels, bytes }) => ({ labels, bytes: Math.round(bytes) }));
    sorted.sort((a, b) => b.bytes - a.bytes || (labelsText(a.labels) < labelsText(b.labels) ? -1 : 1));
    return sorted.filter(({ bytes }) => bytes > 0).slice(0, params.limit(limits));
  }
}

/** Which label sets a stream's bytes are counted under. */
function groupingOf(params: Params, { matchers }: Selected): (stream: Stream) => Labels[] {
  const targets = params
    .text('targetLabels')
    ?.split(',')
    .filter((name) => name !== '');
  const names = new Set(targets ?? matchers.map(({ name }) => name));
  const wanted = (name: string) => names.size === 0 || names.has(name);
  switch (params.text('aggregateBy') ?? 'series') {
    case 'series':
      return ({ labels }) => [labelsOf([...labels].filter(([name]) => wanted(name)))];
    case 'labels':
      // Of label names there is no value to tell; Loki leaves it empty.
      return ({ labels }) =>
        [...labels.keys()]
          .filter((name) => targets === undefined || names.has(name))
          .map((name) => labelsOf([[name, '']]));
    default:
      throw badRequest('invalid aggregation option: aggregateBy is "series" or "labels"');
  }
}
