import type { Browser } from 'playwright-core';
import { launch } from './browser';
import { targetNames } from './setup/environment';
import { expectSound } from './sound';
import { themes, Visit } from './visit';

const TIMELINE = '/a/afterlog-timelines-app/timeline';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

describe.each(targetNames())('the timeline on %s', (target) => {
  it.each(themes)('shows the recorded node and its Job runs, in the %s theme', async (theme) => {
    const visit = await Visit.open(browser, target, `${TIMELINE}?from=now-1h&to=now`, theme);
    const grid = visit.page.getByRole('treegrid', { name: 'Job runs over time' });
    await grid.getByRole('row', { name: /^node-a .*image GC 85 % → 80 %.*lost-log cases: 54/ }).waitFor();
    const hello = grid.getByRole('row', { name: /^hello 20 .*containers: 20, failed: 0; logs gone from the node: 20/ });
    await hello.waitFor();
    await grid
      .getByRole('row', { name: /^tick-\d+ .*logs: 1 lost/ })
      .first()
      .waitFor();
    await visit.page.getByRole('heading', { name: /^kubectl can no longer show 54 logs: 6 lost, / }).waitFor();
    await expectSound(visit, `timeline-${theme}`);
    await visit.close();
  });

  it('is read and opened by keyboard alone', async () => {
    const visit = await Visit.open(browser, target, `${TIMELINE}?from=now-1h&to=now&job=hello`);
    const { page } = visit;
    const grid = page.getByRole('treegrid', { name: 'Job runs over time' });
    const hello = grid.getByRole('row', { name: /^hello 20/ });
    await hello.waitFor();
    await grid.getByRole('row', { name: /^node-a/ }).focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    const life = grid.getByRole('gridcell', { name: /^hello-\w{5} \/ hello: .*C1 disk reclaim; in Loki, complete/ });
    await life.waitFor();
    await page.keyboard.press('Enter');
    const drawer = page.getByRole('dialog').first();
    await drawer.getByText(/together with 33 others, to free disk on node-a/).waitFor();
    await expectSound(visit, 'timeline-drawer');
    await life.waitFor(); // the screenshots have changed the size of the page, and all is drawn anew
    await page.keyboard.press('Escape');
    await drawer.waitFor({ state: 'detached' });
    await life.and(page.locator(':focus')).waitFor();
    await visit.close();
  });

  it('shows the stretch of time that is drawn in the minimap', async () => {
    const visit = await Visit.open(browser, target, `${TIMELINE}?from=now-1h&to=now&job=hello`);
    const { page } = visit;
    await page.getByRole('row', { name: /^hello 20/ }).waitFor();
    // Records that come in while the pointer is down would change what lies under it.
    await page.getByRole('button', { name: 'Stop' }).waitFor({ state: 'detached' });
    const minimap = page.getByRole('img', { name: /^How many containers ran over time/ });
    const { x = 0, y = 0, width = 0, height = 0 } = (await minimap.boundingBox()) ?? {};
    await page.mouse.move(x + width / 4, y + height / 2);
    await page.mouse.down();
    await page.mouse.move(x + width / 2, y + height / 2, { steps: 5 });
    await page.mouse.up();
    await page.waitForURL(/[?&]whole=\d+-\d+/);
    const address = new URL(page.url()).searchParams;
    const moment = (text: string | null) => (/^\d+$/.test(text ?? '') ? Number(text) : Date.parse(text ?? ''));
    const [from, to] = [moment(address.get('from')), moment(address.get('to'))];
    const [begin = NaN, end = NaN] = (address.get('whole') ?? '').split('-').map(Number);
    expect((from - begin) / (end - begin)).toBeCloseTo(0.25, 2);
    expect((to - begin) / (end - begin)).toBeCloseTo(0.5, 2);
    await expectSound(visit, 'timeline-minimap');
    await visit.close();
  });

  it('is a table, too', async () => {
    const visit = await Visit.open(browser, target, `${TIMELINE}?from=now-1h&to=now&job=hello`);
    const { page } = visit;
    await page.getByRole('treegrid', { name: 'Job runs over time' }).waitFor();
    await page.getByRole('button', { name: 'View as table' }).click();
    const rows = page.getByRole('table').getByRole('row', { name: /hello-\w{5}/ });
    await rows.nth(19).waitFor();
    expect(await rows.count()).toBe(20);
    await expectSound(visit, 'timeline-table');
    await visit.close();
  });

  it('says what nobody observed, and what the kubelet found at a reclaim', async () => {
    const visit = await Visit.open(browser, target, `${TIMELINE}?from=now-1h&to=now`);
    const { page } = visit;
    const row = page.getByRole('row', { name: /^node-a .*the kubelet found imagefs at ≥ 85 % .*; no agent \d\d:\d\d/ });
    await row.waitFor();
    await page.getByRole('list', { name: 'Legend' }).getByText('not observed').waitFor();
    await expectSound(visit, 'timeline-observed');
    await visit.close();
  });

  it('shows its keys, and zooms with Shift and the wheel', async () => {
    const visit = await Visit.open(browser, target, `${TIMELINE}?from=now-1h&to=now&job=hello`);
    const { page } = visit;
    const grid = page.getByRole('treegrid', { name: 'Job runs over time' });
    await grid.getByRole('row', { name: /^hello 20/ }).waitFor();
    await grid.getByRole('row', { name: /^node-a/ }).focus();
    await page.keyboard.press('?');
    const keys = page.getByRole('dialog').filter({ hasText: 'Keys of the timeline' });
    await keys.getByText('Zoom at the pointer').waitFor();
    await expectSound(visit, 'timeline-keys');
    await visit.closeByEscape(keys);
    await page.getByRole('button', { name: 'Stop' }).waitFor({ state: 'detached' });
    const { x = 0, y = 0, width = 0 } = (await grid.boundingBox()) ?? {};
    await page.mouse.move(x + width * 0.7, y + 60);
    await page.keyboard.down('Shift');
    await page.mouse.wheel(0, -400);
    await page.keyboard.up('Shift');
    await page.waitForURL(/[?&]whole=\d+-\d+/);
    await visit.close();
  });

  it('has all events of a node, filtered by words, in the time zone that is chosen', async () => {
    const path = `${TIMELINE}?from=now-1h&to=now&timezone=Asia/Tokyo&activity=on`;
    const visit = await Visit.open(browser, target, path);
    const { page } = visit;
    await page.getByRole('textbox', { name: 'Events with one of these words' }).fill('Evict');
    await page.waitForURL(/[?&]include=Evict/);
    const hourOf = (date: Date) => date.toLocaleTimeString('en-GB', { timeZone: 'Asia/Tokyo', hour: '2-digit' });
    const hours = [hourOf(new Date(Date.now() - 3_600_000)), hourOf(new Date())].join('|');
    await page.getByRole('row', { name: new RegExp(`^node-a .*DiskPressure (${hours}):\\d\\d:\\d\\d`) }).waitFor();
    // Grafana's own time picker shows the zone, and leaves it out of its accessible name.
    await visit.shoot('timeline-activity');
    expect(visit.troubles).toEqual([]);
    await visit.close();
  });
});
