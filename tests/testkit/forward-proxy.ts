import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { close, listen, type TestServer } from './http';

/** A self-signed certificate for `loki.test`, `api.test` and `hooks.test`, which is its own CA. */
export const CERTIFICATE_FILE = join(__dirname, 'tls/certificate.pem');

/**
 * A proxy as companies have them: plain HTTP with whole addresses, tunnels with CONNECT. It is the only one that knows
 * where the names of a test are, so nothing arrives past it.
 */
export class ForwardProxy {
  /** What was asked of it: `CONNECT loki.test:443`, `POST http://loki.test/loki/api/v1/push`. */
  readonly requests: string[] = [];
  /** `user:password` that it asks for. */
  credentials: string | undefined;
  url = '';
  private readonly sockets = new Set<Socket>();
  private readonly server = createServer((incoming, response) => this.pass(incoming, response));

  /** @param hosts the address of each name with its port: `loki.test:443` → `http://127.0.0.1:1234` */
  private constructor(private readonly hosts: Readonly<Record<string, string>>) {
    this.server.on('connection', (socket: Socket) => this.sockets.add(socket));
    this.server.on('connect', (incoming: IncomingMessage, socket: Socket) => this.tunnel(incoming, socket));
  }

  static async start(hosts: Readonly<Record<string, string>>): Promise<ForwardProxy> {
    const proxy = new ForwardProxy(hosts);
    proxy.url = await listen(proxy.server);
    return proxy;
  }

  async close(): Promise<void> {
    this.sockets.forEach((socket) => socket.destroy());
    await close(this.server);
  }

  private pass(incoming: IncomingMessage, response: ServerResponse): void {
    const url = new URL(incoming.url ?? '');
    this.requests.push(`${incoming.method ?? ''} ${url.origin}${url.pathname}`);
    const address = this.hosts[`${url.hostname}:${url.port || 80}`];
    if (!this.admits(incoming)) {
      response.writeHead(407).end();
    } else if (address === undefined) {
      response.writeHead(502).end('no such host');
    } else {
      const { 'proxy-authorization': _, ...headers } = incoming.headers;
      const path = url.pathname + url.search;
      const onward = request(address, { method: incoming.method, path, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      onward.on('error', () => response.destroy());
      incoming.pipe(onward);
    }
  }

  private tunnel(incoming: IncomingMessage, socket: Socket): void {
    this.requests.push(`CONNECT ${incoming.url ?? ''}`);
    socket.on('error', () => socket.destroy());
    const address = this.hosts[incoming.url ?? ''];
    if (!this.admits(incoming) || address === undefined) {
      socket.end(`HTTP/1.1 ${address === undefined ? 502 : 407} No\r\n\r\n`);
      return;
    }
    const onward = connect(Number(new URL(address).port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    this.sockets.add(onward);
    onward.on('error', () => socket.destroy());
    socket.on('close', () => onward.destroy());
  }

  private admits({ headers }: IncomingMessage): boolean {
    return (
      this.credentials === undefined ||
      headers['proxy-authorization'] === `Basic ${Buffer.from(this.credentials).toString('base64')}`
    );
  }
}

/** TLS before a server of plain HTTP, with the certificate of the tests. */
export async function tlsBefore(url: string): Promise<TestServer> {
  const sockets = new Set<Socket>();
  const server = createTlsServer(
    { cert: readFileSync(CERTIFICATE_FILE), key: readFileSync(join(__dirname, 'tls/key.pem')) },
    (socket) => {
      const onward = connect(Number(new URL(url).port), '127.0.0.1');
      onward.pipe(socket).pipe(onward);
      for (const [one, other] of [[socket, onward] as const, [onward, socket] as const]) {
        sockets.add(one);
        one.on('error', () => other.destroy());
        one.on('close', () => other.destroy());
      }
    }
  );
  const address = await listen(server);
  return {
    url: address,
    async close() {
      sockets.forEach((socket) => socket.destroy());
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
