import type { Browser, Page } from 'playwright-core';
import { launch } from './browser';
import { environment, targetNames } from './setup/environment';
import { expectSound } from './sound';
import { themes, Visit } from './visit';

const APP = '/a/afterlog-timelines-app';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

/** Runs in the page: whether two characters look different, which two boxes do not. */
function hasGlyphs(): boolean {
  const pictureOf = (text: string) => {
    const canvas = document.createElement('canvas');
    const context = canvas.getContext('2d');
    if (context !== null) {
      context.font = '32px sans-serif';
      context.fillText(text, 10, 50);
    }
    return canvas.toDataURL();
  };
  return pictureOf('収') !== pictureOf('集');
}

const pages: Array<{ name: string; path: string; until: (page: Page) => Promise<void> }> = [
  { name: 'timeline', path: '/timeline', until: (page) => page.getByRole('row', { name: /^node-a / }).waitFor() },
  {
    name: 'lost-logs',
    path: '/lost-logs',
    until: (page) => page.getByRole('heading', { name: /54/ }).first().waitFor(),
  },
  {
    name: 'lookup',
    path: '/lookup?q=job/hello',
    until: (page) => page.getByText('Hello, Kubernetes!').first().waitFor(),
  },
  { name: 'capacity', path: '/capacity', until: (page) => page.getByRole('heading', { name: /^node-a/ }).waitFor() },
  { name: 'coverage', path: '/coverage', until: (page) => page.getByRole('link', { name: 'node-a' }).waitFor() },
];

describe.each(targetNames())('in Japanese on %s', (target) => {
  describe.each(pages)('the page $name', ({ name, path, until }) => {
    it.each(themes)('is drawn with its characters, in the %s theme', async (theme) => {
      if (environment().targets.some((one) => one.name === target && one.isGrafana)) {
        return; // A user of Grafana chooses the language in the profile.
      }
      const visit = await Visit.open(browser, target, APP + path, theme, '&lang=ja-JP');
      await until(visit.page);
      await visit.page.locator('[aria-label="Loading bar"]').waitFor({ state: 'detached' });
      expect(await visit.page.evaluate(hasGlyphs)).toBe(true);
      await expectSound(visit, `ja-${name}-${theme}`);
      await visit.close();
    });
  });
});
