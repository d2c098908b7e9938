import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { givenLoki } from './demo-loki';

/** Answers the query for recent replays with these, one after the other, the last for ever. */
class LokiLookalike {
  readonly asked: string[] = [];
  private server: Server | undefined;

  constructor(private readonly answers: Array<{ status: number; clusters?: string[]; text?: string }>) {}

  async start(): Promise<string> {
    this.server = createServer((request, response) => {
      const {
        status,
        clusters = [],
        text,
      } = (this.answers.length > 1 ? this.answers.shift() : this.answers[0]) ?? {
        status: 500,
      };
      this.asked.push(decodeURIComponent(request.url ?? ''));
      const result = clusters.map((cluster) => ({ metric: { cluster }, value: [1, '7'] }));
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(text ?? JSON.stringify({ status: 'success', data: { resultType: 'vector', result } }));
    }).listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    const { port } = this.server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  stop(): void {
    this.server?.close();
    this.server?.closeAllConnections();
  }
}

describe('the Loki that a demo is given', () => {
  let loki: LokiLookalike;
  let waits: string[];
  const open = async (answers: ConstructorParameters<typeof LokiLookalike>[0], patienceMs?: number, name?: string) => {
    loki = new LokiLookalike(answers);
    waits = [];
    const url = await loki.start();
    return givenLoki({ url }, name, new AbortController().signal, (why) => waits.push(why), patienceMs);
  };
  afterEach(() => loki.stop());

  it.each([
    [[], 'demo'],
    [['demo'], 'demo-2'],
    [['demo', 'demo-2', 'demo-4'], 'demo-3'],
    [['demo-2'], 'demo'],
  ])('with recent replays %j gets one of the cluster %s', async (clusters, cluster) => {
    expect(await open([{ status: 200, clusters }])).toMatchObject({ cluster });
    expect(waits).toEqual([]);
  });

  it('gets a replay of the name that is asked for, unless it has one', async () => {
    expect(await open([{ status: 200 }], 0, 'east')).toMatchObject({ cluster: 'east' });
    loki.stop();
    await expect(open([{ status: 200, clusters: ['east'] }], 0, 'east')).rejects.toThrow(/--cluster\.name/);
  });

  it('is waited for while it starts, which is said once', async () => {
    const starting = { status: 503, text: 'Ingester not ready' };
    expect(await open([starting, starting, { status: 200 }])).toMatchObject({ cluster: 'demo' });
    expect(waits).toEqual([expect.stringContaining('Ingester not ready')]);
    expect(loki.asked).toHaveLength(3);
  });

  it('is not waited for when it refuses: what to give is said', async () => {
    await expect(open([{ status: 401, text: 'no org id' }])).rejects.toThrow(/--loki\.tenant-id/);
    expect(loki.asked).toHaveLength(1);
  });

  it('is given up after a while', async () => {
    await expect(open([{ status: 503, text: 'empty ring' }], 0)).rejects.toThrow(/empty ring/);
  });
});
