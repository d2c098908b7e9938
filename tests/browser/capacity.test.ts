import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import * as z from 'zod';
import { launch } from './browser';
import { environment, targetNames } from './setup/environment';
import { expectSound } from './sound';
import { themes, Visit } from './visit';
import { itemsOf } from '../testkit/json-list';

const CAPACITY = '/a/afterlog-timelines-app/capacity';
const HOUR_MS = 3_600_000;
const run = promisify(execFile);

const review = z.object({
  summary: z.object({ text: z.string() }),
  rows: z.array(
    z.object({
      name: z.string(),
      ...{ reclaims: z.number(), imageGcs: z.number(), containersRemoved: z.number(), imagesRemoved: z.number() },
      ...{ podsEvicted: z.number(), podsRejected: z.number(), pressureMs: z.number() },
      logs: z.record(z.string(), z.number()),
    })
  ),
});

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

/** What `afterlog capacity` says of the same Loki and time. */
async function printed(span: { from: number; to: number }, ...flags: string[]): Promise<string> {
  const times = ['--from', new Date(span.from).toISOString(), '--to', new Date(span.to).toISOString()];
  const url = environment().lokiUrl ?? '';
  const { stdout } = await run(process.execPath, [
    'build/afterlog.js',
    'capacity',
    '--loki.url',
    url,
    ...times,
    ...flags,
  ]);
  return stdout;
}

/** The page has read everything. */
const isRead = (page: Page) => page.getByRole('button', { name: 'Copy as Markdown', disabled: false }).waitFor();

async function figuresOf(page: Page, section: string): Promise<Array<Record<string, string>>> {
  const region = page.getByRole('region', { name: section });
  const head = await region.getByRole('columnheader').allInnerTexts();
  const rows = await region
    .getByRole('row')
    .filter({ has: page.getByRole('cell') })
    .all();
  return Promise.all(
    rows.map(async (row) => {
      const cells = await row.getByRole('cell').allInnerTexts();
      return Object.fromEntries(head.map((name, i) => [name.trim(), cells[i]?.trim() ?? '']));
    })
  );
}

