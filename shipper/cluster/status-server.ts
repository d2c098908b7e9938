import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import { UserError } from '../common/user-error';

export interface Readiness {
  ready: boolean;
  /** Shown as JSON. */
  [detail: string]: unknown;
}

/**
 * Serves /metrics, /ready (503 while not ready, with what is missing) and /healthz.
 *
 * @param address host:port; port 0 for any free one
 * @throws UserError for an address that is none, or is taken
 */
export async function serveStatus(
  address: string,
  registry: Registry,
  readiness: () => Readiness
): Promise<{ url: string; close: () => Promise<void> }> {
  const { host, port } = parseAddress(address);
  const server = createServer((request, response) => {
    const send = (status: number, type: string, body: string) => {
      response.writeHead(status, { 'content-type': type }).end(body);
    };
    switch (request.url?.split('?')[0]) {
      case '/metrics':
        registry.metrics().then(
          (body) => send(200, registry.contentType, body),
          (error: unknown) => send(500, 'text/plain', String(error))
        );
        return;
      case '/ready': {
        const state = readiness();
        send(state.ready ? 200 : 503, 'application/json', `${JSON.stringify(state)}\n`);
        return;
      }
      case '/healthz':
        send(200, 'text/plain', 'ok\n');
        return;
      default:
        send(404, 'text/plain', 'there are /metrics, /ready and /healthz\n');
    }
  });
  await listen(server, host, port, address);
  const bound = boundPort(server.address());
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function parseAddress(address: string): { host: string; port: number } {
  const [, host, port] = /^\[?([^\]]*?)\]?:(\d{1,5})$/.exec(address) ?? [];
  if (host === undefined || port === undefined || Number(port) > 65_535) {
    throw new UserError(`"${address}" is no address to listen on: write it like 127.0.0.1:9596`);
  }
  return { host: host === '' ? '0.0.0.0' : host, port: Number(port) };
}

function boundPort(address: string | AddressInfo | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function listen(server: Server, host: string, port: number, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(new UserError(`cannot listen on ${address}: ${error.message}`)));
    server.listen(port, host, resolve);
  });
}
