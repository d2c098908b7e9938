import type { Browser } from 'playwright-core';
import { launch } from './browser';
import { targetNames } from './setup/environment';
import { type Theme, Visit } from './visit';

const LOOKUP = '/a/afterlog-timelines-app/lookup';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

describe.each(targetNames())('the look-up on %s', (target) => {
  it.each<Theme>(['dark', 'light'])('answers what was asked, in the %s theme', async (theme) => {
    const visit = await Visit.open(browser, target, LOOKUP, theme);
    const { page } = visit;
    await page.getByRole('textbox').fill('job/hello');
    await page.keyboard.press('Enter');
    await page
      .getByRole('list', { name: 'Containers found' })
      .getByText(/hello-\w{5}\/hello/)
      .first()
      .waitFor();
    await page
      .getByRole('region', { name: /^Log of hello-/ })
      .getByText('Hello, Kubernetes!')
      .waitFor();
    expect(await visit.barriers()).toEqual([]);
    await visit.shoot(`lookup-${theme}`);
    expect(visit.troubles).toEqual([]);
    await visit.close();
  });
});
