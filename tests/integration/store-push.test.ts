import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Store, startStore } from '../../pocket-loki';

describe('the embedded store', () => {
  let dir: string;
  let store: Store;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'afterlog-store-'));
    store = await startStore({ dir, port: 0 });
  });

  afterEach(async () => {
    await store.close();
    await rm(dir, { recursive: true });
  });

  const push = (streams: object[]) =>
    fetch(`${store.url}/loki/api/v1/push`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ streams }),
    });

  const lines = async (query: string) => {
    const address = new URL(`${store.url}/loki/api/v1/query_range`);
    address.search = new URLSearchParams({ query, direction: 'forward' }).toString();
    const answer = (await (await fetch(address)).json()) as { data: { result: Array<{ values: string[][] }> } };
    return answer.data.result.flatMap(({ values }) => values.map(([, line]) => line));
  };

  it('answers what was pushed, and still after it was closed and opened again', async () => {
    const now = BigInt(Date.now()) * 1_000_000n;
    const values = [0n, 1n, 2n].map((i) => [`${now + i}`, `line ${i}`]);
    expect((await push([{ stream: { app: 'x' }, values }])).status).toBe(204);
    await store.close();
    store = await startStore({ dir, port: 0 });
    expect(await lines('{app="x"}')).toEqual(['line 0', 'line 1', 'line 2']);
    expect(await lines('{app="x"} != "1"')).toEqual(['line 0', 'line 2']);
  });

  it('stores an entry once that is pushed twice', async () => {
    const now = `${BigInt(Date.now()) * 1_000_000n}`;
    const stream = {
      stream: { app: 'x' },
      values: [
        [now, 'a'],
        [now, 'b'],
        [now, 'a', { pod: 'p' }],
        [now, 'a'],
      ],
    };
    await push([stream]);
    await push([stream]);
    expect((await lines('{app="x"}')).sort()).toEqual(['a', 'a', 'b']);
  });
});
