import { Access, type Credentials, isLoopback } from './access';

describe('access to the store', () => {
  const verdict = (headers: Record<string, string>, host = '127.0.0.1', credentials?: Credentials, url?: string) => {
    try {
      new Access(host, credentials).check({ headers, url });
      return 'served';
    } catch (error) {
      return Reflect.get(Object(error), 'status') as unknown;
    }
  };

  it.each([
    ['127.0.0.1:3100', 'served'],
    ['localhost', 'served'],
    ['store.localhost:3100', 'served'],
    ['[::1]:3100', 'served'],
    ['127.8.8.8:1', 'served'],
    ['evil.example:3100', 403],
    ['localhost.evil.example', 403],
    ['127.0.0.1.evil.example', 403],
    ['10.0.0.7:3100', 403],
    ['', 403],
  ])('under the name "%s": %s', (host, expected) => expect(verdict({ host })).toBe(expected));

  it.each([
    [{ origin: 'http://evil.example' }, 403],
    [{ origin: 'http://localhost:3000' }, 403],
    [{ origin: 'null' }, 403],
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'same-site' }, 403],
    [{ 'sec-fetch-site': 'none' }, 'served'],
    [{ origin: 'http://localhost:3100', 'sec-fetch-site': 'same-origin' }, 'served'],
  ])('of the page %p: %s', (headers, expected) =>
    expect(verdict({ host: 'localhost:3100', ...headers })).toBe(expected)
  );

  it('beyond loopback needs credentials', () => {
    expect(() => new Access('0.0.0.0')).toThrow('reachable from other machines');
    expect(() => new Access('192.168.1.7', { basic: [] })).toThrow('reachable from other machines');
  });

  const credentials = { basic: ['user:pass:word'], bearerTokens: ['token-1', 'token-2'] };
  const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`;

  it.each([
    [undefined, 401],
    [basic('user:pass:word'), 'served'],
    [basic('user:wrong'), 401],
    ['Bearer token-2', 'served'],
    ['bearer token-1', 'served'],
    ['Bearer token-3', 401],
    [`Bearer ${Buffer.from('user:pass:word').toString('base64')}`, 401],
    ['Bearer', 401],
  ])('with the credentials %p: %s', (authorization, expected) => {
    const headers = { host: 'logs.example', ...(authorization !== undefined && { authorization }) };
    expect(verdict(headers, '0.0.0.0', credentials)).toBe(expected);
    expect(verdict(headers, '127.0.0.1', credentials)).toBe(expected);
  });

  it('lets probes ask for readiness, but no page', () => {
    expect(verdict({ host: '10.0.0.7:3100' }, '0.0.0.0', credentials, '/ready')).toBe('served');
    expect(verdict({ host: 'a', origin: 'http://b' }, '0.0.0.0', credentials, '/ready')).toBe(403);
    expect(verdict({ host: 'a' }, '0.0.0.0', credentials, '/metrics')).toBe(401);
  });

  it('knows loopback addresses', () => {
    expect(['127.0.0.1', '::1', 'localhost', 'LOCALHOST.', '::ffff:127.0.0.1'].map(isLoopback)).not.toContain(false);
    expect(['0.0.0.0', '::', '10.0.0.1', 'localhostx', '127.evil'].map(isLoopback)).not.toContain(true);
  });
});
