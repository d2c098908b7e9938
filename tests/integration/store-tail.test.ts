import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { startStore, type Store } from '../../pocket-loki';

interface Message {
  streams: Array<{ stream: Record<string, string>; values: unknown[][] }>;
  encodingFlags?: string[];
}

describe('following the log', () => {
  let dir: string;
  let store: Store;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'afterlog-tail-'));
    store = await startStore({ dir, port: 0, limits: { maxTailRequests: 2 } });
  });

  afterEach(async () => {
    await store.close();
    await rm(dir, { recursive: true });
  });

  const now = () => `${BigInt(Date.now()) * 1_000_000n}`;

  async function push(app: string, ...values: unknown[][]): Promise<void> {
    const body = JSON.stringify({ streams: [{ stream: { app }, values }] });
    const response = await fetch(`${store.url}/loki/api/v1/push`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body,
    });
    expect(response.status).toBe(204);
  }

  function follow(params: Record<string, string>, headers: Record<string, string> = {}) {
    const address = `${store.url.replace('http', 'ws')}/loki/api/v1/tail?${new URLSearchParams(params).toString()}`;
    const socket = new WebSocket(address, { headers });
    const lines: string[] = [];
    const messages: Message[] = [];
    let wake: () => void = () => undefined;
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as Message;
      messages.push(message);
      lines.push(...message.streams.flatMap(({ values }) => values.map(([, line]) => String(line))));
      wake();
    });
    const until = async (count: number) => {
      while (lines.length < count) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return lines;
    };
    const opened = new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    const closed = new Promise<string>((resolve) =>
      socket.once('close', (code, reason) => resolve(`${code} ${reason.toString()}`))
    );
    return { socket, messages, until, opened, closed };
  }

  it('sends what is there, then what comes, each entry once and filtered', async () => {
    await push('x', [now(), 'old'], [now(), 'unwanted'], [now(), 'older']);
    const tail = follow({ query: '{app="x"} |= "o" | logfmt' });
    expect([...(await tail.until(2))].sort()).toEqual(['old', 'older']);
    const time = now();
    await push('x', [time, 'not this'], [time, 'no=1'], [time, 'no=1']);
    await push('y', [now(), 'other']);
    await push('x', [time, 'no=1'], [now(), 'oh']);
    expect((await tail.until(5)).slice(2)).toEqual(['not this', 'no=1', 'oh']);
    expect(tail.messages.at(-1)?.streams[0]).toMatchObject({ stream: { app: 'x', service_name: 'x' } });
    tail.socket.terminate();
  });

  it('tells labels by where they come from, where that is asked for', async () => {
    const tail = follow({ query: '{app="x"} | logfmt' }, { 'X-Loki-Response-Encoding-Flags': 'categorize-labels' });
    await tail.opened;
    const time = now();
    await push('x', [time, 'a=1', { pod: 'p' }]);
    await tail.until(1);
    expect(tail.messages).toEqual([
      {
        streams: [
          {
            stream: { app: 'x', service_name: 'x' },
            values: [
              [time, 'a=1', { structuredMetadata: { detected_level: 'unknown', pod: 'p' }, parsed: { a: '1' } }],
            ],
          },
        ],
        encodingFlags: ['categorize-labels'],
      },
    ]);
    tail.socket.terminate();
  });

  it.each([
    [{ query: '{' }, 'Unexpected server response: 400'],
    [{ query: '{}' }, 'Unexpected server response: 400'],
    [{ query: 'rate({app="x"}[1m])' }, 'Unexpected server response: 400'],
    [{ query: '{app="x"}', delay_for: '6' }, 'Unexpected server response: 400'],
  ])('refuses %p', (params, message) => expect(follow(params).opened).rejects.toThrow(message));

  it('lets so many follow, and more once one has gone', async () => {
    const tails = [follow({ query: '{app="x"}' }), follow({ query: '{app="x"}' })];
    await Promise.all(tails.map(({ opened }) => opened));
    expect(await follow({ query: '{app="x"}' }).closed).toBe(
      '1011 max concurrent tail requests limit exceeded, count > limit (3 > 2)'
    );
    tails[0]?.socket.close();
    await tails[0]?.closed;
    const next = follow({ query: '{app="x"}' });
    await next.opened;
    await push('x', [now(), 'a']);
    expect(await next.until(1)).toEqual(['a']);
  });

  it('ends with the store', async () => {
    const tail = follow({ query: '{app="x"}' });
    await tail.opened;
    await store.close();
    expect(await tail.closed).toMatch(/^1006/);
    store = await startStore({ dir, port: 0 });
  });

  it('refuses a page of another origin', async () => {
    const refused = follow({ query: '{app="x"}' }, { Origin: 'http://evil.example' });
    await expect(refused.opened).rejects.toThrow('403');
  });
});
