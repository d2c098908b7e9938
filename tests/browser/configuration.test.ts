import type { Browser } from 'playwright-core';
import * as z from 'zod';
import { launch } from './browser';
import { environment, targetNames } from './setup/environment';
import { expectSound } from './sound';
import { themes, Visit } from './visit';

const CONFIGURATION = '/plugins/afterlog-timelines-app?page=configuration';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

describe.each(targetNames())('the configuration on %s', (target) => {
  it.each(themes)('tells what is in Loki, in the %s theme', async (theme) => {
    const visit = await Visit.open(browser, target, CONFIGURATION, theme);
    await visit.page
      .getByText(/\d+ container records/)
      .first()
      .waitFor();
    await expectSound(visit, `configuration-${theme}`);
    await visit.close();
  });
});

// The host knows no roles.
const grafanas = environment().targets.filter(({ isGrafana }) => isGrafana);
const onGrafana = grafanas.length > 0 ? describe.each(grafanas) : describe.skip.each([{ name: 'Grafana', url: '' }]);
onGrafana('roles on $name', ({ name, url }) => {
  const answered = async (path: string, method: string, body?: object) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(new URL(path, url), { method, headers, body: body && JSON.stringify(body) });
    return { status: answer.status, body: z.looseObject({}).parse(await answer.json()) };
  };

  it.each(['Viewer', 'Editor'])('%s reads every page, and is shown no way to the configuration', async (role) => {
    const account = await answered('/api/serviceaccounts', 'POST', {
      name: `afterlog-e2e-${role}-${Date.now()}`,
      role,
    });
    expect(account.status).toBe(201);
    const path = `/api/serviceaccounts/${String(account.body.id)}`;
    try {
      const { body } = await answered(`${path}/tokens`, 'POST', { name: 'e2e' });
      const token = z.string().parse(body.key);
      for (const page of ['timeline', 'lost-logs', 'lookup', 'capacity', 'coverage']) {
        const visit = await Visit.open(browser, name, `/a/afterlog-timelines-app/${page}`, 'dark', '', token);
        await visit.page.getByRole('heading', { level: 1 }).waitFor();
        await visit.page.getByRole('tab', { name: 'Coverage' }).waitFor();
        const links = await visit.page.locator('a').evaluateAll((all) => all.map((link) => link.getAttribute('href')));
        expect(links.filter((link) => link?.includes('page=configuration'))).toEqual([]);
        expect(visit.troubles).toEqual([]);
        await visit.close();
      }
    } finally {
      await answered(path, 'DELETE');
    }
  });
});
