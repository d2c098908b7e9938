import { uncompressSync } from 'snappy';
import { FakeLoki, type Treatment } from '../testkit/fake-loki';
import type { ReceivedRequest } from '../testkit/http';

/** A way to the store on which a test can let pushes fail, or hold them up. */
export class Endpoint {
  /** Decides on each push by its number, from 0, and the bytes of its body. */
  treat: (push: number, bytes: number) => Treatment = () => 'pass';
  /** Decides instead on what is in a push of log lines. */
  treatBody: ((body: string) => Treatment) | null = null;
  pushes = 0;

  private constructor(private readonly loki: FakeLoki) {
    // Neither the agent's question whether anyone is there counts, nor what the node says of itself at its own times.
    loki.treat = (request) => (request.body.length > 1 && !isOfNode(request) ? this.treatmentOf(request) : 'pass');
  }

  static async before(store: string): Promise<Endpoint> {
    return new Endpoint(await FakeLoki.start(store));
  }

  get url(): string {
    return this.loki.url;
  }

  /** Pushes that came and are held up. */
  get waiting(): number {
    return this.loki.waiting;
  }

  /** Pushes wait from now on, until `release`. */
  stall(): void {
    this.loki.stall();
  }

  release(): void {
    this.loki.release();
  }

  close(): Promise<void> {
    return this.loki.close();
  }

  private treatmentOf({ headers, body }: ReceivedRequest): Treatment {
    const push = this.pushes++;
    return this.treatBody && headers['content-type'] === 'application/x-protobuf'
      ? this.treatBody(uncompressSync(body).toString('latin1'))
      : this.treat(push, body.length);
  }
}

/** Whether a push holds nothing but disk samples, thresholds and reclaims. */
function isOfNode({ headers, body }: ReceivedRequest): boolean {
  return (
    headers['content-type'] === 'application/json' && /"record":"(disk|thresholds|gc|heartbeat)"/.test(body.toString())
  );
}
