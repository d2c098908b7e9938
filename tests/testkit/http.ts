import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type Server as HttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';

/** A server on 127.0.0.1, until it is closed. */
export interface TestServer {
  url: string;
  /** Ends its connections too. */
  close(): Promise<void>;
}

export interface ReceivedRequest {
  method: string;
  /** Path and query. */
  url: string;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

export interface Answer {
  status: number;
  body?: string;
  headers?: Record<string, string>;
}

/** Starts to listen on a free port of 127.0.0.1. @returns the address */
export async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Ends a server and its connections; one that does not listen is left alone. */
export async function close(server: HttpServer): Promise<void> {
  if (server.listening) {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  }
}

/** A port on 127.0.0.1 where nothing listens at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const { port } = new URL(await listen(server));
  server.close();
  await once(server, 'close');
  return Number(port);
}

export async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of incoming) {
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts);
}

/** Serves what `answer` says: a kubelet, an API server, a gateway or a Loki as far as it is asked. Without one it is silent. */
export async function serve(answer: (request: ReceivedRequest) => Answer | undefined): Promise<TestServer> {
  const server = createHttpServer((incoming, response) => {
    const { method = '', url = '', headers } = incoming;
    readBody(incoming).then(
      (body) => {
        const given = answer({ method, url, headers, body });
        if (given !== undefined) {
          response.writeHead(given.status, { 'content-type': 'application/json', ...given.headers }).end(given.body);
        }
      },
      () => response.destroy() // the client has gone
    );
  });
  return { url: await listen(server), close: () => close(server) };
}
