import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { URL } from 'node:url';
import { errorText } from '../common/error-text';
import type { Limits } from '../common/limits';
import { badRequest, RequestError } from '../common/request-error';
import { UnwritableError } from '../storage/storage-error';
import type { Access } from './access';
import { BodyBudget } from './body-budget';
import type { HttpMetrics } from './http-metrics';
import { Params } from '../api/params';
import { type Found, findRoute, type Routes, TextAnswer, wantsCategories } from '../api/router';

export interface HttpServerOptions {
  routes: Routes;
  access: Access;
  limits: Limits;
  metrics: HttpMetrics;
  now: () => number;
  /** Is told of errors that are no client's fault. */
  onError: (error: unknown, request: string) => void;
}

/** So long a request may take to come in. */
const requestTimeoutMs = 60_000;
const maxConnections = 1000;
const maxWaitingBodies = 500;

/** Serves the routes. Errors are answered as plain text with a newline at the end, as Loki does. */
export function createHttpServer(options: HttpServerOptions): Server {
  // Two bodies of the largest size: one on its way in while the other is stored.
  const budget = new BodyBudget(2 * options.limits.maxReceivedSize, maxWaitingBodies);
  const server = createServer({ requestTimeout: requestTimeoutMs }, (message, response) => {
    void answer(message, response, options, budget, () => server.listening);
  });
  server.maxConnections = maxConnections;
  return server;
}

async function answer(
  message: IncomingMessage,
  response: ServerResponse,
  options: HttpServerOptions,
  budget: BodyBudget,
  open: () => boolean
): Promise<void> {
  const started = performance.now();
  let found: Found | undefined;
  try {
    options.access.check(message);
    const url = urlOf(message);
    found = findRoute(options.routes, url.pathname);
    send(response, await handle(message, response, url, found, options, budget), open());
  } catch (error) {
    send(response, errorAnswer(error, `${message.method} ${message.url}`, options), open());
  }
  options.metrics.observe(found?.route ?? 'other', response.statusCode, (performance.now() - started) / 1000);
}

/** @throws RequestError 400 where the address of the request is none */
export function urlOf({ url = '/' }: IncomingMessage): URL {
  if (!URL.canParse(url, 'http://store')) {
    throw badRequest(`invalid request address ${url}`);
  }
  return new URL(url, 'http://store');
}

async function handle(
  message: IncomingMessage,
  response: ServerResponse,
  url: URL,
  found: Found | undefined,
  { limits, now }: HttpServerOptions,
  budget: BodyBudget
): Promise<object | TextAnswer | undefined> {
  if (!found) {
    return new TextAnswer(404, '404 page not found\n');
  }
  const method = message.method === 'HEAD' ? 'GET' : message.method;
  const handler = method === 'GET' || method === 'POST' ? found.methods[method] : undefined;
  if (!handler) {
    return new TextAnswer(405, '');
  }
  const serve = async (body: Buffer) => {
    const form = message.headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false;
    const values = new URLSearchParams(form ? `${body.toString()}&${url.searchParams.toString()}` : url.searchParams);
    return handler({
      params: new Params(values, now()),
      query: values.toString(),
      path: found.path,
      headers: message.headers,
      categorize: wantsCategories(message.headers),
      signal: closedSignal(response),
      body,
    });
  };
  const length = bodyLength(message);
  // A push is decoded and stored while its body is held; a query's small form is not worth a place in the line.
  return length <= smallBody
    ? serve(await readBody(message, Math.min(length, limits.maxReceivedSize)))
    : budget.with(Math.min(length, limits.maxReceivedSize), async () =>
        serve(await readBody(message, limits.maxReceivedSize))
      );
}

const smallBody = 64 << 10;

/** What a request says of its body's length; Infinity where it does not. */
function bodyLength({ headers }: IncomingMessage): number {
  const isChunked = headers['transfer-encoding'] !== undefined;
  return isChunked ? Infinity : Number(headers['content-length'] ?? 0);
}

async function readBody(message: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of message as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size <= limit) {
        chunks.push(chunk);
      }
    }
  } catch {
    throw new RequestError(499, 'the client closed the connection');
  }
  if (size > limit) {
    throw new RequestError(413, `request body too large: ${size} bytes, limit: ${limit} bytes`);
  }
  return Buffer.concat(chunks);
}

function closedSignal(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.on('close', () => controller.abort());
  return controller.signal;
}

function errorAnswer(error: unknown, request: string, { onError }: HttpServerOptions): TextAnswer {
  if (error instanceof RequestError) {
    return new TextAnswer(error.status, `${error.message}\n`);
  }
  if (error instanceof UnwritableError) {
    // The storage has logged it; clients are to send again.
    return new TextAnswer(503, `${error.message}\n`);
  }
  onError(error, request);
  return new TextAnswer(500, `${errorText(error)}\n`);
}

function send(response: ServerResponse, result: object | TextAnswer | undefined, keepAlive: boolean): void {
  if (response.headersSent || response.destroyed) {
    return;
  }
  // A connection that is kept alive would hold up the closing of the server.
  response.shouldKeepAlive &&= keepAlive;
  if (result === undefined) {
    response.writeHead(204).end();
  } else if (result instanceof TextAnswer) {
    // Browsers and HTTP clients ask for credentials, or send them, only where they are told how.
    const challenge = result.status === 401 ? { 'WWW-Authenticate': 'Basic realm="afterlog store"' } : {};
    response.writeHead(result.status, { 'Content-Type': result.contentType, ...challenge }).end(result.text);
  } else {
    response.writeHead(200, { 'Content-Type': 'application/json; charset=UTF-8' }).end(JSON.stringify(result));
  }
}
