import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { uncompressSync } from 'snappy';
import { Agent, request } from 'undici';
import * as z from 'zod';
import { decodeProtobuf } from '../../pocket-loki/ingest/push-protobuf';
import { close, listen, readBody, type ReceivedRequest } from './http';

/** What becomes of a request. */
export type Treatment =
  /** Loki answers it. */
  | 'pass'
  /** The connection is cut before Loki sees the request, or after it stored it. */
  | 'reset'
  | 'reset-after'
  /** Nobody answers, whether Loki takes it or not. */
  | 'hang'
  | 'hang-after'
  /** No HTTP at all. */
  | 'garbage'
  /** Another answer than Loki's. */
  | {
      status: number;
      body?: string;
      type?: string;
      /** Loki takes it before. */
      stored?: boolean;
      /** It comes a byte at a time, or never ends. */
      pace?: 'dribble' | 'endless';
    };

/** A stream of a push, in the form of Loki's JSON: nanoseconds since 1970, line, structured metadata. */
export interface PushedStream {
  stream: Record<string, string>;
  values: Array<[ns: string, line: string, metadata: Record<string, string>]>;
}

const jsonPush = z.object({
  streams: z.array(
    z.object({
      stream: z.record(z.string(), z.string()),
      values: z.array(z.tuple([z.string(), z.string()]).rest(z.record(z.string(), z.string()))),
    })
  ),
});

const DRIBBLE_MS = 100;
const ENDLESS_CHUNK = Buffer.alloc(64 * 1024, 'x');
const NOTHING_FOUND = '{"status":"success","data":{"resultType":"streams","result":[]}}';

/**
 * Loki as far as it takes pushes, which fails in the ways that Loki, proxies, load balancers and networks do. Requests
 * that pass are answered by the store behind it; without one each push is taken, and queries find nothing.
 */
export class FakeLoki {
  /** Decides on each request, once its body is there. */
  treat: (request: ReceivedRequest) => Treatment | Promise<Treatment> = () => 'pass';
  /** Is told of each request that Loki answered, before the client is. */
  onAnswered: (request: ReceivedRequest, status: number) => void = () => undefined;
  url = '';
  /** Requests so far, and those that waited for an answer at once at most. */
  requests = 0;
  mostAtOnce = 0;
  /** Requests that came and are held up. */
  waiting = 0;
  private atOnce = 0;
  private held: Promise<void> | null = null;
  private open: (() => void) | null = null;
  private readonly connections = new Agent();
  private readonly server = createServer((incoming, response) => {
    this.requests++;
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.atOnce);
    response.on('close', () => this.atOnce--);
    this.handle(incoming, response).catch(() => response.destroy());
  });

  private constructor(private readonly store: string | undefined) {}

  /** @param store the address of the one behind it */
  static async start(store?: string): Promise<FakeLoki> {
    const loki = new FakeLoki(store);
    loki.url = await listen(loki.server);
    return loki;
  }

  /** Requests wait from now on, until `release`. */
  stall(): void {
    this.held = new Promise((resolve) => (this.open = resolve));
  }

  release(): void {
    this.open?.();
    this.held = null;
  }

  /** Cuts all connections. */
  hangUp(): void {
    this.server.closeAllConnections();
  }

  async close(): Promise<void> {
    this.release();
    await close(this.server);
    await this.connections.destroy();
  }

  private async handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = incoming;
    const received = { method, url, headers, body: await readBody(incoming) };
    this.waiting++;
    await this.held;
    this.waiting--;
    const treatment = await this.treat(received);
    if (treatment === 'pass') {
      const { status, type, body } = await this.answer(received);
      this.onAnswered(received, status);
      response.writeHead(status, type === '' ? {} : { 'content-type': type }).end(body);
      return;
    }
    const isStored = typeof treatment === 'string' ? treatment.endsWith('-after') : treatment.stored === true;
    if (isStored) {
      await this.answer(received);
    }
    await fail(treatment, incoming.socket, response);
  }

  private async answer({ method, url, headers, body }: ReceivedRequest) {
    if (this.store === undefined) {
      return method === 'POST'
        ? { status: 204, type: '', body: '' }
        : { status: 200, type: 'application/json', body: NOTHING_FOUND };
    }
    const type = headers['content-type'];
    const answer = await request(this.store + url, {
      method: method === 'GET' ? 'GET' : 'POST',
      headers: type === undefined ? {} : { 'content-type': type },
      body: body.length > 0 ? body : null,
      dispatcher: this.connections,
    });
    const answerType = String(answer.headers['content-type'] ?? '');
    return { status: answer.statusCode, type: answerType, body: await answer.body.text() };
  }
}

async function fail(treatment: Exclude<Treatment, 'pass'>, socket: Socket, response: ServerResponse): Promise<void> {
  switch (treatment) {
    case 'reset':
    case 'reset-after':
      socket.resetAndDestroy();
      return;
    case 'hang':
    case 'hang-after':
      return; // until the client gives it up, or is hung up on
    case 'garbage':
      socket.end('\x16\x03\x01\x02\x00 no HTTP\r\n\r\n');
      return;
  }
  const { status, body, type = 'text/plain', pace } = treatment;
  response.writeHead(status, { 'content-type': type });
  if (pace === 'dribble') {
    const timer = setInterval(() => response.write('.'), DRIBBLE_MS);
    response.on('close', () => clearInterval(timer));
  } else if (pace === 'endless') {
    await writeForEver(response);
  } else {
    response.end(body);
  }
}

async function writeForEver(response: ServerResponse): Promise<void> {
  while (!response.destroyed) {
    if (!response.write(ENDLESS_CHUNK)) {
      await new Promise<void>((resume) => {
        const go = () => {
          response.off('drain', go).off('close', go);
          resume();
        };
        response.once('drain', go).once('close', go);
      });
    }
  }
}

/** Whether a request is a push with something in it, not the question whether anybody is there. */
export function isPush({ url, body }: ReceivedRequest): boolean {
  return url.includes('/loki/api/v1/push') && body.length > 1;
}

/** What is in a push, whichever of Loki's two forms it has. @throws Error where it has neither */
export function streamsOf({ headers, body }: ReceivedRequest): PushedStream[] {
  if (headers['content-type'] === 'application/x-protobuf') {
    return decodeProtobuf(uncompressSync(body) as Buffer).map(({ labels, entries }) => ({
      stream: Object.fromEntries(labels),
      values: entries.map(({ time, line, metadata }) => [`${time}`, line.toString(), Object.fromEntries(metadata)]),
    }));
  }
  return jsonPush.parse(JSON.parse(body.toString())).streams.map(({ stream, values }) => ({
    stream,
    values: values.map(([ns, line, metadata = {}]) => [ns, line, metadata]),
  }));
}
