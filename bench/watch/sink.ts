import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

const pushSchema = z.object({
  streams: z.array(
    z.object({
      stream: z.record(z.string(), z.string()),
      values: z.array(z.tuple([z.string(), z.string()]).rest(z.unknown())),
    })
  ),
});
const recordSchema = z.object({
  kind: z.string(),
  id: z.string(),
  final: z.boolean(),
  deletion: z.object({}).optional(),
  podsDeleted: z.object({ count: z.number() }).optional(),
});

/** Takes records as Loki does, and keeps of them what is needed to see whether one is missing. */
export class Sink {
  readonly lines = new Map<string, number>();
  bytes = 0;
  readonly final = new Set<string>();
  readonly deleted = new Set<string>();
  private readonly along = new Map<string, number>();
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        if (request.method === 'POST') {
          this.take(Buffer.concat(chunks).toString());
          response.writeHead(204).end();
        } else {
          response.writeHead(200).end('{"status":"success","data":{"resultType":"streams","result":[]}}');
        }
      });
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  /** Pods that went with their Jobs, as the Jobs' records tell. */
  get wentAlong(): number {
    return [...this.along.values()].reduce((sum, count) => sum + count, 0);
  }

  get total(): number {
    return [...this.lines.values()].reduce((sum, count) => sum + count, 0);
  }

  private take(body: string): void {
    for (const { values } of pushSchema.parse(JSON.parse(body)).streams) {
      for (const [, line] of values) {
        const { kind, id, final, deletion, podsDeleted } = recordSchema.parse(JSON.parse(line));
        this.lines.set(kind, (this.lines.get(kind) ?? 0) + 1);
        this.bytes += line.length;
        if (final) {
          this.final.add(id);
        }
        if (deletion !== undefined) {
          this.deleted.add(id);
        }
        if (podsDeleted !== undefined) {
          this.along.set(id, podsDeleted.count);
        }
      }
    }
  }
}
