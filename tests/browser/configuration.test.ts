import type { Browser } from 'playwright-core';
import { launch } from './browser';
import { targetNames } from './setup/environment';
import { type Theme, Visit } from './visit';

const CONFIGURATION = '/plugins/afterlog-timelines-app?page=configuration';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

describe.each(targetNames())('the configuration on %s', (target) => {
  it.each<Theme>(['dark', 'light'])('tells what is in Loki, in the %s theme', async (theme) => {
    const visit = await Visit.open(browser, target, CONFIGURATION, theme);
    const { page } = visit;
    await page
      .getByText(/\d+ container records/)
      .first()
      .waitFor();
    expect(await visit.barriers()).toEqual([]);
    await visit.shoot(`configuration-${theme}`);
    expect(visit.troubles).toEqual([]);
    await visit.close();
  });
});
