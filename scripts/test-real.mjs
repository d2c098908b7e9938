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
    return LOKI_BIN && !isExecutable(LOKI_BIN) ? undefined : { LOKI_URL, LOKI_BIN };
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
const { LOKI_BIN, KUBEBUILDER_ASSETS } = process.env;
if (!loki) {
  const why = LOKI_BIN ? `LOKI_BIN ${LOKI_BIN} is no program` : 'none on PATH, no Docker to run one';
  console.log(`no real Loki: set LOKI_URL to its address, or LOKI_BIN to its binary; ${why}`);
} else if (!LOKI_BIN && loki.LOKI_URL) {
  console.log('LOKI_URL alone: what needs a Loki with limits of its own is not run; set LOKI_BIN to its binary');
}
const hasApiServer = ['etcd', 'kube-apiserver'].every(
  (name) => KUBEBUILDER_ASSETS && isExecutable(join(KUBEBUILDER_ASSETS, name))
);
if (!hasApiServer) {
  const why = KUBEBUILDER_ASSETS ? `; ${KUBEBUILDER_ASSETS} has not both` : '';
  console.log(`no real API server: set KUBEBUILDER_ASSETS to a folder with etcd and kube-apiserver${why}`);
}
const missing = [...(loki ? [] : ['loki']), ...(hasApiServer ? [] : ['apiserver'])].filter(isRequired);
if (missing.length > 0) {
  console.log(`required by CI_REQUIRE and missing: ${missing.join(', ')}\n\n0 passed, ${missing.length} failed`);
  process.exit(1);
}
if (loki || hasApiServer) {
  const assets = hasApiServer ? KUBEBUILDER_ASSETS : undefined;
  const given = { ...process.env, KUBEBUILDER_ASSETS: assets, LOKI_URL: undefined, LOKI_BIN: undefined, ...loki };
  const env = Object.fromEntries(Object.entries(given).filter(([, value]) => value));
  const run = (command, args) =>
    spawnSync(command, args, { stdio: 'inherit', cwd: new URL('..', import.meta.url), env }).status ?? 1;
  if (run('npm', ['run', '--silent', 'build:shipper']) !== 0) {
    console.log('\nbuild:shipper failed\n0 passed, 1 failed');
    process.exit(1);
  }
  process.exit(run('npx', ['jest', '--config', 'tests/real/jest.config.js', '--runInBand', ...process.argv.slice(2)]));
}
