import { request } from 'node:http';
import { WebSocket } from 'ws';
import { HostileStore, lines } from './store-program';

describe('web pages and other machines against the store', () => {
  let store: HostileStore;

  beforeAll(async () => {
    store = new HostileStore();
    await store.start();
    await store.push(lines(3));
  });
  afterAll(() => store.remove());

  const push = (headers: Record<string, string>) =>
    store.send(JSON.stringify({ streams: [{ stream: { app: 'page' }, values: lines(1) }] }), headers);
  /** fetch sets the Host header itself. */
  const under = (host: string, path: string) =>
    new Promise<number | undefined>((resolve, reject) =>
      request(`${store.url}${path}`, { headers: { host } }, (answer) => resolve(answer.resume().statusCode))
        .on('error', reject)
        .end()
    );

  it('a page of another origin cannot push', async () => {
    const json = { 'content-type': 'application/json' };
    expect(await push({ ...json, origin: 'http://evil.example' })).toBe(403);
    expect(await push({ ...json, origin: 'null' })).toBe(403);
    expect(await push({ ...json, 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await push({ 'content-type': 'text/plain' })).toBe(415);
    expect(await push({ 'content-type': 'application/x-www-form-urlencoded' })).toBe(415);
    expect(await push({ 'content-type': 'multipart/form-data; boundary=x' })).toBe(415);
    expect(await store.count('{app="page"}')).toBe(0);
  });

  it('a page of another origin cannot ask, nor follow', async () => {
    const init = { headers: { origin: 'http://evil.example' } };
    expect((await fetch(`${store.url}/loki/api/v1/labels`, init)).status).toBe(403);
    expect((await fetch(`${store.url}/metrics`, { headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(403);
    const socket = new WebSocket(`${store.url.replace('http', 'ws')}/loki/api/v1/tail?query={app="x"}`, init);
    const refused = await new Promise<string>((resolve) => socket.once('error', ({ message }) => resolve(message)));
    expect(refused).toContain('403');
  });

  it('a name that a page made resolve to this machine is refused (DNS rebinding)', async () => {
    const { port } = new URL(store.url);
    expect(await under(`evil.example:${port}`, '/loki/api/v1/labels')).toBe(403);
    expect(await under(`localhost.evil.example:${port}`, '/ready')).toBe(403);
    expect(await under(`localhost:${port}`, '/loki/api/v1/labels')).toBe(200);
  });

  it('an address that other machines reach needs credentials', async () => {
    const other = new HostileStore();
    for (const address of ['0.0.0.0:0', '[::]:0', ':0']) {
      const { code, output } = await other.refusedStart('--listen', address);
      expect(code).toBe(1);
      expect(output).toContain('add --auth.basic-file FILE or --auth.bearer-token-file FILE');
    }
    await other.remove();
  });
});
