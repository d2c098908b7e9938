import type axeCore from 'axe-core';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import * as z from 'zod';
import { environment, type Target } from './setup/environment';

declare global {
  interface Window {
    axe: typeof axeCore;
  }
}

export const themes = ['dark', 'light'] as const;
export type Theme = (typeof themes)[number];

const sizes = [
  { width: 1600, height: 900 },
  { width: 1024, height: 768 },
  { width: 390, height: 844 },
];

const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const violations = z.array(
  z.object({ id: z.string(), help: z.string(), nodes: z.array(z.object({ html: z.string() })) })
);

/** What is on the app's pages and is Grafana's own: tooltips past all landmarks, its time picker, variables of a dashboard. */
const OF_GRAFANA = [
  '#grafana-portal-container',
  '[aria-label^="Time range selected"]',
  '[data-testid="data-testid dashboard controls"]',
];

/** Runs in the page. @param exclude selectors */
function scan({ isGrafana, exclude }: { isGrafana: boolean; exclude: string[] }): Promise<unknown> {
  const dialog = [...document.querySelectorAll('[role=dialog]')].pop();
  // What lies under an open dialog is out of reach for everybody.
  const page = { exclude, ...(isGrafana && { include: '#pageContent' }) };
  // The title of Grafana's drawers is a heading of the third level, whatever the page has.
  const rules = { 'heading-order': { enabled: dialog === undefined } };
  return window.axe.run(dialog ?? page, { rules }).then(({ violations }) => violations);
}

/** Runs in the page: what a new size changes is laid out in one frame and painted in the next ones. */
async function painted(): Promise<void> {
  for (let frame = 0; frame < 4; frame++) {
    await new Promise(requestAnimationFrame);
  }
}

/** Somebody's visit to one target: a page, and what went wrong on it. */
export class Visit {
  /** Errors on the console, exceptions, failed requests. */
  readonly troubles: string[] = [];

  private constructor(
    readonly page: Page,
    private readonly context: BrowserContext,
    private readonly target: Target
  ) {
    page.on('console', (message) => {
      // What a Grafana without internet says of its catalogue; a failed request has its own line below, with the address.
      const isOther = /plugins from catalog|Failed to load resource/.test(message.text());
      if (message.type() === 'error' && !isOther) {
        this.troubles.push(`console: ${message.text()}`);
      }
    });
    page.on('pageerror', (error) => this.troubles.push(`exception: ${error.message}`));
    page.on('requestfailed', (request) => {
      // What is no longer wanted is cancelled, as it should be.
      if (request.failure()?.errorText !== 'net::ERR_ABORTED') {
        this.troubles.push(`failed: ${request.url()} ${request.failure()?.errorText}`);
      }
    });
    page.on('response', (answer) => {
      // Grafana's plugin catalogue is on the internet.
      if (answer.status() >= 400 && !answer.url().startsWith(`${target.url}/api/gnet/`)) {
        this.troubles.push(`${answer.status()} ${answer.url()}`);
      }
    });
  }

  /** @param name of a target @param path with its query @param token of a service account, to visit as it */
  static async open(
    browser: Browser,
    name: string,
    path: string,
    theme: Theme = 'dark',
    more = '',
    token?: string
  ): Promise<Visit> {
    const target = environment().targets.find((one) => one.name === name);
    if (target === undefined) {
      throw new Error(`there is no target ${name}`);
    }
    const context = await browser.newContext({
      viewport: sizes[0],
      locale: 'en-US',
      timezoneId: 'UTC',
      permissions: ['clipboard-read', 'clipboard-write'],
      ...(token !== undefined && { extraHTTPHeaders: { authorization: `Bearer ${token}` } }),
    });
    const visit = new Visit(await context.newPage(), context, target);
    await visit.goto(`${path}${path.includes('?') ? '&' : '?'}theme=${theme}${more}`);
    return visit;
  }

  async goto(path: string): Promise<void> {
    await this.page.goto(this.target.url + path);
  }

  /** What keeps people with assistive technology out, by all of axe-core's rules: a line each. Of Grafana, only its pages. */
  async barriers(): Promise<string[]> {
    await this.page.evaluate(axeSource);
    const ofGrafana = this.target.isGrafana ? OF_GRAFANA : OF_GRAFANA.slice(0, 1);
    const found: unknown = await this.page.evaluate(scan, { isGrafana: this.target.isGrafana, exclude: ofGrafana });
    return violations
      .parse(found)
      .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join('\n')}`);
  }

  /** A picture of the page at each size, below tests/browser/screenshots/. */
  async shoot(name: string): Promise<void> {
    const focused = await this.page.evaluateHandle(() => document.activeElement);
    for (const size of sizes) {
      await this.page.setViewportSize(size);
      await this.page.evaluate(painted);
      const file = `${this.target.name.replace(' ', '-').toLowerCase()}/${name}-${size.width}.png`;
      await this.page.screenshot({ path: join(__dirname, 'screenshots', file) });
    }
    await this.page.setViewportSize(sizes[0] ?? { width: 1600, height: 900 });
    // Grafana's menu takes the focus where a new size undocks it.
    await focused.evaluate((element) => element instanceof HTMLElement && element.focus({ preventScroll: true }));
  }

  /** Closes a drawer or a dialog as a keyboard does. */
  async closeByEscape(dialog: Locator): Promise<void> {
    // From Grafana 12 on the focused close button has a tooltip, and the first Escape takes that away.
    if ((await this.page.getByRole('tooltip').count()) > 0) {
      await this.page.keyboard.press('Escape');
    }
    await this.page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  }

  async close(): Promise<void> {
    await this.context.close();
  }
}
