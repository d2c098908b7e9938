import { once } from 'node:events';
import { createServer } from 'node:net';
import { type ListenAddress, listenError } from '../common/listen';

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
    throw listenError(error, address, flag);
  }
  server.close();
  await once(server, 'close');
}