describe.each(targetNames())('the capacity page on %s', (target) => {
  it.each(themes)('shows the review, in the %s theme', async (theme) => {
    const visit = await Visit.open(browser, target, CAPACITY, theme);
    const { page } = visit;
    await isRead(page);
    await page.getByRole('heading', { name: /^node-a: 2 reclaims, 2 min of DiskPressure, 54 logs/ }).waitFor();
    await page.locator('figure canvas').first().waitFor();
    await expectSound(visit, `capacity-${theme}`);
    await visit.close();
  });

  it('has the figures of `afterlog capacity`', async () => {
    if (environment().lokiUrl === undefined) {
      return; // A Grafana that somebody else has set up: its Loki is not known.
    }
    const to = Date.now();
    const span = { from: to - 6 * HOUR_MS, to };
    const visit = await Visit.open(browser, target, `${CAPACITY}?from=${span.from}&to=${span.to}&timezone=utc`);
    const { page } = visit;
    const shown = async () => {
      await isRead(page);
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'CSV' }).click(),
      ]);
      await page.getByRole('button', { name: 'Copy as Markdown' }).click();
      await page
        .getByText('Copied')
        .or(page.getByRole('button', { name: 'Copied' }))
        .first()
        .waitFor();
      const markdown = await page.evaluate(() => navigator.clipboard.readText());
      const figures = await figuresOf(page, 'By node');
      const summary = await page.getByRole('heading', { name: /^node-a: / }).innerText();
      return { csv: await readFile(await file.path(), 'utf8'), markdown, figures, summary };
    };
    // The agent goes on: a record of the last moments may come in between.
    let before = '';
    let seen = await shown();
    for (
      let after = await printed(span, '-o', 'markdown');
      before !== after;
      after = await printed(span, '-o', 'markdown')
    ) {
      before = after;
      await page.reload();
      seen = await shown();
    }
    const { rows, summary } = review.parse(itemsOf(await printed(span, '-o', 'json'))[0]);
    expect(seen.summary).toBe(summary.text);
    expect(seen.figures).toEqual(
      rows.map((row) =>
        expect.objectContaining({
          ...{ Node: row.name, Reclaims: `${row.reclaims}`, 'Image GC': `${row.imageGcs}` },
          ...{ 'Containers removed': `${row.containersRemoved}`, 'Images removed': `${row.imagesRemoved}` },
          ...{ Evicted: `${row.podsEvicted}`, Rejected: `${row.podsRejected}` },
          ...{ 'Pressure h': (row.pressureMs / HOUR_MS).toFixed(2), Complete: `${row.logs.complete ?? 0}` },
          ...{
            Rescued: `${row.logs.rescued ?? 0}`,
            Partial: `${row.logs.partial ?? 0}`,
            Lost: `${row.logs.lost ?? 0}`,
          },
        })
      )
    );
    expect(seen.csv).toBe(await printed(span, '-o', 'csv'));
    // Titles have their own times; all sections are the same.
    const sections = (markdown: string) => markdown.slice(markdown.indexOf('\n'));
    expect(sections(seen.markdown)).toBe(sections(before));
    expect(visit.troubles).toEqual([]);
    await visit.close();
  });

  it('is used by the keyboard: the ranking by Job family, ordered, narrowed down to a Job', async () => {
    const visit = await Visit.open(browser, target, CAPACITY);
    const { page } = visit;
    await isRead(page);
    await page.getByRole('radio', { name: 'Node' }).focus();
    for (const by of ['pool', 'namespace', 'job']) {
      await page.keyboard.press('ArrowRight');
      await page.waitForURL(new RegExp(`by=${by}`));
      await isRead(page);
    }
    await page.getByRole('region', { name: 'By Job family' }).waitFor();
    const head = page.getByRole('region', { name: 'By Job family' }).getByRole('columnheader');
    await head.filter({ hasText: 'Containers removed' }).getByRole('button').focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/by=job.*sort=containersRemoved/);
    // Grafana 11.6 begins with the least.
    if (!/desc$/.test(new URL(page.url()).searchParams.get('sort') ?? '')) {
      await page.keyboard.press('Enter');
    }
    await page.waitForURL((url) => url.searchParams.get('sort') === 'containersRemoved desc');
    const first = page.getByRole('region', { name: 'By Job family' }).getByRole('row').nth(1);
    await first.getByRole('cell', { name: 'hello', exact: true }).waitFor();
    await visit.goto(`${CAPACITY}?by=job&job=hello`);
    await isRead(page);
    expect((await figuresOf(page, 'By Job family')).map((row) => row['Job family'])).toEqual(['hello']);
    expect(visit.troubles).toEqual([]);
    await visit.close();
  });

  it('replays the time range under other settings', async () => {
    const visit = await Visit.open(browser, target, CAPACITY);
    const { page } = visit;
    await isRead(page);
    const form = page.getByRole('form', { name: 'What if' });
    await form.getByLabel('diskSize').fill('six');
    await page.keyboard.press('Enter');
    await form.getByRole('alert').waitFor();
    await form.getByLabel('diskSize').fill('6GB');
    await page.keyboard.press('Enter');
    await page.waitForURL(/whatIf=diskSize%3D6GB/);
    await form.getByRole('alert').waitFor({ state: 'detached' });
    const [replayed] = await figuresOf(page, 'Under other settings');
    expect(replayed).toMatchObject({ Node: 'node-a', Reclaims: '2', 'Would not have happened': '2' });
    await expectSound(visit, 'capacity-what-if');
    await visit.close();
  });

  it('is printed without what is around it, in light colours', async () => {
    const visit = await Visit.open(browser, target, CAPACITY, 'dark');
    const { page } = visit;
    await isRead(page);
    await page.emulateMedia({ media: 'print' });
    await page.getByRole('heading', { name: /^Capacity review, / }).waitFor();
    await page.getByRole('button', { name: 'Print' }).waitFor({ state: 'hidden' });
    await page.getByRole('navigation').first().waitFor({ state: 'hidden' });
    const colors = await page
      .locator('article.afterlog-printed')
      .evaluate((report) => [getComputedStyle(report).color, getComputedStyle(report).backgroundColor]);
    expect(colors.map(brightness).map((value) => value > 128)).toEqual([false, true]);
    await visit.shoot('capacity-print');
    expect(visit.troubles).toEqual([]);
    await visit.close();
  });
});

/** Of `rgb(…)` or `rgba(…)`, 0 to 255. */
function brightness(color: string): number {
  const [red = 0, green = 0, blue = 0] = (color.match(/[\d.]+/g) ?? []).map(Number);
  return (red + green + blue) / 3;
}
