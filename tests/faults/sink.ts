import { setTimeout as wait } from 'node:timers/promises';
import { uncompressSync } from 'snappy';
import { decodeProtobuf } from '../../pocket-loki/ingest/push-protobuf';
import { FakeLoki } from '../testkit/fake-loki';

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

/** A Loki that takes every push and counts its lines: for more of them than a store would be asked for in a test. */
export class Sink {
  readonly pods = new Map<string, Tally>();
  pushes = 0;
  /** Milliseconds that each answer is held back. */
  delayMs = 0;

  private constructor(private readonly loki: FakeLoki) {
    loki.treat = async ({ body }) => {
      this.take(body);
      await wait(this.delayMs);
      return 'pass' as const;
    };
  }

  static async open(): Promise<Sink> {
    return new Sink(await FakeLoki.start());
  }

  get url(): string {
    return this.loki.url;
  }

  tally(pod: string): Tally {
    const tally = this.pods.get(pod) ?? new Tally();
    this.pods.set(pod, tally);
    return tally;
  }

  close(): Promise<void> {
    return this.loki.close();
  }

  private take(body: Buffer): void {
    this.pushes++;
    for (const { labels, entries } of decodeProtobuf(uncompressSync(body) as Buffer)) {
      if (labels.some(([name]) => name === 'record')) {
        continue;
      }
      for (const { line, metadata } of entries) {
        const pod = metadata.find(([name]) => name === 'pod')?.[1] ?? '';
        this.tally(pod).add(Number(line.subarray(line.lastIndexOf(0x20) + 1).toString('latin1')));
      }
    }
  }
}
