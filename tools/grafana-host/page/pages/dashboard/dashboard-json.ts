import { DashboardCursorSync } from '@grafana/data';
import * as z from 'zod';

const panel = z.object({
  id: z.number(),
  type: z.string(),
  title: z.string().default(''),
  gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
  targets: z.array(z.looseObject({ refId: z.string() })).default([]),
  transformations: z.array(z.object({ id: z.string(), options: z.unknown() })).default([]),
  options: z.record(z.string(), z.unknown()).default({}),
  fieldConfig: z
    .object({ defaults: z.record(z.string(), z.unknown()), overrides: z.array(z.never()) })
    .default({ defaults: {}, overrides: [] }),
});

const variable = z.object({
  name: z.string(),
  label: z.string().nullish(),
  type: z.string(),
  /** 2: hidden. */
  hide: z.number().default(0),
  includeAll: z.boolean().default(false),
  allValue: z.string().nullish(),
  multi: z.boolean().default(false),
  query: z.unknown(),
  current: z.object({ value: z.union([z.string(), z.array(z.string())]).default('') }).default({ value: '' }),
});

const dashboard = z.object({
  uid: z.string(),
  title: z.string(),
  time: z.object({ from: z.string(), to: z.string() }).default({ from: 'now-1h', to: 'now' }),
  /** How far panels share what is pointed at. */
  graphTooltip: z.enum(DashboardCursorSync).default(DashboardCursorSync.Off),
  templating: z.object({ list: z.array(variable).default([]) }).default({ list: [] }),
  panels: z.array(panel),
});

/** What the host shows of a dashboard's JSON model. */
export type DashboardJson = z.infer<typeof dashboard>;
export type VariableJson = z.infer<typeof variable>;
export type PanelJson = z.infer<typeof panel>;

/** @param uid of one of src/dashboards/ @throws where there is none, or it is no dashboard */
export async function loadDashboard(uid: string): Promise<DashboardJson> {
  const answer = await fetch(`/public/dashboards/${encodeURIComponent(uid)}.json`);
  if (!answer.ok) {
    throw new Error(`There is no dashboard ${uid}.`);
  }
  return dashboard.parse(await answer.json());
}
