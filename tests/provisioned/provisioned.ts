import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';

const root = join(__dirname, '../..');
const DASHBOARDS = 'src/dashboards';
const RULES = 'deploy/helm/afterlog/rules';

const dashboardSchema = z.object({
  panels: z.array(
    z.object({
      title: z.string(),
      targets: z.array(
        z.object({
          datasource: z.object({ type: z.string() }),
          refId: z.string(),
          expr: z.string(),
          queryType: z.enum(['range', 'instant']).optional(),
        })
      ),
    })
  ),
});

/** A query of a panel, with its dashboard's file name. */
export interface PanelQuery {
  dashboard: string;
  title: string;
  refId: string;
  expr: string;
  queryType?: 'range' | 'instant';
}

/** Each query that the dashboards send to Loki. */
export function lokiQueries(): PanelQuery[] {
  return readdirSync(join(root, DASHBOARDS)).flatMap((dashboard) => {
    const { panels } = dashboardSchema.parse(JSON.parse(readFileSync(join(root, DASHBOARDS, dashboard), 'utf8')));
    return panels.flatMap(({ title, targets }) =>
      targets.flatMap(({ datasource, ...query }) =>
        datasource.type === 'loki' ? [{ ...query, dashboard: dashboard.replace('.json', ''), title }] : []
      )
    );
  });
}

/**
 * A query as Grafana sends it.
 * @param rangeSeconds of the dashboard
 */
export function interpolated(expr: string, rangeSeconds: number, period: 'day' | 'hour'): string {
  return expr
    .replaceAll('$__range', `${rangeSeconds}s`)
    .replaceAll('$__interval', `${rangeSeconds}s`)
    .replaceAll('$period', period)
    .replaceAll(/\$\w+/g, '.*');
}

const rulesSchema = z.object({
  groups: z.tuple([z.object({ rules: z.array(z.object({ alert: z.string(), expr: z.string() })) })]),
});

/** The rules for Loki's ruler, and the text of their file. */
export function lokiRules(): { text: string; rules: Array<{ alert: string; expr: string }> } {
  const text = readFileSync(join(root, RULES, 'loki.yaml'), 'utf8');
  return { text, rules: rulesSchema.parse(parse(text)).groups[0].rules };
}
