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
  const result = spawnSync('npx', ['jest', '--config', 'jest.real.config.js', '--runInBand'], {
    stdio: 'inherit',
    cwd,
  });
  process.exit(result.status ?? 1);
}
