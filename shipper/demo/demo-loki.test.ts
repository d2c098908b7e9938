import { serve, type TestServer } from '../../tests/testkit/http';
import { givenLoki } from './demo-loki';

interface LokiAnswer {
  status: number;
  /** The clusters of recent replays. */
  clusters?: string[];
  text?: string;
}

describe('the Loki that a demo is given', () => {
  let loki: TestServer;
  let asked: number;
  let waits: string[];
  /** @param answers to the query for recent replays, one after the other, the last for ever */
  const open = async (answers: LokiAnswer[], patienceMs?: number, name?: string) => {
    asked = 0;
    loki = await serve(() => {
      const { status, clusters = [], text } = answers[Math.min(asked++, answers.length - 1)] ?? { status: 500 };
      const result = clusters.map((cluster) => ({ metric: { cluster }, values: [[1, '7']] }));
      return { status, body: text ?? JSON.stringify({ status: 'success', data: { resultType: 'matrix', result } }) };
    });
    waits = [];
    return givenLoki({ url: loki.url }, name, new AbortController().signal, (why) => waits.push(why), patienceMs);
  };
  afterEach(() => loki.close());

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
    await loki.close();
    await expect(open([{ status: 200, clusters: ['east'] }], 0, 'east')).rejects.toThrow(/--cluster\.name/);
  });

  it('is waited for while it starts, which is said once', async () => {
    const starting = { status: 503, text: 'Ingester not ready' };
    expect(await open([starting, starting, { status: 200 }])).toMatchObject({ cluster: 'demo' });
    expect(waits).toEqual([expect.stringContaining('Ingester not ready')]);
    expect(asked).toBe(3);
  });

  it('is not waited for when it refuses: what to give is said', async () => {
    await expect(open([{ status: 401, text: 'no org id' }])).rejects.toThrow(/--loki\.tenant-id/);
    expect(asked).toBe(1);
  });

  it('is given up after a while', async () => {
    await expect(open([{ status: 503, text: 'empty ring' }], 0)).rejects.toThrow(/empty ring/);
  });
});
