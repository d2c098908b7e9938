import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { assertFree, parseListen } from './listen';

describe('the addresses of the demo', () => {
  it('are host and port', () => {
    expect(parseListen('127.0.0.1:3100', '--x')).toEqual({ host: '127.0.0.1', port: 3100 });
    expect(parseListen('[::1]:0', '--x')).toEqual({ host: '::1', port: 0 });
  });

  it.each(['3100', '127.0.0.1', '127.0.0.1:', ':3100', 'localhost:99999', '::1:3100'])(
    'refuses %s by its flag',
    (text) => {
      expect(() => parseListen(text, '--store.listen')).toThrow(`--store.listen ${text} is not host:port`);
    }
  );

  it('are checked before the start: one in use is named with the flag that changes it', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await expect(assertFree({ host: '127.0.0.1', port }, '--agent.listen')).rejects.toThrow(
      `127.0.0.1:${port} is in use, perhaps by another demo: choose another address with --agent.listen HOST:PORT`
    );
    server.close();
    await once(server, 'close');
    await assertFree({ host: '127.0.0.1', port }, '--agent.listen');
  });
});
