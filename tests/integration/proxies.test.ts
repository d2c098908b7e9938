import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HttpClient } from '../../shipper/common/http-client';
import { afterlog } from '../testkit/afterlog';
import { FakeApiServer } from '../testkit/fake-api-server';
import { CERTIFICATE_FILE, ForwardProxy, tlsBefore } from '../testkit/forward-proxy';
import { serve, type TestServer } from '../testkit/http';
import { RunningProgram, PROGRAM } from '../testkit/processes';
import { SimulatedNode, type SimulatedContainer } from '../testkit/simulated-node';
import { ago, startTestStore, type TestStore } from '../testkit/store';
import { expectEachLineOnce } from './agent-harness';

// Nothing here resolves: loki.test, api.test and hooks.test can be reached through the proxy only.
const TOKEN = 'token-of-loki';
let dir: string;
let node: SimulatedNode;
let store: TestStore;
let tls: TestServer;
let api: FakeApiServer;
let apiTls: TestServer;
let proxy: ForwardProxy;
let container: SimulatedContainer;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'afterlog-proxies-'));
  node = new SimulatedNode();
  container = node.container({ pod: 'import-x7k2p' }).write(300, 60);
  // With a token the store takes any Host header.
  store = await startTestStore({ credentials: { bearerTokens: [TOKEN] } });
  tls = await tlsBefore(store.url);
  api = await new FakeApiServer().start();
  apiTls = await tlsBefore(api.url);
  proxy = await ForwardProxy.start({
    'loki.test:443': tls.url,
    'loki.test:3100': store.url,
    'api.test:6443': apiTls.url,
  });
});
afterEach(async () => {
  await proxy.close();
  await Promise.all([tls.close(), apiTls.close()]);
  api.stop();
  await store.close();
  node.remove();
  await rm(dir, { recursive: true });
});

const agentOnce = (env: NodeJS.ProcessEnv, ...more: string[]) =>
  afterlog(
    [
      ...['agent', '--once', '--logs.dir', node.logs, '--containers.dir', node.links, '--state.dir', node.state],
      ...['--node.name', 'n1', '--cluster.name', 'c1', ...more],
    ],
    { env: { LOKI_BEARER_TOKEN: TOKEN, ...env } }
  );
const overTls = ['--loki.url', 'https://loki.test', '--loki.tls-ca-file', CERTIFICATE_FILE];

it('pushes and queries reach a Loki with TLS through the tunnel of HTTPS_PROXY', async () => {
  proxy.credentials = 'me:secret';
  const env = { HTTPS_PROXY: proxy.url.replace('//', '//me:secret@'), NO_PROXY: 'other.test,10.0.0.0/8' };
  expect(await agentOnce(env, ...overTls)).toMatchObject({ code: 0 });
  await expectEachLineOnce(store, [container]);

  const printed = await afterlog(['logs', 'import-x7k2p', '--since', '9d', '--quiet', ...overTls], {
    env: { LOKI_BEARER_TOKEN: TOKEN, ...env },
  });
  expect(printed).toMatchObject({ code: 0 });
  expect(printed.stdout.trimEnd().split('\n')).toEqual(container.written);
  expect(new Set(proxy.requests)).toEqual(new Set(['CONNECT loki.test:443']));
});

it('pushes, queries and --follow reach a Loki without TLS through HTTP_PROXY', async () => {
  proxy.credentials = 'me:secret';
  const env = { http_proxy: proxy.url.replace('//', '//me:secret@') };
  const plain = ['--loki.url', 'http://loki.test:3100'];
  expect(await agentOnce(env, ...plain)).toMatchObject({ code: 0 });
  await expectEachLineOnce(store, [container]);

  const words = ['logs', 'import-x7k2p', '--since', '9d', '--follow', ...plain];
  const follow = new RunningProgram([process.execPath, PROGRAM, ...words], { LOKI_BEARER_TOKEN: TOKEN, ...env });
  await follow.writes(container.written.at(-1) ?? '');
  const { namespace, name } = container;
  const labels = { cluster: 'c1', namespace, workload: 'import', service_name: 'import', container: name };
  await store.push(labels, [[ago(0), 'a new line', { pod: 'import-x7k2p', restart: '0' }]]);
  await follow.writes('a new line');
  await follow.end('SIGINT');
  expect(proxy.requests).toEqual(
    expect.arrayContaining([
      'POST http://loki.test:3100/loki/api/v1/push',
      'GET http://loki.test:3100/loki/api/v1/query_range',
      'CONNECT loki.test:3100',
    ])
  );
});

