import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { uncompressSync } from 'snappy';
import { decodeProtobuf } from '../../pocket-loki/ingest/push-protobuf';

/** Lines of one pod by the number that each of them ends with. */
class Tally {
  /** How often each number came. */
  private times = new Uint8Array(64);
  distinct = 0;
  repeated = 0;
  /** Lines that came after a later one. */
  outOfOrder = 0;
  private last = -1;

  add(number: number): void {
    if (number >= this.times.length) {
      const longer = new Uint8Array(2 ** Math.ceil(Math.log2(number + 1)));
      longer.set(this.times);
      this.times = longer;
    }
    this.times[number] = (this.times[number] ?? 0) + 1;
    if (this.times[number] === 1) {
      this.distinct++;
      this.outOfOrder += number < this.last ? 1 : 0;
      this.last = Math.max(this.last, number);
    } else {
      this.repeated++;
    }
  }
}

/** Takes every push and counts its lines: for more of them than a store would be asked for in a test. */
export class Sink {
  readonly pods = new Map<string, Tally>();
  pushes = 0;
  /** Milliseconds that each answer is held back. */
  delayMs = 0;
  private readonly server = createServer((incoming, response) => {
    this.take(incoming).then(
      () => response.writeHead(204).end(),
      (error: unknown) => response.writeHead(500).end(String(error))
    );
  });

  static async open(): Promise<Sink> {
    const sink = new Sink();
    sink.server.listen(0, '127.0.0.1');
    await once(sink.server, 'listening');
    return sink;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  tally(pod: string): Tally {
    const tally = this.pods.get(pod) ?? new Tally();
    this.pods.set(pod, tally);
    return tally;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async take(incoming: IncomingMessage): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of incoming) {
      parts.push(part as Buffer);
    }
    const body = uncompressSync(Buffer.concat(parts)) as Buffer;
    this.pushes++;
    for (const { labels, entries } of decodeProtobuf(body)) {
      if (labels.some(([name]) => name === 'record')) {
        continue;
      }
      for (const { line, metadata } of entries) {
        const pod = metadata.find(([name]) => name === 'pod')?.[1] ?? '';
        this.tally(pod).add(Number(line.subarray(line.lastIndexOf(0x20) + 1).toString('latin1')));
      }
    }
    await wait(this.delayMs);
  }
}
