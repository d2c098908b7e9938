import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { assertFree } from './listen';

describe('the addresses of the demo', () => {
  it('are checked before the start: one in use is named with the flag that changes it', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await expect(assertFree({ host: '127.0.0.1', port }, '--agent.listen')).rejects.toThrow(
      `127.0.0.1:${port} is in use: stop the process that listens there, or choose another address with --agent.listen`
    );
    server.close();
    await once(server, 'close');
    await assertFree({ host: '127.0.0.1', port }, '--agent.listen');
  });
});
