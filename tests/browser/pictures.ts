import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { startHost } from '../../tools/grafana-host';
import { chromiumArgs } from './browser';
import { chromiumPath } from './setup/chromium-path';
import { startDemo } from './setup/demo-process';
import { environmentWithFonts } from './setup/fonts';

/** `npm run screenshots`: what README.md and the plugins' pages show, of the built app over a replay. */

const size = { width: 1600, height: 900 };
/** The replay ends when it is ready: this much before lies its beginning, and a margin. */
const REPLAYED_MS = 15.5 * 60_000;
const DOCS = 'docs/img';
const APP = '/a/afterlog-timelines-app';

interface Picture {
  name: string;
  path: (range: string) => string;
  theme?: 'light';
  /** Until what is to be seen is there. */
  until: (page: Page) => Promise<unknown>;
  /** A nested plugin's pictures lie in its own folder. */
  into?: string;
  /** In pixels, where it is more than usual. */
  height?: number;
}

const hello = /together with 33 others, to free disk on node-a/;
const pictures: Picture[] = [
  {
    name: 'timeline',
    path: (range) => `${APP}/timeline?${range}`,
    until: (page) => page.getByRole('row', { name: /^node-a .*image GC 85 % → 80 %.*lost-log cases: 54/ }).waitFor(),
  },
  {
    name: 'case',
    path: (range) => `${APP}/timeline?${range}&job=hello`,
    until: async (page) => {
      const grid = page.getByRole('treegrid', { name: 'Job runs over time' });
      await grid.getByRole('row', { name: /^hello 20/ }).focus();
      await page.keyboard.press('ArrowRight');
      await grid.getByRole('gridcell', { name: /^hello-\w{5} \/ hello: / }).waitFor();
      await page.keyboard.press('Enter');
      await page.getByRole('dialog').getByText(hello).waitFor();
    },
  },
  {
    name: 'lost-logs',
    path: (range) => `${APP}/lost-logs?${range}`,
    until: (page) => page.getByText(/^6 lost$/).waitFor(),
  },
  {
    name: 'lookup',
    path: () => `${APP}/lookup?q=job/hello`,
    theme: 'light',
    until: (page) =>
      page
        .getByRole('region', { name: /^Log of hello-/ })
        .getByText('Hello, Kubernetes!')
        .waitFor(),
  },
  {
    name: 'capacity',
    path: (range) => `${APP}/capacity?${range}`,
    until: async (page) => {
      await page.getByRole('heading', { name: /^node-a: 2 reclaims/ }).waitFor();
      await page.locator('figure canvas').first().waitFor();
    },
  },
  {
    name: 'coverage',
    path: (range) => `${APP}/coverage?${range}`,
    until: (page) => page.getByRole('region', { name: 'Nodes' }).getByRole('link', { name: 'node-a' }).waitFor(),
  },
  {
    name: 'dashboard-node-disk',
    path: (range) => `/d/afterlog-node-disk?${range}`,
    into: DOCS,
    height: 1250,
    until: (page) => page.locator('.u-over').nth(4).waitFor(),
  },
  {
    name: 'dashboard-lost-logs',
    path: (range) => `/d/afterlog-lost-logs?${range}`,
    into: DOCS,
    until: (page) => page.locator('.u-over').nth(1).waitFor(),
  },
  {
    name: 'dashboard-agents',
    path: (range) => `/d/afterlog-agents?${range}`,
    into: DOCS,
    until: (page) => page.locator('.u-over').nth(2).waitFor(),
  },
  {
    name: 'dashboard',
    path: (range) => `/d/afterlog-job-timelines?${range}`,
    into: 'src/job-timeline-panel/img/screenshots',
    until: async (page) => {
      const grid = page.getByRole('treegrid', { name: 'Job runs: Job runs over time' });
      await grid.getByRole('row', { name: /^node-a .*image GC 85 % → 80 %.*lost-log cases: 54/ }).waitFor();
      await page.getByText('41', { exact: true }).waitFor();
      await page.locator('.u-over').first().waitFor();
    },
  },
];

async function takeAll(browser: Browser, address: string): Promise<void> {
  const now = Date.now();
  const range = `from=${now - REPLAYED_MS}&to=${now}`;
  for (const { name, path, theme = 'dark', until, into = 'src/img/screenshots', height = size.height } of pictures) {
    const page = await browser.newPage({ viewport: { ...size, height }, locale: 'en-US', timezoneId: 'UTC' });
    await page.goto(`${address}${path(range)}&theme=${theme}`);
    await until(page);
    await page.getByRole('button', { name: 'Stop' }).waitFor({ state: 'detached' });
    // What moves comes to rest: drawers, loading bars.
    await page.waitForTimeout(1_000);
    const file = join(into, `${name}.png`);
    await mkdir(into, { recursive: true });
    await page.screenshot({ path: file });
    await page.close();
    process.stdout.write(`${file}\n`);
  }
}

async function main(): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'afterlog-screenshots-'));
  const demo = await startDemo(join(dir, 'demo'));
  const listen = { host: '127.0.0.1', port: 0 };
  const host = await startHost({ listen, lokiUrl: demo.lokiUrl, dist: resolve('dist'), page: resolve('build/host') });
  const browser = await chromium.launch({
    executablePath: await chromiumPath(),
    args: chromiumArgs,
    env: environmentWithFonts(),
  });
  try {
    await takeAll(browser, host.url);
  } finally {
    await browser.close();
    await host.close();
    await demo.stop();
    await rm(dir, { recursive: true });
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
