import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { afterlog } from '../testkit/afterlog';
import { close, listen, serve } from '../testkit/http';
import { ago, startTestStore, type TestStore } from '../testkit/store';
import { pushLines, pushRecord, record, run } from './logs-data';

// The file `~/.config/afterlog.yaml`, and what the kube context decides through it.
let home: string;
let store: TestStore;
beforeAll(async () => {
  store = await startTestStore();
  for (const [cluster, namespace] of [
    ['prod', 'shop'],
    ['prod', 'bank'],
    ['test', 'shop'],
  ] as const) {
    const web = run('web-x7k2p', { cluster, namespace });
    const time = ago(3600);
    await pushLines(store, web, [[time, `from ${cluster} ${namespace}`]]);
    await pushRecord(store, time + 1_000_000_000n, record(web, [time]));
  }
});
afterAll(() => store.close());
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'afterlog-home-'));
  mkdirSync(join(home, '.config'));
  mkdirSync(join(home, '.kube'));
});
afterEach(() => rmSync(home, { recursive: true }));

const file = () => join(home, '.config/afterlog.yaml');
const configure = (config: unknown) => writeFileSync(file(), stringify(config));
const useContext = (name: string, namespace?: string) =>
  writeFileSync(
    join(home, '.kube/config'),
    stringify({ 'current-context': name, contexts: [{ name, context: { cluster: 'k', user: 'u', namespace } }] })
  );
const withHome = (args: string[], env: NodeJS.ProcessEnv = {}) => afterlog(args, { env: { HOME: home, ...env } });
const logs = (...args: string[]) => withHome(['logs', 'web-x7k2p', '--quiet', ...args]);

it('the file leads to Loki, and a flag or LOKI_ADDR to another, without what the file says of its own', async () => {
  let tenants: unknown[] = [];
  const loki = await serve(({ headers }) => {
    tenants.push([headers['x-scope-orgid'], headers.authorization]);
    return { status: 404, body: 'another Loki' };
  });
  const secret = join(home, 'secret');
  writeFileSync(secret, 'me:secret\n');
  configure({ loki: { url: loki.url, 'tenant-id': 'mine', 'basic-auth-file': secret } });
  expect(await withHome(['cases'])).toMatchObject({ code: 1, stderr: expect.stringContaining('another Loki') });
  expect(tenants[0]).toEqual(['mine', `Basic ${btoa('me:secret')}`]);

  tenants = [];
  configure({ loki: { url: 'http://127.0.0.1:1', 'tenant-id': 'mine', 'basic-auth-file': secret } });
  await withHome(['cases', '--loki.url', loki.url]);
  await withHome(['cases'], { LOKI_ADDR: loki.url });
  await loki.close();
  expect(new Set(tenants.map(String))).toEqual(new Set([',']));
});

it('a mapped context decides on the cluster and the namespace, as with kubectl', async () => {
  configure({ loki: { url: store.url }, contexts: { admin: 'prod' } });
  useContext('admin', 'shop');
  expect(await logs()).toMatchObject({ code: 0, stdout: 'from prod shop\n' });
  expect(await logs('-n', 'bank')).toMatchObject({ code: 0, stdout: 'from prod bank\n' });
  expect(await logs('--cluster', 'test')).toMatchObject({ code: 0, stdout: 'from test shop\n' });
  expect((await logs('-A')).stdout.trim().split('\n').length).toBe(3);

  const explained = await withHome(['explain', 'web-x7k2p', '-o', 'json']);
  expect(explained.stdout.match(/"(cluster|namespace)": "\w+"/g)?.sort()).toEqual(
    expect.arrayContaining(['"cluster": "prod"', '"namespace": "shop"'])
  );
  expect(explained.stdout).not.toContain('"bank"');
  expect(explained.stdout).not.toContain('"test"');

  const listed = await withHome(['cases', '-o', 'jsonl', '--no-evidence']);
  expect(new Set(listed.stdout.match(/"cluster":"\w+"/g))).toEqual(new Set(['"cluster":"prod"']));
});

it('what is not found says where was searched', async () => {
  configure({ loki: { url: store.url }, contexts: { admin: 'prod' } });
  useContext('admin', 'empty');
  const searched = 'Searched cluster prod, namespace empty, as in the current kube context';
  expect(await logs()).toMatchObject({ code: 1, stderr: expect.stringContaining(searched) });
  expect((await withHome(['explain', 'web-x7k2p'])).stderr).toContain(searched);
  expect((await logs('-n', 'nowhere')).stderr).toContain('Searched cluster prod, as in');
});

it('a context that is not mapped decides nothing', async () => {
  configure({ loki: { url: store.url }, contexts: { other: 'prod' } });
  useContext('admin', 'shop');
  expect((await logs('-A')).stdout.trim().split('\n').length).toBe(3);
  configure({ loki: { url: store.url } });
  expect((await logs('-A')).stdout.trim().split('\n').length).toBe(3);
});

it.each([
  [{ loki: { adress: 'x' } }, /afterlog\.yaml: line 2: unknown key "loki\.adress"/],
  [{ contexts: ['a'] }, /afterlog\.yaml: line 1: contexts: expected a map, got/],
  [{ batch: { wait: '1s' } }, /afterlog\.yaml: line 1: unknown key "batch/],
])('a wrong key is named with its line: %j', async (config, message) => {
  configure(config);
  expect(await withHome(['cases'])).toMatchObject({ code: 1, stderr: expect.stringMatching(message) });
});

it('Grafana’s data source proxy is a way to Loki', async () => {
  const prefix = '/api/datasources/proxy/uid/loki';
  const asked: string[] = [];
  const grafana = createServer((incoming, response) => {
    const { url = '', method, headers } = incoming;
    asked.push(`${headers.authorization ?? ''} ${url.split('?')[0] ?? ''}`);
    const onward = request(store.url + url.slice(prefix.length), {
      method,
      headers: { ...headers, host: 'localhost' },
    });
    onward.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    incoming.pipe(onward);
  });
  const url = `${await listen(grafana)}${prefix}`;
  const token = join(home, 'token');
  writeFileSync(token, 'of-a-service-account');
  configure({ loki: { url, 'bearer-token-file': token } });
  expect(await logs('-n', 'bank')).toMatchObject({ code: 0, stdout: 'from prod bank\n' });
  await close(grafana);
  expect(asked.every((one) => one.startsWith(`Bearer of-a-service-account ${prefix}/loki/api/v1/`))).toBe(true);
  expect(asked.length).toBeGreaterThan(0);
});
