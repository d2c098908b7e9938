import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stringify } from 'yaml';
import { clusterAccess } from './access';
import { bearerFile } from './token-file';

describe('clusterAccess', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(path.join(tmpdir(), 'afterlog-access-'));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  const base = {
    'current-context': 'a',
    clusters: [
      { name: 'c', cluster: { server: 'https://example.org:6443/prefix/', 'certificate-authority': 'ca.pem' } },
    ],
    users: [{ name: 'u', user: { token: 'secret' } }],
    contexts: [{ name: 'a', context: { cluster: 'c', user: 'u', namespace: 'ns' } }],
  };
  function write(name: string, content: unknown): string {
    const file = path.join(dir, name);
    writeFileSync(file, typeof content === 'string' ? content : stringify(content));
    return file;
  }
  const read = (content: unknown, context?: string) =>
    clusterAccess({ kubeconfig: write('config', content), context, env: {} });

  it('reads a kubeconfig: files relative to it, or their content', async () => {
    write('ca.pem', 'CA');
    expect(read(base)).toMatchObject({
      server: 'https://example.org:6443/prefix',
      ca: Buffer.from('CA'),
      namespace: 'ns',
    });
    expect(await read(base).credentials()).toMatchObject({ authorization: 'Bearer secret' });
    const data = { 'client-certificate-data': 'Q0VSVA==', 'client-key-data': 'S0VZ' };
    expect(await read({ ...base, users: [{ name: 'u', user: data }] }).credentials()).toMatchObject({
      cert: Buffer.from('CERT'),
      key: Buffer.from('KEY'),
    });
  });

  it('reads several files as one, the first of a name counts', async () => {
    write('ca.pem', 'CA');
    const one = write('one', { users: [{ name: 'u', user: { token: 'first' } }] });
    const two = write('two', base);
    const access = clusterAccess({ env: { KUBECONFIG: [one, two].join(path.delimiter) } });
    expect(await access.credentials()).toMatchObject({ authorization: 'Bearer first' });
  });

  it('takes the service account in a pod, and reads its token again', async () => {
    const serviceAccountDir = path.join(dir, 'serviceaccount');
    mkdirSync(serviceAccountDir);
    for (const [name, content] of Object.entries({ token: 't1', 'ca.crt': 'CA', namespace: 'afterlog' })) {
      writeFileSync(path.join(serviceAccountDir, name), content);
    }
    const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '6443' };
    const access = clusterAccess({ env, serviceAccountDir });
    expect(access).toMatchObject({
      server: 'https://[fd00::1]:6443',
      namespace: 'afterlog',
      origin: 'service account',
    });
    expect(await access.credentials()).toEqual({ authorization: 'Bearer t1' });

    let now = 0;
    const token = bearerFile(path.join(serviceAccountDir, 'token'), () => now);
    writeFileSync(path.join(serviceAccountDir, 'token'), 't2\n');
    expect(token()).toBe('Bearer t1');
    now = 20_000;
    expect(token()).toBe('Bearer t2');
    rmSync(path.join(serviceAccountDir, 'token'));
    now = 40_000;
    expect(token()).toBe('Bearer t2');
  });

  it('takes the proxy of the cluster, else that of the environment', () => {
    const cluster = { server: 'https://example.org', 'proxy-url': 'socks5://p:1080' };
    const env = { HTTPS_PROXY: 'http://e:3128' };
    const proxy = (content: unknown) => clusterAccess({ kubeconfig: write('config', content), env }).proxy?.host;
    expect(proxy({ ...base, clusters: [{ name: 'c', cluster }] })).toBe('p:1080');
    expect(proxy({ ...base, clusters: [{ name: 'c', cluster: { server: cluster.server } }] })).toBe('e:3128');
  });

  it.each([
    [
      'a missing file',
      () => clusterAccess({ kubeconfig: path.join(dir, 'nowhere'), env: {} }),
      /cannot read the kubeconfig .*nowhere/,
    ],
    ['no YAML', () => read('{'), /cannot read the kubeconfig/],
    ['no kubeconfig', () => read('[1]'), /is no kubeconfig/],
    ['a wrong key', () => read({ ...base, clusters: [{ name: 'c', cluster: {} }] }), /clusters\.0\.cluster\.server/],
    ['no current context', () => read({ ...base, 'current-context': undefined }), /choose one with --context \(a\)/],
    ['an unknown context', () => read(base, 'b'), /no context "b": there are a/],
    ['a missing cluster', () => read({ ...base, clusters: [] }), /names the cluster "c", which is not there/],
    [
      'no URL',
      () => read({ ...base, clusters: [{ name: 'c', cluster: { server: 'nope' } }] }),
      /"nope" is not the URL/,
    ],
    ['a missing certificate', () => read(base), /cannot read the certificate-authority ca\.pem/],
    [
      'a proxy of another kind',
      () => read({ ...base, clusters: [{ name: 'c', cluster: { server: 'https://x', 'proxy-url': 'ftp://p' } }] }),
      /proxy-url: proxies with ftp:\/\/ are not supported \(http:\/\/, https:\/\/, socks5:\/\/\)/,
    ],
  ])('says what is wrong: %s', (_, act, message) => {
    expect(act).toThrow(message);
  });
});
