// `npm run test:node`: agent and watch on a real Kubernetes node, which a kit outside of this repository brings up
// (REAL_NODE, default ../shared/real-node: its node.sh and jobs/). Without one, or where it cannot run, it says so in
// one line. Whatever happens, the node is taken down again.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { isRequired } from './required.mjs';

const root = new URL('..', import.meta.url).pathname;
const kit = resolve(root, process.env.REAL_NODE ?? '../shared/real-node');
const script = join(kit, 'node.sh');

/** Why there can be no node here; undefined where there can. */
function obstacle() {
  if (!existsSync(script)) {
    return `${script} is not there: set REAL_NODE to the folder of the kit`;
  }
  if (process.platform !== 'linux' || process.getuid() !== 0) {
    return 'it takes root on Linux: a kubelet, a container runtime, a disk of its own';
  }
  const pods = '/var/log/pods';
  return existsSync(pods) && readdirSync(pods).length > 0 ? `${pods} is in use: another kubelet runs here` : undefined;
}

/** The variables that the kit wrote to `DIR/env`. */
function variables(dir) {
  const pairs = readFileSync(join(dir, 'env'), 'utf8').matchAll(/(\w+)=(\S+)/g);
  return Object.fromEntries([...pairs].map(([, name, value]) => [name, value]));
}

const why = obstacle();
if (why !== undefined) {
  console.log(`no real node: ${why}`);
  if (isRequired('node')) {
    console.log('required by CI_REQUIRE and missing: node\n\n0 passed, 1 failed');
    process.exit(1);
  }
  process.exit(0);
}

const dir = mkdtempSync(join(tmpdir(), 'afterlog-real-node-'));
let child;
let interrupted;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    interrupted = signal;
    if (child?.pid !== undefined) {
      process.kill(-child.pid, signal);
    }
  });
}

/** Runs to its end, in a group of its own: an interruption is passed on once, by us. */
function run(command, args, env = {}) {
  return new Promise((done, failed) => {
    child = spawn(command, args, { cwd: root, stdio: 'inherit', detached: true, env: { ...process.env, ...env } });
    child.once('error', failed);
    child.once('exit', (code) => done(code ?? 1));
  });
}

let status = 1;
try {
  execFileSync('npm', ['run', '--silent', 'build:shipper'], { cwd: root, stdio: 'inherit' });
  console.log('bringing the node up');
  const isUp = (await run(script, ['up', dir])) === 0;
  if (interrupted !== undefined) {
    console.log(`interrupted by ${interrupted}\n\n0 passed, 0 failed`);
  } else if (isUp) {
    const env = { ...variables(dir), REAL_NODE: kit, NODE_DIR: dir };
    status = await run(
      'npx',
      ['jest', '--config', 'tests/node/jest.config.js', '--runInBand', ...process.argv.slice(2)],
      env
    );
  } else {
    console.log('the node did not come up\n\n0 passed, 1 failed');
  }
} finally {
  interrupted = undefined;
  await run(script, ['down', dir]);
  rmSync(dir, { recursive: true, force: true });
}
process.exit(status);
