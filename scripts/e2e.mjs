// `npm run e2e`: the browser tests against a Grafana with the app and the replay's records, by default the one of
// docker-compose.yaml.
import { spawnSync } from 'node:child_process';

const GRAFANA_URL = process.env.GRAFANA_URL ?? 'http://127.0.0.1:3000';
try {
  const health = await fetch(new URL('/api/health', GRAFANA_URL));
  if (!health.ok || (await health.json()).version === undefined) {
    throw new Error(`it answered ${health.status}, and not as Grafana does`);
  }
} catch (error) {
  const why = error instanceof Error ? error.message : error;
  console.error(`No Grafana at ${GRAFANA_URL} (${why}): start one with docker compose up, or set GRAFANA_URL.`);
  process.exit(1);
}
const { status } = spawnSync('npx', ['jest', '--selectProjects', 'browser', ...process.argv.slice(2)], {
  stdio: 'inherit',
  cwd: new URL('..', import.meta.url),
  env: { ...process.env, GRAFANA_URL },
});
process.exit(status ?? 1);
