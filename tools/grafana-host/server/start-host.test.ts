import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Host, startHost } from './start-host';
import { serve, type TestServer } from '../../../tests/testkit/http';

const plugin = { id: 'a-b-app', type: 'app', name: 'A', info: {}, includes: [] };
let dir: string;
let loki: TestServer;
let asked: Array<{ url?: string; flags?: unknown }>;
let host: Host;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'afterlog-host-'));
  mkdirSync(join(dir, 'dist/img'), { recursive: true });
  mkdirSync(join(dir, 'page'));
  writeFileSync(join(dir, 'secret'), 'not to be had');
  writeFileSync(join(dir, 'dist/plugin.json'), JSON.stringify(plugin));
  writeFileSync(join(dir, 'dist/module.js'), 'define([], () => ({}))');
  writeFileSync(join(dir, 'page/index.html'), '<title>the page</title>');
  asked = [];
  loki = await serve(({ url, headers }) => {
    asked.push({ url, flags: headers['x-loki-response-encoding-flags'] });
    return { status: 400, headers: { 'content-type': 'text/plain' }, body: 'parse error' };
  });
  host = await startHost({
    listen: { host: '127.0.0.1', port: 0 },
    lokiUrl: loki.url,
    dist: join(dir, 'dist'),
    page: join(dir, 'page'),
  });
});
afterEach(async () => {
  await host.close();
  await loki.close();
  rmSync(dir, { recursive: true });
});

/** What a browser has that has opened the page. */
const cookie = async (address = host.url) => ({
  cookie: (await fetch(address)).headers.get('set-cookie')?.split(';')[0] ?? '',
});
const get = async (path: string) => {
  const answer = await fetch(host.url + path, { headers: await cookie() });
  return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() };
};

describe('the host', () => {
  it.each(['/', '/a/a-b-app/lookup?q=job/x', '/explore'])('answers %s with the page', async (path) => {
    expect(await get(path)).toMatchObject({ status: 200, text: '<title>the page</title>' });
  });

  it('serves the built app where Grafana does', async () => {
    const type = 'text/javascript; charset=utf-8';
    expect(await get('/public/plugins/a-b-app/module.js')).toMatchObject({ status: 200, type });
    expect(await get('/public/plugins/a-b-app/img/none.png')).toMatchObject({ status: 404 });
  });

  it('gives away nothing beside its folders', async () => {
    // fetch would tidy the path up before it sends it.
    const socket = connect(Number(new URL(host.url).port), '127.0.0.1');
    socket.end('GET /public/plugins/x/..%2f..%2fsecret HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n');
    let answer = '';
    for await (const chunk of socket) {
      answer += String(chunk);
    }
    expect(answer).toMatch(/^HTTP\/1.1 404/);
  });

  it('passes on to Loki what the data source asks, and its answer as it is', async () => {
    const path = '/loki/api/v1/query_range?query=%7Ba%3D%22b%22%7D';
    const answer = await fetch(`${host.url}/api/datasources/proxy/uid/loki${path}`, {
      headers: { ...(await cookie()), 'X-Loki-Response-Encoding-Flags': 'categorize-labels' },
    });
    expect([answer.status, await answer.text()]).toEqual([400, 'parse error']);
    expect(asked).toEqual([{ url: path, flags: 'categorize-labels' }]);
  });

  it('says that Loki cannot be reached', async () => {
    await loki.close();
    const { status, text } = await get('/api/datasources/proxy/uid/loki/loki/api/v1/labels');
    expect(status).toBe(502);
    expect(text).toMatch(/Loki at http:\/\/127\.0\.0\.1:\d+ cannot be reached/);
  });

  it('keeps the settings that the app saves', async () => {
    const url = '/api/plugins/a-b-app/settings';
    expect(JSON.parse((await get(url)).text)).toMatchObject({
      ...plugin,
      enabled: true,
      jsonData: { lokiUid: 'loki' },
      module: 'public/plugins/a-b-app/module.js',
    });
    const body = JSON.stringify({ enabled: false, pinned: true, jsonData: { lokiUid: 'other' } });
    await fetch(host.url + url, { method: 'POST', body, headers: await cookie() });
    expect(JSON.parse((await get(url)).text)).toMatchObject({ enabled: false, jsonData: { lokiUid: 'other' } });
  });

  it('says what to do where the page was not built', async () => {
    rmSync(join(dir, 'page/index.html'));
    expect(await get('/')).toMatchObject({ status: 500, text: expect.stringContaining('npm run build:host') });
  });

  it.each([
    ['POST', '/api/plugins/a-b-app/settings'],
    ['GET', '/api/plugins/a-b-app/settings'],
    ['POST', '/api/datasources/proxy/uid/loki/loki/api/v1/push'],
    ['GET', '/%61pi/datasources/proxy/uid/loki/loki/api/v1/labels'],
  ])('refuses %s %s without the page’s token, or of another page with it', async (method, path) => {
    const status = async (headers: Record<string, string>) =>
      (await fetch(host.url + path, { method, headers, ...(method === 'POST' && { body: '{}' }) })).status;
    expect(await status({})).toBe(403);
    expect(await status({ cookie: 'afterlog_page=x' })).toBe(403);
    expect(await status({ ...(await cookie()), origin: 'http://evil.example' })).toBe(403);
    expect(await status({ ...(await cookie()), 'sec-fetch-site': 'same-site' })).toBe(403);
    expect(asked).toEqual([]);
  });

  it('is not served under a foreign name, nor in a frame', async () => {
    const socket = connect(Number(new URL(host.url).port), '127.0.0.1');
    socket.end('GET / HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n');
    let answer = '';
    for await (const chunk of socket) {
      answer += String(chunk);
    }
    expect(answer).toMatch(/^HTTP\/1.1 403/);
    const { headers } = await fetch(host.url);
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('set-cookie')).toMatch(/HttpOnly; SameSite=Strict/);
  });

  it('beyond loopback gives the page to who has its address with the token only', async () => {
    const open = await startHost({
      listen: { host: '0.0.0.0', port: 0 },
      lokiUrl: 'http://127.0.0.1:9',
      dist: join(dir, 'dist'),
      page: join(dir, 'page'),
    });
    try {
      const address = open.url.replace('0.0.0.0', '127.0.0.1');
      const settings = `${address}/api/plugins/a-b-app/settings`;
      expect((await fetch(address)).status).toBe(403);
      expect((await fetch(`${address}/?token=wrong`)).status).toBe(403);
      const headers = await cookie(open.pageUrl.replace('0.0.0.0', '127.0.0.1'));
      expect((await fetch(`${address}/explore`, { headers })).status).toBe(200);
      expect((await fetch(settings, { headers })).status).toBe(200);
      expect((await fetch(settings)).status).toBe(403);
    } finally {
      await open.close();
    }
  });

  it.each(['{', '[]', '{"enabled":1}'])('refuses the settings %s', async (body) => {
    const init = { method: 'POST', body, headers: await cookie() };
    expect((await fetch(`${host.url}/api/plugins/a-b-app/settings`, init)).status).toBe(400);
  });

  it('has none of the rest of Grafana’s API', async () => {
    expect(await get('/api/ds/query')).toMatchObject({ status: 404 });
  });
});
