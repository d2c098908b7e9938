import { once } from 'node:events';
import { createServer } from 'node:net';
import { types } from 'node:util';
import { hostPort, type ListenAddress } from '../common/listen';
import { UserError } from '../common/user-error';

export { hostPort, type ListenAddress, parseListen } from '../common/listen';

/**
 * Finds out whether one can listen there, before anything is removed or started for it.
 * @param flag named in the error
 * @throws UserError
 */
export async function assertFree(address: ListenAddress, flag: string): Promise<void> {
  const server = createServer();
  try {
    server.listen(address.port, address.host);
    await once(server, 'listening');
  } catch (error) {
    const code = types.isNativeError(error) && 'code' in error ? error.code : undefined;
    const why =
      code === 'EADDRINUSE' ? 'is in use, perhaps by another demo' : `cannot be listened on (${String(code)})`;
    throw new UserError(`${hostPort(address)} ${why}: choose another address with ${flag} HOST:PORT`);
  }
  server.close();
  await once(server, 'close');
}
