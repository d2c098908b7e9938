// `npm start`: builds everything, then replays the recorded node into an embedded store, or the Loki of `--loki.url`, and
// serves the Grafana app over it.
// What `afterlog demo` takes can be given: `npm start -- --speed 10`. APP_LISTEN says where the app is served.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';

const root = new URL('..', import.meta.url).pathname;
const appListen = process.env.APP_LISTEN ?? '127.0.0.1:3000';
const args = process.argv.slice(2);
const options = { 'store.listen': { type: 'string', default: '127.0.0.1:3100' }, 'loki.url': { type: 'string' } };
const { values } = parseArgs({ args, options, strict: false });

for (const [step, what] of [
  ['build:shipper', 'the shipper'],
  ['build:plugin', 'the Grafana app'],
  ['build:host', 'a page for it'],
]) {
  console.log(`building ${what}`);
  if (spawnSync('npm', ['run', '--silent', step], { stdio: 'inherit', cwd: root }).status !== 0) {
    console.error(`${step} failed`);
    process.exit(1);
  }
}

const program = (file, stdout, ...args) =>
  spawn(process.execPath, [`build/${file}`, ...args], { stdio: ['inherit', stdout, 'inherit'], cwd: root });
const loki = values['loki.url'] ?? `http://${values['store.listen']}`;
const app = program('host-server.js', 'pipe', '--listen', appListen, '--loki', loki);
const address = await Promise.race([once(app.stdout, 'data'), once(app, 'exit')]).then(
  ([said]) => /http\S+/.exec(`${said}`)?.[0]
);
if (address === undefined) {
  console.error('Choose another address for the app, e.g. APP_LISTEN=127.0.0.1:3001 npm start');
  process.exit(1);
}
if (address.includes('?token=')) {
  console.log(`Open the app with its token first: ${address}`);
}
const demo = program('afterlog.js', 'inherit', 'demo', '--grafana.url', new URL(address).origin, ...args);
// A terminal tells all three of its Ctrl+C; what tells this program alone is passed on. The end is the demo's.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => demo.kill('SIGTERM'));
const [code, signal] = await once(demo, 'exit');
app.kill('SIGTERM');
process.exit(code ?? (signal === 'SIGINT' ? 130 : 143));
