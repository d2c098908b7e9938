import { FakeLoki, isPush, streamsOf, type Treatment } from '../testkit/fake-loki';
import type { ReceivedRequest } from '../testkit/http';
import { randomFrom } from '../testkit/random';
import type { GatewayAction } from './script';

/** An entry of a push, as it passed. */
export interface PassedEntry {
  labels: Readonly<Record<string, string>>;
  metadata: Readonly<Record<string, string>>;
  line: string;
}

interface Listeners {
  /** Is told of the entries of a push that Loki answered, before the agent is. */
  answered: (entries: PassedEntry[]) => void;
  /** Is told of entries that come in, whatever becomes of them. */
  seen: (entries: PassedEntry[]) => void;
}

/** Stands between the agent and Loki, and fails at the times of the script. */
export class Gateway {
  private readonly windows: GatewayAction[] = [];
  private readonly random: () => number;

  private constructor(
    private readonly loki: FakeLoki,
    seed: number,
    { answered, seen }: Listeners
  ) {
    this.random = randomFrom(seed);
    loki.treat = (request) => {
      seen(entriesOf(request));
      return this.treatment();
    };
    loki.onAnswered = (request, status) => {
      if (status === 204 || status === 400) {
        answered(entriesOf(request));
      }
    };
  }

  static async open(store: string, seed: number, listeners: Listeners): Promise<Gateway> {
    return new Gateway(await FakeLoki.start(store), seed, listeners);
  }

  get url(): string {
    return this.loki.url;
  }

  get requests(): number {
    return this.loki.requests;
  }

  get mostAtOnce(): number {
    return this.loki.mostAtOnce;
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
    this.loki.hangUp();
  }

  close(): Promise<void> {
    return this.loki.close();
  }

  private treatment(): Treatment {
    return this.windows.find(({ share }) => this.random() < share)?.treatment ?? 'pass';
  }
}

function entriesOf(request: ReceivedRequest): PassedEntry[] {
  const streams = isPush(request) ? streamsOf(request) : [];
  return streams.flatMap(({ stream, values }) =>
    values.map(([, line, metadata]) => ({ labels: stream, metadata, line }))
  );
}
