import chromiumPackage from '@sparticuz/chromium';
import { build } from 'esbuild';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromium } from 'playwright-core';
import type { TimelineCost } from './page';

const VIEWPORT = { width: 1600, height: 900 };
const PROXY = '/api/datasources/proxy/uid/loki';

/** Chromium with a page that reads timelines from a Loki, as the app does in Grafana. */
export class TimelinePage {
  private constructor(
    /** Reads a range again. Milliseconds since 1970. */
    readonly read: (range: { from: number; to: number }) => Promise<TimelineCost & { cpu: number }>,
    readonly close: () => Promise<void>
  ) {}

  static async open(lokiUrl: string): Promise<TimelinePage> {
    const script = await bundled();
    const html = `<!doctype html><canvas width="${VIEWPORT.width}" height="${VIEWPORT.height}"></canvas>
<script>window.grafanaBootData = { settings: { featureToggles: {} }, user: {} }</script><script src="/page.js"></script>`;
    const server = createServer((incoming, outgoing) => {
      const address = incoming.url ?? '/';
      if (address.startsWith(PROXY)) {
        const { headers, method } = incoming;
        const passed = request(new URL(address.slice(PROXY.length), lokiUrl), { method, headers }, (answer) => {
          outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(outgoing);
        });
        passed.on('error', () => outgoing.destroy());
        outgoing.on('close', () => passed.destroy());
        incoming.pipe(passed);
        return;
      }
      const isScript = address === '/page.js';
      outgoing.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
      outgoing.end(isScript ? script : html);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const executablePath = process.env.CHROMIUM_PATH ?? (await chromiumPackage.executablePath());
    const args = ['--no-sandbox', '--disable-gpu', '--enable-precise-memory-info'];
    const browser = await chromium.launch({ executablePath, args });
    const { port } = server.address() as AddressInfo;
    return new TimelinePage(
      async (range) => {
        const page = await browser.newPage({ viewport: VIEWPORT });
        try {
          page.on('pageerror', (error) => console.error(error));
          await page.goto(`http://127.0.0.1:${port}/`);
          const cdp = await page.context().newCDPSession(page);
          await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
          const task = async () =>
            (await cdp.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration')?.value ??
            NaN;
          const before = await task();
          const cost = await page.evaluate((asked) => window.readTimeline(asked), range);
          return { ...cost, cpu: (await task()) - before };
        } finally {
          await page.close();
        }
      },
      async () => {
        await browser.close();
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    );
  }
}

async function bundled(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: ['bench/fleet/page.ts'],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    loader: { '.css': 'empty' },
    define: { 'process.env.NODE_ENV': '"production"', global: 'globalThis' },
    logLevel: 'error',
  });
  return outputFiles[0]?.text ?? '';
}
