import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterlog } from '../testkit/afterlog';
import { FakeApiServer } from '../testkit/fake-api-server';
import { startTestStore, type TestStore } from '../testkit/store';
import { until } from '../testkit/until';
import { WatchProcess } from './watch-process';

let dir: string;
let store: TestStore;
let server: FakeApiServer;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'afterlog-login-'));
  store = await startTestStore();
  server = await new FakeApiServer().start();
  server.put('nodes', { metadata: { name: 'node-a', uid: 'n' } });
});
afterEach(async () => {
  server.stop();
  await store.close();
  await rm(dir, { recursive: true });
});

/** Writes a kubeconfig with this user. @returns the arguments that lead a watch there */
async function kubeconfig(user: Record<string, unknown>): Promise<string[]> {
  const file = join(dir, 'kubeconfig');
  const config = {
    'current-context': 'c',
    clusters: [{ name: 'c', cluster: { server: server.url, 'certificate-authority-data': 'Q0E=' } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u', namespace: 'afterlog' } }],
  };
  await writeFile(file, JSON.stringify(config));
  return ['--kubeconfig', file, '--loki.url', store.url];
}
const watchOnce = (args: string[]) => afterlog(['watch', '--once', ...args]);

/** A plugin beside the kubeconfig that prints the token of the file `token`, and notes what it was given. */
async function plugin(): Promise<Record<string, unknown>> {
  const script = `#!/bin/sh
printf '%s\\n' "$1 $GREETING $KUBERNETES_EXEC_INFO" >> ${dir}/calls
printf '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"%s"}}' "$(cat ${dir}/token)"
`;
  await writeFile(join(dir, 'plugin'), script);
  await chmod(join(dir, 'plugin'), 0o700);
  const env = [{ name: 'GREETING', value: 'hello' }];
  const apiVersion = 'client.authentication.k8s.io/v1';
  return { exec: { apiVersion, command: './plugin', args: ['get-token'], env, provideClusterInfo: true } };
}
const calls = () => readFileSync(join(dir, 'calls'), 'utf8').trimEnd().split('\n');

it('a program of the kubeconfig gives the token, with what kubectl would give it', async () => {
  server.authorization = 'Bearer first';
  await writeFile(join(dir, 'token'), 'first');
  const ran = await watchOnce(await kubeconfig(await plugin()));
  expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining('listed 1 nodes') });
  const [call = ''] = calls();
  expect(call).toMatch(/^get-token hello \{/);
  expect(JSON.parse(call.replace(/^get-token hello /, ''))).toEqual({
    kind: 'ExecCredential',
    apiVersion: 'client.authentication.k8s.io/v1',
    spec: { interactive: false, cluster: { server: server.url, 'certificate-authority-data': 'Q0E=' } },
  });
});

it('a token that the server does not accept any more is asked for again', async () => {
  server.authorization = 'Bearer first';
  await writeFile(join(dir, 'token'), 'first');
  const watch = new WatchProcess([...(await kubeconfig(await plugin())), '--listen', '127.0.0.1:0']);
  try {
    await until('a watch on pods', () => server.watching('pods') > 0);
    await writeFile(join(dir, 'token'), 'second');
    server.authorization = 'Bearer second';
    server.cutWatches();
    await until('a watch on pods with the new token', () => server.watching('pods') > 0);
  } finally {
    await watch.end('SIGKILL');
  }
});

it.each([
  [
    'fails',
    async () => {
      await plugin();
      await writeFile(join(dir, 'plugin'), '#!/bin/sh\necho "session has expired" >&2\nexit 1\n');
      return { exec: { command: './plugin', installHint: 'Log in with: company login' } };
    },
    /kubeconfig: no credentials from "\.\/plugin": session has expired\nLog in with: company login\n$/,
  ],
  [
    'is not there',
    async () => ({ exec: { command: 'no-such-plugin' } }),
    /no credentials from "no-such-plugin": .*ENOENT/,
  ],
  [
    'prints something else',
    async () => {
      await plugin();
      await writeFile(join(dir, 'plugin'), '#!/bin/sh\necho hello\n');
      return { exec: { command: './plugin' } };
    },
    /no credentials from "\.\/plugin": [^]*JSON/,
  ],
])('a program that %s is named at once', async (_, user, message) => {
  const failed = await watchOnce(await kubeconfig(await user()));
  expect(failed).toMatchObject({ code: 1, stderr: expect.stringMatching(message) });
});

it('an auth provider gives the token', async () => {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const idToken = `${part({ alg: 'none' })}.${part({ exp: Math.floor(Date.now() / 1000) + 86_400 })}.c2ln`;
  server.authorization = `Bearer ${idToken}`;
  const config = {
    'idp-issuer-url': 'https://issuer.test',
    'client-id': 'c',
    'client-secret': 's',
    'refresh-token': 'r',
  };
  const user = { 'auth-provider': { name: 'oidc', config: { ...config, 'id-token': idToken } } };
  expect(await watchOnce(await kubeconfig(user))).toMatchObject({ code: 0 });
});

it('a token beside a program counts, as with kubectl', async () => {
  server.authorization = 'Bearer fixed';
  expect(await watchOnce(await kubeconfig({ token: 'fixed', exec: { command: 'no-such-plugin' } }))).toMatchObject({
    code: 0,
  });
});
