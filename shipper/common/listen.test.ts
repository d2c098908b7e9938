import { hostPort, listenError, parseListen } from './listen';

test.each([
  ['127.0.0.1:3100', { host: '127.0.0.1', port: 3100 }],
  ['[::1]:0', { host: '::1', port: 0 }],
  [':3100', { host: '0.0.0.0', port: 3100 }],
])('%s', (text, address) => {
  expect(parseListen(text)).toEqual(address);
  expect(parseListen(hostPort(address))).toEqual(address);
});

test.each(['3100', '127.0.0.1', '127.0.0.1:', 'localhost:99999', '::1:3100', ''])('%j is refused', (text) => {
  expect(() => parseListen(text)).toThrow(`invalid address "${text}" (example: 127.0.0.1:3100)`);
});

test.each([
  ['EADDRINUSE', 'is in use'],
  ['EACCES', 'choose a port above 1023 with --listen'],
  ['EADDRNOTAVAIL', 'is not an address of this machine'],
])('%s says what to do', (code, text) => {
  const error = Object.assign(new Error('listen'), { code });
  expect(String(listenError(error, { host: '10.0.0.1', port: 80 }, '--listen'))).toContain(text);
});
