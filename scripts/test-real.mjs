// `npm run test:real`: what needs a real Loki or a real API server. Without one it says so, in one line each.
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { isRequired } from './required.mjs';

const IMAGE = 'grafana/loki:3.7.6';

const works = (command, ...args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

/** The Loki to test against, in the variables that the tests read; nothing where there is none. */
function findLoki({ LOKI_URL, LOKI_BIN, LOKI_IMAGE = IMAGE, PATH = '' }) {
  if (LOKI_URL || LOKI_BIN) {
    return { LOKI_URL, LOKI_BIN };
  }
  const binary = PATH.split(delimiter)
    .map((dir) => join(dir, 'loki'))
    .find(isExecutable);
  if (binary) {
    return { LOKI_BIN: binary };
  }
  return works('docker', 'info') && works('docker', 'pull', '--quiet', LOKI_IMAGE) ? { LOKI_IMAGE } : undefined;
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const loki = findLoki(process.env);
const { KUBEBUILDER_ASSETS } = process.env;
if (!loki) {
  console.log(
    'no real Loki: set LOKI_URL to its address, or LOKI_BIN to its binary; none on PATH, no Docker to run one'
  );
}
if (!KUBEBUILDER_ASSETS) {
  console.log('no real API server: set KUBEBUILDER_ASSETS to a folder with etcd and kube-apiserver');
}
const missing = [...(loki ? [] : ['loki']), ...(KUBEBUILDER_ASSETS ? [] : ['apiserver'])].filter(isRequired);
if (missing.length > 0) {
  console.log(`required by CI_REQUIRE and missing: ${missing.join(', ')}\n\n0 passed, ${missing.length} failed`);
  process.exit(1);
}
if (loki || KUBEBUILDER_ASSETS) {
  const env = Object.fromEntries(Object.entries({ ...process.env, ...loki }).filter(([, value]) => value));
  const run = (command, args) =>
    spawnSync(command, args, { stdio: 'inherit', cwd: new URL('..', import.meta.url), env }).status ?? 1;
  if (run('npm', ['run', '--silent', 'build:shipper']) !== 0) {
    console.log('\nbuild:shipper failed\n0 passed, 1 failed');
    process.exit(1);
  }
  process.exit(run('npx', ['jest', '--config', 'jest.real.config.js', '--runInBand', ...process.argv.slice(2)]));
}
