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
const hosts = environment().targets.filter(({ isGrafana }) => !isGrafana);

// Jest refuses an empty table.
const onHosts = hosts.length > 0 ? describe.each(hosts) : describe.skip.each([{ name: 'Grafana' }]);

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
