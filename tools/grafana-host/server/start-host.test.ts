import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Host, startHost } from './start-host';

const plugin = { id: 'a-b-app', type: 'app', name: 'A', info: {}, includes: [] };
let dir: string;
let loki: Server;
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
  loki = createServer(({ url, headers }, response) => {
    asked.push({ url, flags: headers['x-loki-response-encoding-flags'] });
    response.writeHead(400, { 'content-type': 'text/plain' }).end('parse error');
  });
  await new Promise<void>((resolve) => loki.listen(0, '127.0.0.1', resolve));
  host = await startHost({
    listen: { host: '127.0.0.1', port: 0 },
    lokiUrl: `http://127.0.0.1:${portOf(loki)}`,
    dist: join(dir, 'dist'),
    page: join(dir, 'page'),
  });
});
afterEach(async () => {
  await host.close();
  loki.close();
  rmSync(dir, { recursive: true });
});

const portOf = (server: Server) => {
  const address = server.address();
  return typeof address === 'object' ? address?.port : undefined;
};
const get = async (path: string) => {
  const answer = await fetch(host.url + path);
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
    socket.end('GET /public/plugins/x/..%2f..%2fsecret HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    let answer = '';
    for await (const chunk of socket) {
      answer += String(chunk);
    }
    expect(answer).toMatch(/^HTTP\/1.1 404/);
  });

  it('passes on to Loki what the data source asks, and its answer as it is', async () => {
    const path = '/loki/api/v1/query_range?query=%7Ba%3D%22b%22%7D';
    const answer = await fetch(`${host.url}/api/datasources/proxy/uid/loki${path}`, {
      headers: { 'X-Loki-Response-Encoding-Flags': 'categorize-labels' },
    });
    expect([answer.status, await answer.text()]).toEqual([400, 'parse error']);
    expect(asked).toEqual([{ url: path, flags: 'categorize-labels' }]);
  });

  it('says that Loki cannot be reached', async () => {
    loki.close();
    loki.closeAllConnections();
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
    await fetch(host.url + url, { method: 'POST', body });
    expect(JSON.parse((await get(url)).text)).toMatchObject({ enabled: false, jsonData: { lokiUid: 'other' } });
  });

  it('says what to do where the page was not built', async () => {
    rmSync(join(dir, 'page/index.html'));
    expect(await get('/')).toMatchObject({ status: 500, text: expect.stringContaining('npm run build:host') });
  });

  it('has none of the rest of Grafana’s API', async () => {
    expect(await get('/api/ds/query')).toMatchObject({ status: 404 });
  });
});
