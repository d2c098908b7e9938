import { labelsObject } from '../common/labels';
import type { LogReader } from '../storage/log-reader';
import { isNumberOrUuid } from './identifiers';
import type { Request, Routes } from './router';
import { selectStreams } from './selectors';

/** What labels and streams there are: `labels`, `label/<name>/values`, `series`, `detected_labels`. */
export function labelRoutes(storage: LogReader): Routes {
  return {
    '/loki/api/v1/labels': { GET: labels, POST: labels },
    '/loki/api/v1/label': { GET: labels, POST: labels },
    '/loki/api/v1/label/*/values': { GET: labelValues, POST: labelValues },
    '/loki/api/v1/series': { GET: series, POST: series },
    '/loki/api/v1/detected_labels': { GET: detectedLabels, POST: detectedLabels },
  };

  function labels({ params }: Request): object {
    const { streams } = selectStreams(storage, params.text('query'), params.range(), false);
    const names = new Set(streams.flatMap((stream) => [...stream.labels.keys()]));
    return { status: 'success', data: [...names].sort() };
  }

  function labelValues({ params, path: [name = ''] }: Request): object {
    const { streams } = selectStreams(storage, params.text('query'), params.range(), false);
    const values = new Set(streams.flatMap((stream) => stream.labels.get(name) ?? []));
    return { status: 'success', data: [...values].sort() };
  }

  function series({ params }: Request): object {
    const matches = [...params.all('match[]'), ...params.all('match')];
    const selectors = matches.length === 0 ? [undefined] : matches;
    const span = params.range();
    const streams = new Set(selectors.flatMap((selector) => selectStreams(storage, selector, span, true).streams));
    return { status: 'success', data: [...streams].map((stream) => labelsObject(stream.labels)) };
  }

  /** Labels worth a look: not those whose values are all numbers or UUIDs. */
  function detectedLabels({ params }: Request): object {
    const { streams } = selectStreams(storage, params.text('query'), params.range(), true);
    const values = new Map<string, Set<string>>();
    for (const [name, value] of streams.flatMap((stream) => [...stream.labels])) {
      values.set(name, (values.get(name) ?? new Set()).add(value));
    }
    const reporting = [...values].filter(([, set]) => ![...set].every(isNumberOrUuid));
    return { detectedLabels: reporting.map(([label, set]) => ({ label, cardinality: set.size })) };
  }
}
