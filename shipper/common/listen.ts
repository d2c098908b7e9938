import { types } from 'node:util';
import { UserError } from './user-error';

/** Where a server listens. Port 0 is any free one. */
export interface ListenAddress {
  host: string;
  port: number;
}

/**
 * `host:port`; the host may be an IPv6 address in brackets. Without a host it is every address of this machine.
 * @throws UserError
 */
export function parseListen(text: string): ListenAddress {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? (match?.[2] === '' ? '0.0.0.0' : match?.[2]);
  const port = Number(match?.[3]);
  if (host === undefined || port > 65_535) {
    throw new UserError(`invalid address "${text}" (example: 127.0.0.1:3100)`);
  }
  return { host, port };
}

/** The text that `parseListen` reads. */
export function hostPort({ host, port }: ListenAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * What the person at the terminal can do about a server that cannot listen.
 * @param flag the flag that sets the address
 */
export function listenError(error: unknown, address: ListenAddress, flag: string): unknown {
  const code = types.isNativeError(error) && 'code' in error ? error.code : undefined;
  const text = hostPort(address);
  switch (code) {
    case 'EADDRINUSE':
      return new UserError(
        `${text} is in use: stop the process that listens there, or choose another address with ${flag}`
      );
    case 'EACCES':
      return new UserError(`no permission to listen on ${text}: choose a port above 1023 with ${flag}`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new UserError(`${text} is not an address of this machine: choose another one with ${flag}`);
    default:
      return error;
  }
}
