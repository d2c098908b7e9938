import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Registry } from 'prom-client';
import { errorText } from '../../model/error-text';
import { hostPort, listenError, parseListen } from './listen';

export interface Readiness {
  ready: boolean;
  /** Why it is not ready; null where it is. */
  problem: string | null;
  /** More, shown in JSON only. */
  [detail: string]: unknown;
}

/** Answers a request for one path. */
export type StatusRoute = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

export interface StatusOptions {
  registry: Registry;
  readiness(): Readiness;
  /** What else is served, by path. */
  routes?: Readonly<Record<string, StatusRoute>>;
}

export interface StatusServer {
  url: string;
  /** The port that it listens on. */
  port: number;
  /** Ends its connections, too. */
  close(): Promise<void>;
}

/**
 * Serves /metrics, /healthz and /ready: 503 with the problem while not ready. /ready is JSON for a client that accepts
 * `application/json`, else text.
 *
 * @param listen `host:port`; port 0 for any free one
 * @throws UserError for an address that is none or cannot be used
 */
export async function serveStatus(listen: string, options: StatusOptions): Promise<StatusServer> {
  const address = parseListen(listen);
  const routes = { ...standardRoutes(options), ...options.routes };
  const server = createServer((request, response) => {
    answer(routes, request, response).catch((error: unknown) => {
      if (!response.headersSent) {
        response.writeHead(500, { 'content-type': 'text/plain; charset=utf-8' });
      }
      response.end(`${errorText(error)}\n`);
    });
  });
  server.listen(address.port, address.host);
  await once(server, 'listening').catch((error: unknown) => {
    throw listenError(error, address, '--listen');
  });
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : address.port;
  return {
    url: `http://${hostPort({ host: address.host, port })}`,
    port,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Sends a text. */
export function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
}

/** Sends a value as JSON. */
export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(value)}\n`);
}

function standardRoutes({ registry, readiness }: StatusOptions): Record<string, StatusRoute> {
  return {
    '/metrics': async (_request, response) => {
      const metrics = await registry.metrics();
      response.writeHead(200, { 'content-type': registry.contentType }).end(metrics);
    },
    '/healthz': (_request, response) => sendText(response, 200, 'ok'),
    '/ready': ({ headers }, response) => {
      const state = readiness();
      const status = state.ready ? 200 : 503;
      if (acceptsJson(headers.accept)) {
        sendJson(response, status, state);
      } else {
        sendText(response, status, state.ready ? 'ready' : `not ready: ${state.problem ?? 'starting'}`);
      }
    },
  };
}

/** JSON by name: what accepts anything, as a probe of the kubelet does, gets text. */
const acceptsJson = (accept = '') =>
  accept.split(',').some((range) => /^application\/json\s*(;|$)/.test(range.trim().toLowerCase()));

async function answer(
  routes: Readonly<Record<string, StatusRoute>>,
  request: IncomingMessage,
  response: ServerResponse
): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://status');
  const route = Object.hasOwn(routes, pathname) ? routes[pathname] : undefined;
  if (route === undefined) {
    sendText(response, 404, `not found; this server has ${Object.keys(routes).join(', ')}`);
  } else if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    sendText(response, 405, 'method not allowed');
  } else {
    await route(request, response);
  }
}
