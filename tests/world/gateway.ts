import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { uncompressSync } from 'snappy';
import { Agent, request } from 'undici';
import * as z from 'zod';
import { decodeProtobuf } from '../../pocket-loki/ingest/push-protobuf';
import { randomFrom } from '../faults/random';
import type { GatewayAction, Treatment } from './script';

/** An entry of a push, as it passed. */
export interface PassedEntry {
  labels: ReadonlyMap<string, string>;
  metadata: ReadonlyMap<string, string>;
  line: string;
}

const DRIBBLE_MS = 100;
const ENDLESS_CHUNK = Buffer.alloc(64 * 1024, 'x');

const jsonPush = z.object({
  streams: z.array(
    z.object({
      stream: z.record(z.string(), z.string()),
      values: z.array(z.tuple([z.string(), z.string()]).rest(z.record(z.string(), z.string()))),
    })
  ),
});

/** Stands between the agent and Loki, and fails in the ways that proxies, load balancers and networks do. */
export class Gateway {
  /** Requests so far, and those that wait for an answer at once at most. */
  requests = 0;
  mostAtOnce = 0;
  private atOnce = 0;
  private readonly windows: GatewayAction[] = [];
  private readonly connections = new Agent();
  private readonly random: () => number;
  private readonly server = createServer((incoming, response) => {
    this.requests++;
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.atOnce);
    response.on('close', () => this.atOnce--);
    this.handle(incoming, response).catch(() => response.destroy());
  });

  private constructor(
    private readonly store: string,
    seed: number,
    /** Is told of the entries of a push that Loki answered, before the agent is. */
    private readonly onAnswered: (entries: PassedEntry[]) => void,
    /** Is told of entries that come in, whatever becomes of them. */
    private readonly onSeen: (entries: PassedEntry[]) => void
  ) {
    this.random = randomFrom(seed);
  }

  static async open(
    store: string,
    seed: number,
    reported: { answered: (entries: PassedEntry[]) => void; seen: (entries: PassedEntry[]) => void }
  ): Promise<Gateway> {
    const gateway = new Gateway(store, seed, reported.answered, reported.seen);
    gateway.server.listen(0, '127.0.0.1');
    await once(gateway.server, 'listening');
    return gateway;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Treats requests so from now on, until `end`. */
  begin(window: GatewayAction): void {
    this.windows.push(window);
  }

  end(window: GatewayAction): void {
    this.windows.splice(this.windows.indexOf(window), 1);
  }

  /** Everything passes from now on, and nobody is kept waiting. */
  calm(): void {
    this.windows.length = 0;
    this.server.closeAllConnections();
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    await this.connections.destroy();
  }

  private treatment(): Treatment | null {
    for (const { share, treatment } of this.windows) {
      if (this.random() < share) {
        return treatment;
      }
    }
    return null;
  }

  private async handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const treatment = this.treatment();
    if (treatment?.how === 'reset' && !treatment.stored) {
      incoming.socket.resetAndDestroy();
      return;
    }
    const parts: Buffer[] = [];
    for await (const part of incoming) {
      parts.push(part as Buffer);
    }
    const body = Buffer.concat(parts);
    const entries = entriesOf(incoming, body);
    this.onSeen(entries);
    const stored = treatment === null || ('stored' in treatment && treatment.stored);
    const answer = stored ? await this.forward(incoming, body) : null;
    if (treatment === null && answer) {
      if (answer.status === 204 || answer.status === 400) {
        this.onAnswered(entries);
      }
      response.writeHead(answer.status, answer.headers).end(answer.body);
    } else if (treatment) {
      await fail(treatment, incoming.socket, response);
    }
  }

  private async forward({ method, url, headers }: IncomingMessage, body: Buffer) {
    const type = headers['content-type'];
    const answer = await request(this.store + (url ?? '/'), {
      method: method === 'GET' ? 'GET' : 'POST',
      headers: type === undefined ? {} : { 'content-type': type },
      body: body.length > 0 ? body : null,
      dispatcher: this.connections,
    });
    const answerType = String(answer.headers['content-type'] ?? '');
    const text = await answer.body.text();
    return { status: answer.statusCode, headers: answerType ? { 'content-type': answerType } : {}, body: text };
  }
}

async function fail(treatment: Treatment, socket: Socket, response: ServerResponse): Promise<void> {
  switch (treatment.how) {
    case 'reset':
      socket.resetAndDestroy();
      return;
    case 'hang':
      return; // until the agent gives it up, or the gateway is calm again
    case 'answer':
      response.writeHead(treatment.status, { 'content-type': treatment.type }).end(treatment.body);
      return;
    case 'garbage':
      socket.end('\x16\x03\x01\x02\x00 no HTTP\r\n\r\n');
      return;
    case 'dribble': {
      response.writeHead(treatment.status, { 'content-type': 'text/plain' });
      const timer = setInterval(() => response.write('.'), DRIBBLE_MS);
      response.on('close', () => clearInterval(timer));
      return;
    }
    case 'endless':
      response.writeHead(treatment.status, { 'content-type': 'text/html' });
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
}

function entriesOf({ headers, url }: IncomingMessage, body: Buffer): PassedEntry[] {
  if (!url?.startsWith('/loki/api/v1/push') || body.length < 2) {
    return [];
  }
  if (headers['content-type'] === 'application/x-protobuf') {
    return decodeProtobuf(uncompressSync(body) as Buffer).flatMap(({ labels, entries }) =>
      entries.map(({ line, metadata }) => ({
        labels: new Map(labels),
        metadata: new Map(metadata),
        line: line.toString('utf8'),
      }))
    );
  }
  return jsonPush.parse(JSON.parse(body.toString())).streams.flatMap(({ stream, values }) =>
    values.map(([, line, metadata]) => ({
      labels: new Map(Object.entries(stream)),
      metadata: new Map(Object.entries(metadata ?? {})),
      line,
    }))
  );
}
