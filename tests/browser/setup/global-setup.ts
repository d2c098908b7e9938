import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startHost } from '../../../tools/grafana-host';
import { chromiumPath } from './chromium-path';
import { startDemo } from './demo-process';
import { publish, type Target } from './environment';
import { generations, prepare } from './generations';
import globalTeardown, { onTeardown } from './teardown';

const root = join(__dirname, '../../..');

/**
 * Before the first test: the app is built, a store filled with the recorded node, and a host started on each generation
 * of Grafana's libraries. With `GRAFANA_URL` there is one target, which somebody else has set up.
 */
export default async function globalSetup(): Promise<void> {
  try {
    await setUp();
  } catch (error) {
    // Jest ends without a teardown then.
    await globalTeardown();
    throw error;
  }
}

async function setUp(): Promise<void> {
  const chromium = await chromiumPath();
  const { GRAFANA_URL } = process.env;
  if (GRAFANA_URL !== undefined) {
    publish({ chromium, targets: [{ name: 'Grafana', url: GRAFANA_URL.replace(/\/$/, ''), isGrafana: true }] });
    return;
  }
  const dir = await mkdtemp(join(tmpdir(), 'afterlog-browser-'));
  onTeardown(() => rm(dir, { recursive: true }));
  const dist = join(dir, 'dist');
  build(dist);
  generations.forEach(prepare);
  const { lokiUrl, stop } = await startDemo(join(dir, 'demo'));
  onTeardown(stop);
  const targets: Target[] = [];
  for (const { name, page } of generations) {
    const host = await startHost({ listen: { host: '127.0.0.1', port: 0 }, lokiUrl, dist, page });
    onTeardown(() => host.close());
    targets.push({ name: `Grafana ${name}`, url: host.url, isGrafana: false });
  }
  publish({ chromium, lokiUrl, targets });
}

function build(dist: string): void {
  const args = ['webpack', '-c', '.config/webpack/webpack.config.ts', '--env', 'production', '--env', `dist=${dist}`];
  const { status, stdout, stderr } = spawnSync('npx', args, { cwd: root, encoding: 'utf8' });
  if (status !== 0) {
    throw new Error(`the app's build: ${stdout}${stderr}`);
  }
}
