import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { uncompressSync } from 'snappy';
import { request } from 'undici';

/** What becomes of one push. */
export type Treatment =
  | 'pass'
  /** The connection is cut before the store sees it, … */
  | 'reset'
  /** … or after it stored it. */
  | 'reset-after'
  /** The answer is given without the store. */
  | { status: number; body: string }
  /** The store takes it, and the answer is another. */
  | { after: number }
  /** Nobody answers, whether the store takes it or not. */
  | 'hang'
  | 'hang-after';

/** A way to the store on which a test can let pushes fail, or hold them up. */
export class Endpoint {
  /** Decides on each push by its number, from 0, and the bytes of its body. */
  treat: (push: number, bytes: number) => Treatment = () => 'pass';
  /** Decides instead on what is in a push of log lines. */
  treatBody: ((body: string) => Treatment) | null = null;
  pushes = 0;
  /** Pushes that came and are held up. */
  waiting = 0;
  private held: Promise<void> | null = null;
  private open: (() => void) | null = null;
  private readonly server = createServer((incoming, response) => {
    this.handle(incoming, response).catch((error: unknown) => response.destroy(error as Error));
  });

  private constructor(private readonly store: string) {}

  static async before(store: string): Promise<Endpoint> {
    const endpoint = new Endpoint(store);
    endpoint.server.listen(0, '127.0.0.1');
    await once(endpoint.server, 'listening');
    return endpoint;
  }

  get url(): string {
    const { port } = this.server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  /** Pushes wait from now on, until `release`. */
  stall(): void {
    this.held = new Promise((resolve) => (this.open = resolve));
  }

  release(): void {
    this.open?.();
    this.held = null;
  }

  async close(): Promise<void> {
    this.release();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private treatmentOf({ headers }: IncomingMessage, body: Buffer): Treatment {
    const push = this.pushes++;
    return this.treatBody && headers['content-type'] === 'application/x-protobuf'
      ? this.treatBody(uncompressSync(body).toString('latin1'))
      : this.treat(push, body.length);
  }

  private async handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of incoming) {
      parts.push(part as Buffer);
    }
    const body = Buffer.concat(parts);
    this.waiting++;
    await this.held;
    this.waiting--;
    // Neither the agent's question whether anyone is there counts, nor what the node says of itself at its own times.
    const counts = body.length > 1 && !isOfNode(incoming, body);
    const treatment = counts ? this.treatmentOf(incoming, body) : 'pass';
    if (treatment === 'reset') {
      response.destroy();
      return;
    }
    if (treatment === 'hang') {
      return;
    }
    if (typeof treatment === 'object' && 'status' in treatment) {
      response.writeHead(treatment.status).end(treatment.body);
      return;
    }
    const answer = await request(this.store + incoming.url, {
      method: 'POST',
      headers: { 'content-type': incoming.headers['content-type'] ?? '' },
      body,
    });
    const text = await answer.body.text();
    if (treatment === 'hang-after') {
      return;
    }
    if (treatment === 'reset-after') {
      response.destroy();
    } else if (typeof treatment === 'object') {
      response.writeHead(treatment.after).end('late trouble');
    } else {
      response.writeHead(answer.statusCode).end(text);
    }
  }
}

/** Whether a push holds nothing but disk samples, thresholds and reclaims. */
function isOfNode({ headers }: IncomingMessage, body: Buffer): boolean {
  return (
    headers['content-type'] === 'application/json' && /"record":"(disk|thresholds|gc|heartbeat)"/.test(body.toString())
  );
}
