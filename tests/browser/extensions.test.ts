import type { Browser } from 'playwright-core';
import { launch } from './browser';
import { environment } from './setup/environment';
import { Visit } from './visit';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

// Grafana itself has these links all over its pages; the host has them on one.
const { targets } = environment();
const [hosts, grafanas] = [false, true].map((real) => targets.filter(({ isGrafana }) => isGrafana === real));

// Jest refuses an empty table.
const onEach = (some: typeof targets | undefined, other: string) =>
  some?.length ? describe.each(some) : describe.skip.each([{ name: other, url: '' }]);
const onHosts = onEach(hosts, 'the host');
const onGrafana = onEach(grafanas, 'Grafana');

onHosts('what the app adds to other pages on $name', ({ name }) => {
  it('are links from queries, panels and log lines to the log', async () => {
    const visit = await Visit.open(browser, name, '/extensions');
    const { page } = visit;
    const linkAt = (point: string) => page.getByRole('region', { name: point }).getByRole('link');
    const points = ['explore/toolbar/action', 'dashboard/panel/menu', 'logsview/resource-attributes'];
    for (const point of points) {
      expect(await linkAt(`grafana/${point}`).getAttribute('href')).toMatch(/^\/a\/afterlog-timelines-app\//);
    }
    await linkAt('grafana/commandpalette/action').click();
    await page.getByRole('textbox').waitFor();
    expect(new URL(page.url()).pathname).toBe('/a/afterlog-timelines-app/lookup');
    expect(visit.troubles).toEqual([]);
    await visit.close();
  });

  it('is the look-up, for other plugins', async () => {
    const visit = await Visit.open(browser, name, '/extensions');
    const exposed = visit.page.getByRole('region', { name: 'afterlog-timelines-app/lookup/v1' });
    await exposed.getByText('Hello, Kubernetes!').waitFor();
    expect(visit.troubles).toEqual([]);
    await visit.close();
  });
});

onGrafana('in $name itself', ({ name, url }) => {
  const datasource = { type: 'loki', uid: process.env.LOKI_UID ?? 'loki' };
  const expr = '{namespace="job-test"} |= `Hello, Kubernetes!`';
  const range = { from: 'now-24h', to: 'now' };
  /** Grafana cuts longer titles in its menus: it has to be whole. */
  const title = 'What became of this log?';

  it('Explore has the link in its menu and with the labels of a line', async () => {
    const queries = [{ refId: 'A', expr, queryType: 'range', datasource }];
    const panes = JSON.stringify({ a: { datasource: datasource.uid, queries, range } });
    const visit = await Visit.open(browser, name, `/explore?schemaVersion=1&panes=${encodeURIComponent(panes)}`);
    const { page } = visit;
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('menuitem', { name: title, exact: true }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByText('Hello, Kubernetes!').nth(1).click();
    const link = page.locator('a[href*="/a/afterlog-timelines-app/lookup"]').filter({ hasText: title }).first();
    expect(await link.getAttribute('href')).toMatch(/lookup\?q=/);
    expect(visit.troubles).toEqual([]);
    await visit.close();
  });

  it('a panel that asks Loki for a pod has it in its menu, and it leads to the log', async () => {
    const uid = 'afterlog-e2e-links';
    const api = (path: string, init: RequestInit = {}) =>
      fetch(new URL(path, url), { headers: { 'content-type': 'application/json' }, ...init });
    const panels = [
      {
        ...{ id: 1, type: 'logs', title: 'Lines', datasource, gridPos: { x: 0, y: 0, w: 24, h: 8 } },
        targets: [{ refId: 'A', expr: '{namespace="job-test"} | pod="$pod"', datasource }],
      },
    ];
    const variable = { type: 'constant', name: 'pod', query: 'hello-rtkpw', current: { value: 'hello-rtkpw' } };
    const dashboard = { uid, title: 'Links', panels, time: range, templating: { list: [variable] }, schemaVersion: 40 };
    const saved = await api('/api/dashboards/db', {
      method: 'POST',
      body: JSON.stringify({ dashboard, overwrite: true }),
    });
    expect(saved.status).toBe(200);
    try {
      const visit = await Visit.open(browser, name, `/d/${uid}`);
      const { page } = visit;
      await page.getByRole('heading', { name: 'Lines' }).hover();
      await page.getByRole('button', { name: 'Menu for panel Lines' }).click();
      await page.getByRole('menuitem', { name: 'Extensions' }).hover();
      await page.getByRole('menuitem', { name: title, exact: true }).click();
      await page.waitForURL(/lookup\?q=job-test%2Fhello-rtkpw/);
      expect(visit.troubles).toEqual([]);
      await visit.close();
    } finally {
      await api(`/api/dashboards/uid/${uid}`, { method: 'DELETE' });
    }
  });
});
