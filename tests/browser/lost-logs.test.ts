import { readFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { launch } from './browser';
import { targetNames } from './setup/environment';
import { expectSound } from './sound';
import { themes, Visit } from './visit';

const LOST_LOGS = '/a/afterlog-timelines-app/lost-logs';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

describe.each(targetNames())('the page of lost logs on %s', (target) => {
  it.each(themes)('lists the cases, in the %s theme', async (theme) => {
    const visit = await Visit.open(browser, target, LOST_LOGS, theme);
    const { page } = visit;
    await page.getByRole('cell', { name: 'C15 log rotation' }).waitFor();
    // The bar that Grafana 11.6 shows while the rest is read has a label that ARIA does not allow it.
    await page.getByRole('button', { name: 'Stop' }).waitFor({ state: 'detached' });
    // What Loki counted is what is listed.
    await page.getByRole('heading', { name: /^kubectl can no longer show 54 logs: 6 lost, / }).waitFor();
    await expectSound(visit, `lost-logs-${theme}`);
    await visit.close();
  });

  it('has the 41 containers that the two reclaims took, of these lost what no agent saw', async () => {
    const visit = await Visit.open(browser, target, `${LOST_LOGS}?cause=C1`);
    const { page } = visit;
    const rows = page.getByRole('row').filter({ has: page.getByRole('cell', { name: /C1 disk reclaim/ }) });
    await rows.nth(40).waitFor();
    expect(await rows.count()).toBe(41);
    expect(await rows.filter({ hasText: 'lost' }).count()).toBeGreaterThan(0);
    expect(visit.troubles).toEqual([]);
    await visit.close();
  });

  it('opens a case with its sentence and evidence, and closes it with Escape', async () => {
    const visit = await Visit.open(browser, target, `${LOST_LOGS}?cause=C1&job=hello`);
    const { page } = visit;
    await page
      .getByRole('button', { name: /^hello-\w{5}/ })
      .first()
      .click();
    const drawer = page.getByRole('dialog').first();
    await drawer.getByText(/together with 33 others, to free disk on node-a/).waitFor();
    await drawer.getByText(/the kubelet began to reclaim ephemeral-storage/).waitFor();
    await drawer.getByRole('button', { name: 'Show the log' }).click();
    await drawer.getByText('Hello, Kubernetes!').waitFor();
    await expectSound(visit, 'lost-logs-case');
    await page.keyboard.press('Escape');
    await drawer.waitFor({ state: 'detached' });
    await visit.close();
  });

  it('gives the cases as a file', async () => {
    const visit = await Visit.open(browser, target, `${LOST_LOGS}?cause=C15`);
    const { page } = visit;
    await page.getByRole('cell', { name: 'C15 log rotation' }).waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'CSV' }).click(),
    ]);
    const lines = (await readFile(await download.path(), 'utf8')).trim().split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[1]).toContain('rotate');
    await visit.close();
  });

  it('leads from a case to its log', async () => {
    const visit = await Visit.open(browser, target, `${LOST_LOGS}?cause=C7`);
    await visit.page.getByRole('link', { name: /^The log of ttl-cleanup-/ }).click();
    await visit.page.getByRole('region', { name: /^Log of ttl-cleanup-/ }).waitFor();
    expect(visit.troubles).toEqual([]);
    await visit.close();
  });
});
