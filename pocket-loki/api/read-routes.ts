import type { Limits } from '../common/limits';
import type { LogReader } from '../storage/log-reader';
import { detectedRoutes } from './detected-routes';
import { indexRoutes } from './index-routes';
import { labelRoutes } from './label-routes';
import { queryRoutes } from './query-routes';
import type { Routes } from './router';

/** The addresses of `readRoutes`. */
export const readPaths = [
  '/loki/api/v1/query_range',
  '/loki/api/v1/query',
  '/loki/api/v1/labels',
  '/loki/api/v1/label',
  '/loki/api/v1/label/*/values',
  '/loki/api/v1/series',
  '/loki/api/v1/detected_labels',
  '/loki/api/v1/index/stats',
  '/loki/api/v1/index/volume',
  '/loki/api/v1/index/volume_range',
  '/loki/api/v1/detected_fields',
  '/loki/api/v1/detected_field/*/values',
] as const;

/** All that reads the log. What such a request costs depends on who asks: a query process serves it. */
export function readRoutes(log: LogReader, limits: Limits, now: () => number): Routes {
  return {
    ...queryRoutes(log, limits, now),
    ...labelRoutes(log),
    ...indexRoutes(log, limits),
    ...detectedRoutes(log, limits),
  };
}
