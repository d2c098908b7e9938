import { once } from 'node:events';
import { createServer } from 'node:net';
import { types } from 'node:util';
import { UserError } from '../user-error';

export interface ListenAddress {
  host: string;
  port: number;
}

/**
 * `host:port`, the host may be an IPv6 address in brackets.
 * @param flag named in the error
 * @throws UserError
 */
export function parseListen(text: string, flag: string): ListenAddress {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || port > 65_535) {
    throw new UserError(`${flag} ${text} is not host:port, e.g. 127.0.0.1:3100`);
  }
  return { host, port };
}

/** The text that `parseListen` reads. */
export function hostPort({ host, port }: ListenAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

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
