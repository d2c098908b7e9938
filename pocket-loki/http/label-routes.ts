import { labelsObject } from '../labels';
import { compileMatchers, compileSelector } from '../logql/matcher';
import { parseQuery } from '../logql/parse';
import { badRequest } from '../request-error';
import type { LogStorage } from '../storage/log-storage';
import type { Stream } from '../storage/stream-index';
import type { Params } from './params';
import type { Request, Routes } from './router';

/** What labels and streams there are: `labels`, `label/<name>/values`, `series`. */
export function labelRoutes(storage: LogStorage): Routes {
  return {
    '/loki/api/v1/labels': { GET: labels, POST: labels },
    '/loki/api/v1/label': { GET: labels, POST: labels },
    '/loki/api/v1/label/*/values': { GET: labelValues, POST: labelValues },
    '/loki/api/v1/series': { GET: series, POST: series },
  };

  function labels({ params }: Request): object {
    const names = new Set(selected(params, params.text('query')).flatMap((stream) => [...stream.labels.keys()]));
    return { status: 'success', data: [...names].sort() };
  }

  function labelValues({ params, path: [name = ''] }: Request): object {
    const streams = selected(params, params.text('query'));
    const values = new Set(streams.flatMap((stream) => stream.labels.get(name) ?? []));
    return { status: 'success', data: [...values].sort() };
  }

  function series({ params }: Request): object {
    const matches = params.all('match[]').concat(params.all('match'));
    const selectors = matches.length === 0 ? [undefined] : matches;
    const streams = new Set(selectors.flatMap((selector) => selected(params, selector)));
    return { status: 'success', data: [...streams].map((stream) => labelsObject(stream.labels)) };
  }

  function selected(params: Params, selector: string | undefined): Stream[] {
    const { from, until } = params.range();
    const matches = selector === undefined || /^\{\s*\}$/.test(selector.trim()) ? () => true : compile(selector);
    return storage.streams.within(from, until).filter((stream) => matches(stream.labels));
  }
}

function compile(selector: string) {
  const expr = parseQuery(selector);
  if (expr.kind !== 'log' || expr.stages.length > 0) {
    throw badRequest('only label matchers are supported');
  }
  compileSelector(expr.matchers);
  return compileMatchers(expr.matchers);
}
