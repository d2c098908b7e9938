// `npm run bench:timeline [-- --jobs 10000 --containers 10 --nodes 100 --frames 300]`
// Builds the timeline of a generated day in Chromium and prints what it costs.
import chromiumPackage from '@sparticuz/chromium';
import { build } from 'esbuild';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { Cpu } from './cpu.mjs';

const { values } = parseArgs({
  options: {
    jobs: { type: 'string', default: '10000' },
    containers: { type: 'string', default: '10' },
    nodes: { type: 'string', default: '100' },
    frames: { type: 'string', default: '300' },
  },
});
const size = { jobs: Number(values.jobs), containers: Number(values.containers), nodes: Number(values.nodes) };
const count = Number(values.frames);
const goals = { model: 1000, p95: 8, heap: 300 };
const viewport = { width: 1600, height: 900 };

const root = fileURLToPath(new URL('../..', import.meta.url));
const dir = mkdtempSync(path.join(tmpdir(), 'afterlog-bench-timeline-'));
await build({
  entryPoints: ['bench/timeline/page.ts'],
  absWorkingDir: root,
  outfile: path.join(dir, 'page.js'),
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  define: { 'process.env.NODE_ENV': '"production"', global: 'globalThis' },
  logLevel: 'error',
});
const html = `<!doctype html><canvas width="${viewport.width}" height="${viewport.height}"></canvas>
<script>window.grafanaBootData = { settings: {}, user: {} }</script><script type="module" src="/page.js"></script>`;
const server = createServer((request, response) => {
  const isScript = request.url === '/page.js';
  response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
  response.end(isScript ? readFileSync(path.join(dir, 'page.js')) : html);
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const executablePath = process.env.CHROMIUM_PATH ?? (await chromiumPackage.executablePath());
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
try {
  const page = await browser.newPage({ viewport });
  page.on('pageerror', (error) => console.error(error));
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.waitForFunction(() => window.bench !== undefined);
  const cpu = await Cpu.of(page);
  await cpu.measure('generate', size);
  const cases = await cpu.measure('explain');
  const lives = await cpu.measure('makeLives');
  const lanes = await cpu.measure('makeLanes');
  const model = await cpu.measure('makeModel');
  const layout = await cpu.measure('lay', 'whole');
  const again = await cpu.measure('lay', 'hour');
  const frames = {};
  for (const scene of ['zoom', 'pan', 'scroll']) {
    frames[scene] = [];
    for (let i = 0; i < count; i++) {
      frames[scene].push((await cpu.measure('paint', scene, i / count)).ms);
    }
  }
  report({ cases, lives, lanes, model, layout, again, frames, heap: await cpu.heap() }, browser.version());
} finally {
  await browser.close();
  server.close();
  rmSync(dir, { recursive: true });
}

function report({ cases, lives, lanes, model, layout, again, frames, heap }, version) {
  const ms = (value) => `${value.toFixed(value < 10 ? 1 : 0)} ms`;
  const line = (name, value, goal = '') => console.log(`${name.padEnd(42)} ${value.padEnd(26)} ${goal}`.trimEnd());
  const status = (value, goal, unit) => `goal ${goal} ${unit}: ${value <= goal ? 'met' : 'MISSED'}`;
  const part = (sorted, p) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))];
  const all = lives.ms + lanes.ms + model.ms + layout.ms;
  console.log(
    `Chromium ${version}, 1600×900: ${size.jobs} Job runs, ${lives.value} containers, ${size.nodes} nodes, ${layout.value} rows; CPU of the page's thread`
  );
  line('cases of the records (model/), before', ms(cases.ms));
  line('container lives', ms(lives.ms));
  line('node lanes', ms(lanes.ms));
  line('rows and spans', ms(model.ms));
  line('layout', ms(layout.ms));
  line('model and layout, first time', ms(all), status(all, goals.model, 'ms'));
  line('layout again, after a zoom', ms(again.ms));
  for (const [name, values] of Object.entries(frames)) {
    const sorted = [...values].sort((a, b) => a - b);
    const [p50, p95, most] = [part(sorted, 0.5), part(sorted, 0.95), sorted.at(-1)];
    line(`painter, ${name}: p50 / p95 / max`, `${ms(p50)} / ${ms(p95)} / ${ms(most)}`, status(p95, goals.p95, 'ms'));
  }
  line('heap with the records, garbage collected', `${heap.toFixed(0)} MiB`, status(heap, goals.heap, 'MiB'));
}
