import { proxyFor, proxyHeaders, proxyName } from './proxy';

const env = { HTTPS_PROXY: 'http://secure:3128', HTTP_PROXY: 'plain:3128' };
const through = (url: string, more: NodeJS.ProcessEnv = {}) => proxyFor(new URL(url), { ...env, ...more })?.host;

test('the scheme of the target selects the variable', () => {
  expect(through('https://loki.example.com')).toBe('secure:3128');
  expect(through('http://loki.example.com')).toBe('plain:3128');
  expect(proxyFor(new URL('https://loki.example.com'), {})).toBeUndefined();
  expect(proxyFor(new URL('https://loki.example.com'), { https_proxy: 'http://lower:1' })?.host).toBe('lower:1');
  expect(proxyFor(new URL('https://loki.example.com'), { HTTPS_PROXY: '' })).toBeUndefined();
});

test.each([
  ['http://localhost:3100', ''],
  ['http://127.0.0.7:3100', ''],
  ['http://[::1]:3100', ''],
  ['http://loki', '*'],
  ['http://loki', 'a, loki ,b'],
  ['http://loki.example.com', 'example.com'],
  ['http://loki.example.com', 'LOKI.EXAMPLE.COM'],
  ['http://loki.example.com', '.example.com'],
  ['http://loki.example.com', '*.example.com'],
  ['http://loki.example.com:3100', 'loki.example.com:3100'],
  ['https://loki.example.com', 'loki.example.com:443'],
  ['http://10.1.2.3', '10.0.0.0/8'],
  ['http://10.1.2.3:3100', '10.1.2.3'],
  ['http://10.1.2.3:3100', '10.1.2.3:3100'],
  ['http://[fd00::12]', 'fd00::/8'],
  ['http://[fd00::12]', 'fd00::12'],
  ['http://[fd00::12]:3100', '[fd00::12]:3100'],
])('%s is reached directly with NO_PROXY=%s', (url, noProxy) => {
  expect(through(url, { NO_PROXY: noProxy })).toBeUndefined();
});

test.each([
  ['http://example.com', '.example.com'],
  ['http://notexample.com', 'example.com'],
  ['http://loki.example.com:3101', 'loki.example.com:3100'],
  ['http://11.1.2.3', '10.0.0.0/8'],
  ['http://10.1.2.3', '10.1.2.0/33'],
  ['http://10.1.2.3', '1.2.3'],
  ['http://[fe80::1]', 'fd00::/8,10.0.0.0/8'],
  ['http://loki', ',,'],
])('%s is reached through the proxy with NO_PROXY=%s', (url, noProxy) => {
  expect(through(url, { NO_PROXY: noProxy })).toBe('plain:3128');
});

test.each([
  ['ftp://p:1', 'HTTP_PROXY: proxies with ftp:// are not supported (http://, https://)'],
  ['socks5://p:1', 'HTTP_PROXY: proxies with socks5:// are not supported (http://, https://)'],
  ['http://', 'HTTP_PROXY: invalid address of a proxy (example: http://proxy.example.com:3128)'],
])('HTTP_PROXY=%s is refused', (address, message) => {
  expect(() => through('http://loki', { HTTP_PROXY: address })).toThrow(message);
});

test('credentials go into a header, and into no message', () => {
  const proxy = new URL('http://me:p%40ss@proxy:3128');
  expect(proxyHeaders(proxy)).toEqual({ 'proxy-authorization': `Basic ${btoa('me:p@ss')}` });
  expect(proxyHeaders(new URL('http://proxy:3128'))).toEqual({});
  expect(proxyName(proxy)).toBe('http://proxy:3128');
});
