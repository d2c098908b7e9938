import { z } from 'zod';

const panel = z.object({
  id: z.number(),
  type: z.string(),
  title: z.string().default(''),
  gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
  targets: z.array(z.looseObject({ refId: z.string() })).default([]),
  options: z.record(z.string(), z.unknown()).default({}),
  fieldConfig: z
    .object({ defaults: z.record(z.string(), z.unknown()), overrides: z.array(z.never()) })
    .default({ defaults: {}, overrides: [] }),
});

const dashboard = z.object({
  uid: z.string(),
  title: z.string(),
  time: z.object({ from: z.string(), to: z.string() }).default({ from: 'now-1h', to: 'now' }),
  panels: z.array(panel),
});

/** What the host shows of a dashboard's JSON model. */
export type DashboardJson = z.infer<typeof dashboard>;
export type PanelJson = z.infer<typeof panel>;

/** @param uid of one of dashboards/ @throws where there is none, or it is no dashboard */
export async function loadDashboard(uid: string): Promise<DashboardJson> {
  const answer = await fetch(`/public/dashboards/${encodeURIComponent(uid)}.json`);
  if (!answer.ok) {
    throw new Error(`There is no dashboard ${uid}.`);
  }
  return dashboard.parse(await answer.json());
}
