import type { Browser, Page } from 'playwright-core';
import { launch } from './browser';
import { targetNames } from './setup/environment';
import { expectSound } from './sound';
import { themes, Visit } from './visit';

const JOB_TIMELINES = '/d/afterlog-job-timelines?from=now-1h&to=now';
const LOST_LOGS = '/d/afterlog-lost-logs?from=now-1h&to=now';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

const gridOf = (page: Page) => page.getByRole('treegrid', { name: 'Job runs: Job runs over time' });

/** Where the panel draws, between the names of its rows and its right edge. CSS pixels of the page. */
async function plotOf(page: Page) {
  const box = await gridOf(page).locator('xpath=../canvas').boundingBox();
  if (box === null) {
    throw new Error('the panel draws nowhere');
  }
  return box;
}

describe.each(targetNames())('the panel on %s', (target) => {
  it.each(themes)(
    'shows the recorded node on a dashboard, beside Grafana’s own panels, in the %s theme',
    async (theme) => {
      const visit = await Visit.open(browser, target, JOB_TIMELINES, theme);
      const { page } = visit;
      const grid = gridOf(page);
      await grid.getByRole('row', { name: /^node-a .*image GC 85 % → 80 %.*lost-log cases: 54/ }).waitFor();
      await grid
        .getByRole('row', { name: /^hello 20 .*containers: 20, failed: 0; logs gone from the node: 20/ })
        .waitFor();
      await page.getByText('Containers removed by reclaims').waitFor();
      await page.getByText('41', { exact: true }).waitFor();
      await page.locator('.u-over').first().waitFor();
      await expectSound(visit, `panel-${theme}`);
      await visit.close();
    }
  );

  it('leaves out what the dashboard’s variables leave out', async () => {
    const visit = await Visit.open(browser, target, `${JOB_TIMELINES}&var-workload=hello`);
    const grid = gridOf(visit.page);
    await grid.getByRole('row', { name: /^hello 20/ }).waitFor();
    await grid.getByRole('row', { name: /^node-a .*lost-log cases: 20/ }).waitFor();
    expect(await grid.getByRole('row').count()).toBe(2);
    expect(visit.troubles).toEqual([]);
    await visit.close();
  });

  it('groups, sorts and filters as its options say, and leads on by a data link', async () => {
    const visit = await Visit.open(browser, target, LOST_LOGS);
    const { page } = visit;
    const grid = page.getByRole('treegrid', { name: /^Logs that are lost, in part/ });
    await grid.getByRole('row', { name: /^job-test .*lost-log cases: \d+/, level: 1 }).waitFor();
    const lost = grid.getByRole('row', { name: /^tick-\d+ .*logs: 1 lost/ }).first();
    await lost.waitFor();
    expect(await grid.getByRole('row', { name: /^hello/ }).count()).toBe(0);
    await lost.focus();
    await page.keyboard.press('Enter');
    const drawer = page.getByRole('dialog').first();
    const link = drawer.getByRole('link', { name: 'Look up' });
    await link.waitFor();
    expect(await link.getAttribute('href')).toMatch(/\/lookup\?q=job-test\/tick-\d+-\w+$/);
    await drawer.getByRole('link', { name: 'Open in Afterlog' }).waitFor();
    await expectSound(visit, 'panel-lost-logs');
    await visit.closeByEscape(drawer);
    await visit.close();
  });

  it('zooms the whole dashboard, by a drag and by keys', async () => {
    const visit = await Visit.open(browser, target, JOB_TIMELINES);
    const { page } = visit;
    const grid = gridOf(page);
    await grid.getByRole('row', { name: /^hello 20/ }).waitFor();
    const { x, y, width } = await plotOf(page);
    await page.mouse.move(x + width * 0.25, y + 60);
    await page.mouse.down();
    await page.mouse.move(x + width * 0.5, y + 60, { steps: 4 });
    await page.mouse.move(x + width * 0.75, y + 60, { steps: 4 });
    await page.mouse.up();
    // Grafana writes ISO 8601, the host milliseconds.
    const timeOf = (text: string | null) => (/^\d+$/.test(text ?? '') ? Number(text) : Date.parse(text ?? ''));
    const spanOf = (address: string) => {
      const params = new URL(address).searchParams;
      return timeOf(params.get('to')) - timeOf(params.get('from'));
    };
    await page.waitForURL((url) => spanOf(url.href) > 0);
    expect(spanOf(page.url()) / 3_600_000).toBeCloseTo(0.5, 1);
    await grid.getByRole('row', { name: /^node-a/ }).focus();
    const before = spanOf(page.url());
    await page.keyboard.press('+');
    await page.waitForURL((url) => spanOf(url.href) < before);
    expect(spanOf(page.url()) / before).toBeCloseTo(1 / 1.6, 1);
    expect(visit.troubles).toEqual([]);
    await visit.close();
  });

  it('shares its crosshair with Grafana’s own panels, and they theirs with it', async () => {
    const visit = await Visit.open(browser, target, JOB_TIMELINES);
    const { page } = visit;
    await page.setViewportSize({ width: 1600, height: 1500 });
    await gridOf(page)
      .getByRole('row', { name: /^hello 20/ })
      .waitFor();
    const graph = page.locator('.u-over').first();
    const cursor = await graph.locator('.u-cursor-x').elementHandle({ timeout: 30_000 });
    const { x, y, width } = await plotOf(page);
    const pointAt = async (part: number) => {
      const before = await cursor?.getAttribute('style');
      await page.mouse.move(x + width * part, y + 60);
      await page.waitForFunction(([element, style]) => element?.getAttribute('style') !== style, [
        cursor,
        before,
      ] as const);
    };
    await pointAt(0.3);
    await pointAt(0.6);
    await page.getByRole('heading', { name: 'Pods evicted' }).hover();
    await page.waitForTimeout(500);
    const axis = () => page.screenshot({ clip: { x, y, width, height: 28 } });
    const without = await axis();
    await graph.hover();
    // The time that is pointed at stands on the panel's axis.
    while ((await axis()).equals(without)) {
      await page.waitForTimeout(100);
    }
    expect(visit.troubles).toEqual([]);
    await visit.close();
  });
});
