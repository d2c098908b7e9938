// `npm run test:real`: what needs a real Loki or a real API server. Without one it says so, in one line each.
import { spawnSync } from 'node:child_process';

const { LOKI_URL, LOKI_BIN, KUBEBUILDER_ASSETS } = process.env;
if (!LOKI_URL && !LOKI_BIN) {
  console.log('no real Loki: set LOKI_URL to its address or LOKI_BIN to its binary');
}
if (!KUBEBUILDER_ASSETS) {
  console.log('no real API server: set KUBEBUILDER_ASSETS to a folder with etcd and kube-apiserver');
}
if (LOKI_URL || LOKI_BIN || KUBEBUILDER_ASSETS) {
  const cwd = new URL('..', import.meta.url);
  const run = (command, args) => spawnSync(command, args, { stdio: 'inherit', cwd }).status ?? 1;
  if (run('npm', ['run', '--silent', 'build:shipper']) !== 0) {
    console.log('\nbuild:shipper failed\n0 passed, 1 failed');
    process.exit(1);
  }
  process.exit(run('npx', ['jest', '--config', 'jest.real.config.js', '--runInBand']));
}