it.each([
  ['asks for credentials', 'me:secret', '', /proxy http:\/\/127\.0\.0\.1:\d+: it asks for user and password \(407\)/],
  ['does not know the host', undefined, 'x', /proxy http:\/\/127\.0\.0\.1:\d+: it answered 502 to CONNECT/],
])('a proxy that %s is named', async (_, credentials, suffix, message) => {
  proxy.credentials = credentials;
  const query = (url: string) =>
    afterlog(['cases', '--loki.url', url], { env: { HTTPS_PROXY: proxy.url, HTTP_PROXY: proxy.url } });
  const failed = await query(`https://loki.test${suffix}`);
  expect(failed).toMatchObject({ code: 1, stderr: expect.stringMatching(message) });
  expect(failed.stderr).toContain(`cannot reach Loki at https://loki.test${suffix}`);
});

describe('the API server', () => {
  const watchOnce = async (cluster: Record<string, unknown>, env: NodeJS.ProcessEnv) => {
    api.put('nodes', { metadata: { name: 'node-a', uid: 'n' } });
    const kubeconfig = join(dir, 'kubeconfig');
    const ca = readFileSync(CERTIFICATE_FILE).toString('base64');
    const config = {
      'current-context': 'c',
      clusters: [
        { name: 'c', cluster: { server: 'https://api.test:6443', 'certificate-authority-data': ca, ...cluster } },
      ],
      users: [{ name: 'u', user: { token: 't' } }],
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
    };
    await writeFile(kubeconfig, JSON.stringify(config));
    return afterlog(['watch', '--once', '--kubeconfig', kubeconfig, '--loki.url', store.url], {
      env: { LOKI_BEARER_TOKEN: TOKEN, ...env },
    });
  };

  it.each([
    ['the kubeconfig’s proxy-url', () => [{ 'proxy-url': proxy.url }, { HTTPS_PROXY: 'http://127.0.0.1:1' }] as const],
    ['HTTPS_PROXY', () => [{}, { HTTPS_PROXY: proxy.url }] as const],
  ])('is reached through %s', async (_, setUp) => {
    const ran = await watchOnce(...setUp());
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining('listed 1 nodes') });
    expect(new Set(proxy.requests)).toEqual(new Set(['CONNECT api.test:6443']));
  });
});

it('a webhook is called through the proxy, and a kubelet never', async () => {
  const hooks = await serve(() => ({ status: 200, body: '{}' }));
  const hookProxy = await ForwardProxy.start({ 'hooks.test:80': hooks.url });
  process.env.HTTP_PROXY = hookProxy.url;
  const call = { method: 'POST', path: '/alert', headers: {}, body: '{}', timeoutMs: 60_000 };
  const webhook = new HttpClient('http://hooks.test', {});
  const kubelet = new HttpClient('http://hooks.test', {}, { useProxy: false });
  try {
    expect(await webhook.exchange(call)).toMatchObject({ status: 200 });
    expect(hookProxy.requests).toEqual(['POST http://hooks.test/alert']);
    await expect(kubelet.exchange(call)).rejects.toThrow(/hooks\.test/);
  } finally {
    delete process.env.HTTP_PROXY;
    webhook.close();
    kubelet.close();
    await hookProxy.close();
    await hooks.close();
  }
});
