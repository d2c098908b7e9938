import type { Browser } from 'playwright-core';
import { launch } from './browser';
import { targetNames } from './setup/environment';
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
