import type { LokiSource } from '../../data/loki-source';
import type { Filters } from '../../shared/filters';
import { PANEL_ID } from '../../shared/paths';
import type { ViewState } from './view-state';

/** A panel in a dashboard's JSON, as far as this one needs it. */
export interface TimelinePanel {
  type: string;
  title: string;
  datasource: { type: string; uid: string };
  targets: Array<{ refId: string; expr: string; queryType: string; datasource: { type: string; uid: string } }>;
  /** As the panel's `parseOptions` reads them. */
  options: Record<string, unknown>;
  gridPos: { x: number; y: number; w: number; h: number };
}

/** What the page shows as a panel: the same grouping, rows and filters, as far as the panel has them. */
export function panelOf({ uid, recordSelector }: LokiSource, state: ViewState, filters: Filters): TimelinePanel {
  const datasource = { type: 'loki', uid };
  const { groupBy, sort, rowHeight, lanes, pressure, others, legend, asTable } = state;
  return {
    type: PANEL_ID,
    title: 'Job runs',
    datasource,
    targets: [{ refId: 'A', expr: recordSelector, queryType: 'range', datasource }],
    options: {
      ...{ view: asTable ? 'table' : 'timeline', groupBy, sort, rowHeight, lanes, pressure, others, legend },
      cluster: patternOf(filters.cluster),
      namespace: patternOf(filters.namespace),
      node: patternOf(filters.node),
      job: patternOf(filters.job),
      statuses: [...filters.status],
    },
    gridPos: { x: 0, y: 0, w: 24, h: 14 },
  };
}

/** Names as the regular expression that the panel's options take. */
const patternOf = (names: readonly string[]): string =>
  names.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
