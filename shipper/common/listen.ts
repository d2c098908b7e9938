import { UserError } from './user-error';

/** Where a server listens. Port 0 is any free one. */
export interface ListenAddress {
  host: string;
  port: number;
}

/**
 * `host:port`; the host may be an IPv6 address in brackets. Without a host it is every address of this machine.
 * @param flag named in the error
 * @throws UserError
 */
export function parseListen(text: string, flag: string): ListenAddress {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? (match?.[2] === '' ? '0.0.0.0' : match?.[2]);
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
