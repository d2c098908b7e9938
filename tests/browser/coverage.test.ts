import type { Browser, Page } from 'playwright-core';
import { launch } from './browser';
import { targetNames } from './setup/environment';
import { expectSound } from './sound';
import { themes, Visit } from './visit';

const COVERAGE = '/a/afterlog-timelines-app/coverage';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

const nodes = (page: Page) => page.getByRole('region', { name: 'Nodes' });

describe.each(targetNames())('the coverage page on %s', (target) => {
  it.each(themes)('says what of the node is observed, in the %s theme', async (theme) => {
    const visit = await Visit.open(browser, target, COVERAGE, theme);
    const { page } = visit;
    await nodes(page).getByRole('link', { name: 'node-a' }).waitFor();
    await page.getByRole('heading', { name: /^(1 node is observed|1 of 1 nodes is not observed)/ }).waitFor();
    await nodes(page).getByRole('cell', { name: '85 % → 80 %' }).waitFor();
    await expectSound(visit, `coverage-${theme}`);
    await visit.close();
  });

  it('is used by the keyboard: ordered, then the timeline of a node', async () => {
    const visit = await Visit.open(browser, target, COVERAGE);
    const { page } = visit;
    await nodes(page).getByRole('link', { name: 'node-a' }).waitFor();
    await nodes(page).getByRole('columnheader').filter({ hasText: 'Lag' }).getByRole('button').focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/sort-nodes=lag/);
    await nodes(page).getByRole('link', { name: 'node-a' }).focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/timeline\?.*node=node-a/);
    expect(visit.troubles).toEqual([]);
    await visit.close();
  });
});
