import { hostPort, parseListen } from './listen';

test.each([
  ['127.0.0.1:3100', { host: '127.0.0.1', port: 3100 }],
  ['[::1]:0', { host: '::1', port: 0 }],
  [':3100', { host: '0.0.0.0', port: 3100 }],
])('%s', (text, address) => {
  expect(parseListen(text, '--x')).toEqual(address);
  expect(parseListen(hostPort(address), '--x')).toEqual(address);
});

test.each(['3100', '127.0.0.1', '127.0.0.1:', 'localhost:99999', '::1:3100'])('%s is refused by its flag', (text) => {
  expect(() => parseListen(text, '--store.listen')).toThrow(`--store.listen ${text} is not host:port`);
});
