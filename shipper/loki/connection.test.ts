import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openAuthFile } from './auth-file';
import { parseLokiUrl } from './base-url';
import { type LokiConnection, type LokiOptions, LokiUnreachable, connectLoki } from './connection';
import { freePort, serve, type ReceivedRequest, type TestServer } from '../../tests/testkit/http';

describe('a connection to Loki', () => {
  const seen: ReceivedRequest[] = [];
  const open: LokiConnection[] = [];
  const dir = mkdtempSync(join(tmpdir(), 'afterlog-connection-'));
  let server: TestServer;
  let address = '';

  const connect = (options: Partial<LokiOptions> = {}) => {
    const connection = connectLoki({ url: address, ...options });
    open.push(connection);
    return connection;
  };
  const lastSeen = () => seen[seen.length - 1];
  const file = (name: string, text: string) => {
    writeFileSync(join(dir, name), text);
    return join(dir, name);
  };

  beforeAll(async () => {
    server = await serve((request) => {
      seen.push(request);
      const headers = { 'x-answer': 'yes' };
      if (request.url.startsWith('/silent')) {
        return undefined;
      }
      return request.url.endsWith('/push') ? { status: 204, headers } : { status: 400, headers, body: 'parse error' };
    });
    address = server.url;
  });
  afterEach(() => Promise.all(open.splice(0).map((connection) => connection.close())));
  afterAll(async () => {
    await server.close();
    rmSync(dir, { recursive: true });
  });

  it('posts a body with tenant, user agent and the caller’s headers', async () => {
    const loki = connect({ tenantId: 'team-a', headers: { 'x-extra': '1' } });
    const answer = await loki.request('POST', '/loki/api/v1/push', {
      body: Buffer.from('bytes'),
      headers: { 'content-type': 'application/x-protobuf' },
    });
    expect(answer).toMatchObject({ status: 204, body: '', headers: { 'x-answer': 'yes' } });
    expect(lastSeen()).toMatchObject({
      method: 'POST',
      url: '/loki/api/v1/push',
      body: Buffer.from('bytes'),
      headers: { 'x-scope-orgid': 'team-a', 'x-extra': '1', 'content-type': 'application/x-protobuf' },
    });
    expect(lastSeen()?.headers['user-agent']).toMatch(/^afterlog\//);
    expect(lastSeen()?.headers.authorization).toBeUndefined();
  });

  it('puts the prefix of the URL before the path, and lists into the query', async () => {
    const loki = connect({ url: `${address}/gateway/` });
    const answer = await loki.request('GET', '/loki/api/v1/series', {
      query: { 'match[]': ['{a="b"}', '{c="d"}'], start: '1' },
    });
    expect(answer).toMatchObject({ status: 400, body: 'parse error' });
    expect(lastSeen()?.url).toBe(
      '/gateway/loki/api/v1/series?match%5B%5D=%7Ba%3D%22b%22%7D&match%5B%5D=%7Bc%3D%22d%22%7D&start=1'
    );
    expect(loki.url).toBe(`${address}/gateway`);
  });

  it('authenticates in each of the ways', async () => {
    const basic = `Basic ${Buffer.from('ann:se:cret').toString('base64')}`;
    const ways: Array<[Partial<LokiOptions>, string]> = [
      [{ basicAuthFile: file('basic', 'ann:se:cret\n') }, basic],
      [{ username: 'ann', password: 'se:cret' }, basic],
      [{ url: address.replace('http://', 'http://ann:se%3Acret@') }, basic],
      [{ bearerTokenFile: file('token', 'abc\n') }, 'Bearer abc'],
      [{ bearerToken: 'abc' }, 'Bearer abc'],
    ];
    for (const [options, header] of ways) {
      await connect(options).request('GET', '/ready');
      expect(lastSeen()?.headers.authorization).toBe(header);
    }
  });

  it('says where nobody answers, and why', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const request = connect({ url }).request('GET', '/ready');
    await expect(request).rejects.toThrow(LokiUnreachable);
    await expect(request).rejects.toThrow(`cannot reach Loki at ${url}: connect ECONNREFUSED`);
  });

  it('gives up a silent Loki after the time allowed', async () => {
    await expect(connect().request('GET', '/silent', { timeoutMs: 50 })).rejects.toThrow(
      /cannot reach Loki .*no answer within 50 ms/
    );
  });

  it('stops when told to, with the reason given', async () => {
    const stop = new AbortController();
    const request = connect().request('GET', '/silent', { signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(request).rejects.toThrow('enough');
  });

  it('refuses options that cannot work', () => {
    expect(() => connect({ username: 'ann', bearerToken: 'abc' })).toThrow(/keep one of them/);
    expect(() => connect({ basicAuthFile: file('basic-bad', 'no colon') })).toThrow(
      /basic-bad should hold user:password/
    );
    expect(() => connect({ bearerTokenFile: join(dir, 'absent') })).toThrow(/cannot read .*absent/);
    expect(() => connect({ bearerTokenFile: file('empty', '\n') })).toThrow(/empty is empty/);
    expect(() => connect({ certFile: file('cert', 'x') })).toThrow(/both its certificate and its key/);
    expect(() => connect({ url: 'localhost:3100' })).toThrow(/"localhost:3100" is not a URL of a Loki/);
  });
});

describe('a file with a secret', () => {
  const dir = mkdtempSync(join(tmpdir(), 'afterlog-auth-'));
  afterAll(() => rmSync(dir, { recursive: true }));

  it('is read again when it changed, not more than once a second, and kept while it is away', () => {
    const path = join(dir, 'token');
    let now = 0;
    writeFileSync(path, 'first\n');
    const file = openAuthFile(path, () => now);
    writeFileSync(path, 'second one\n');
    now = 999;
    expect(file.text()).toBe('first');
    now = 1000;
    expect(file.text()).toBe('second one');
    rmSync(path);
    now = 2000;
    expect(file.text()).toBe('second one');
    writeFileSync(path, 'third');
    now = 3000;
    expect(file.text()).toBe('third');
  });
});

describe('the URL of a Loki', () => {
  it.each([
    ['http://127.0.0.1:3100', 'http://127.0.0.1:3100'],
    ['http://127.0.0.1:3100/', 'http://127.0.0.1:3100'],
    ['https://loki.example/loki/api/v1/push', 'https://loki.example'],
    ['https://example/gateway/loki/api/v1/push', 'https://example/gateway'],
    ['http://user:secret@example:3100', 'http://example:3100'],
  ])('%s is %s', (text, url) => {
    expect(parseLokiUrl(text).url).toBe(url);
  });

  it.each(['', 'loki', 'ftp://loki', 'http://loki?x=1'])('refuses "%s"', (text) => {
    expect(() => parseLokiUrl(text)).toThrow(/URL of a Loki/);
  });
});
