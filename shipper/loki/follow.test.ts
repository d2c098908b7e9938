import { createServer, request } from 'node:http';
import { ago, startTestStore, type TestStore } from '../../tests/testkit/store';
import { connectLoki, type LokiUnreachable } from './connection';
import { follow } from './follow';
import { LokiRefusal, QueryClient } from './query-client';
import { close, listen } from '../../tests/testkit/http';

/** A proxy before the store that does not let websockets through, as many do not. */
async function withoutWebsockets(store: string) {
  const server = createServer((incoming, answer) => {
    const onward = request(
      `${store}${incoming.url}`,
      { method: incoming.method, headers: incoming.headers },
      (response) => {
        answer.writeHead(response.statusCode ?? 500, response.headers);
        response.pipe(answer);
      }
    );
    incoming.pipe(onward);
  });
  server.on('upgrade', (_, socket) => socket.end('HTTP/1.1 403 Forbidden\r\n\r\n'));
  return { url: await listen(server), close: () => close(server) };
}

describe.each(['tailing', 'asking again and again'])('following by %s', (way) => {
  let store: TestStore;
  let client: QueryClient;
  let closeProxy = async (): Promise<unknown> => undefined;

  beforeAll(async () => {
    store = await startTestStore();
    client = store.client;
    if (way !== 'tailing') {
      const proxy = await withoutWebsockets(store.url);
      client = new QueryClient(connectLoki({ url: proxy.url }));
      closeProxy = proxy.close;
    }
  });
  afterAll(async () => {
    await client.connection.close();
    await closeProxy();
    await store.close();
  });

  it('gives what is there, then what comes, each entry once', async () => {
    const start = ago(60);
    const values = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, i) => [start + BigInt(from + i), `line ${from + i}`] as [bigint, string]);
    await store.push({ app: 'a' }, values(0, 1200));

    const stop = new AbortController();
    const troubles: Array<LokiRefusal | LokiUnreachable> = [];
    const lines: string[] = [];
    const options = {
      signal: stop.signal,
      pauseMs: 20,
      onTrouble: (error: LokiRefusal | LokiUnreachable) => void troubles.push(error),
    };
    let pushed = 1200;
    for await (const entries of follow(client, '{app="a"}', start, options)) {
      lines.push(...entries.map(({ line }) => line));
      if (lines.length === 2000) {
        stop.abort();
      } else if (lines.length === pushed) {
        await store.push({ app: 'a' }, values(pushed, pushed + 200));
        await store.push({ app: 'b' }, [[start, 'not asked for']]);
        pushed += 200;
      }
    }
    expect(lines).toEqual(Array.from({ length: 2000 }, (_, i) => `line ${i}`));
    expect(troubles.map((error) => error instanceof LokiRefusal && error.status)).toEqual(
      way === 'tailing' ? [] : [403]
    );
  });

  it('gives what comes late, half an hour behind the newest line', async () => {
    const stop = new AbortController();
    await store.push({ app: 'late', node: 'a' }, [[ago(10), 'new']]);
    const lines: string[] = [];
    const options = { signal: stop.signal, pauseMs: 20, farEveryMs: 50 };
    for await (const entries of follow(client, '{app="late"}', ago(3600), options)) {
      lines.push(...entries.map(({ line }) => line));
      if (lines.length === 1 && entries.length === 1) {
        await store.push({ app: 'late', node: 'b' }, [[ago(1800), 'late']]);
      } else if (lines.length === 2) {
        stop.abort();
      }
    }
    expect(lines).toEqual(['new', 'late']);
  });

  it('ends when it is told to, also while nothing comes', async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 100);
    for await (const entries of follow(client, '{app="none"}', ago(60), { signal: stop.signal, pauseMs: 20 })) {
      expect(entries).toEqual([]);
    }
    expect(stop.signal.aborted).toBe(true);
  });

  it('fails for a query that Loki refuses', async () => {
    const refused = follow(client, '{', ago(60), { signal: new AbortController().signal, pauseMs: 20 });
    await expect(refused.next()).rejects.toMatchObject({ status: 400 });
  });
});

describe('following', () => {
  it('goes on after Loki was away, and tells that it was', async () => {
    const first = await startTestStore();
    const start = ago(60);
    await first.push({ app: 'a' }, [[start, 'before']]);
    const client = new QueryClient(connectLoki({ url: first.url }), { retryAfterMs: [] });
    const stop = new AbortController();
    const troubles: string[] = [];
    let away: () => void = () => undefined;
    const isAway = new Promise<void>((resolve) => (away = resolve));
    const onTrouble = ({ name }: Error) => {
      troubles.push(name);
      if (name === 'LokiUnreachable') {
        away();
      }
    };

    const lines: string[] = [];
    let closed: Promise<void> | undefined;
    const reading = (async () => {
      for await (const entries of follow(client, '{app="a"}', start, { signal: stop.signal, pauseMs: 20, onTrouble })) {
        lines.push(...entries.map(({ line }) => line));
        if (lines.length === 1) {
          closed = first.close();
        } else if (lines.length === 2) {
          stop.abort();
        }
      }
    })();
    await isAway;
    await closed;
    const second = await startTestStore({ port: Number(new URL(first.url).port) });
    await second.push({ app: 'a' }, [[start + 1n, 'after']]);
    await reading;
    expect(lines).toEqual(['before', 'after']);
    await client.connection.close();
    await second.close();
  });
});
