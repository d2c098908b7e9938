import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { WebSocket } from 'ws';
import { startStore } from '../../pocket-loki';
import { HostileStore, lines } from './store-program';

const long = 'x'.repeat(250_000);
/** Half a megabyte that becomes half a gigabyte. */
const bomb = gzipSync(Buffer.alloc(500 << 20, ' '));

describe('queries and pushes against the store', () => {
  let store: HostileStore;

  beforeAll(async () => {
    store = new HostileStore();
    await store.start();
    await store.push(
      lines(20, () => long),
      { app: 'long' }
    );
    await store.push(
      lines(3, () => '1'.repeat(250_000)),
      { app: 'digits' }
    );
    await store.push(
      lines(3, () => `${'{"a":'.repeat(40_000)}1${'}'.repeat(40_000)}`),
      { app: 'deep' }
    );
    for (let i = 0; i < 20; i++) {
      const end = BigInt(Date.now()) * 1_000_000n;
      const values = Array.from({ length: 5000 }, (_, k) => [`${end - BigInt(k)}`, `id=${i * 5000 + k} v=1`]);
      await store.push(values, { app: 'many', part: `${i}` });
    }
  });
  afterAll(() => store.remove());

  it.each([
    ['label_replace with alternatives of the same', '', 'label_replace(vector(1), "a", "$1", "b", "(a|a)*b")'],
    [
      'label_replace on a long label',
      '',
      `label_replace(label_replace(vector(1), "b", "${'a'.repeat(5000)}", "", ""), "a", "$1", "b", "(a|a)*b")`,
    ],
    ['regexp with two stars on a long line', 'long', '| regexp "(?P<x>.*)=(?P<y>.*)"'],
    ['a line filter with many stars', 'long', '|~ ".*.*.*.*="'],
    ['a line filter with nested repetition', 'long', '|~ "(x+x+)+y"'],
    ['a line filter with many optional letters', 'long', `|~ "${'x?'.repeat(40)}${'x'.repeat(40)}y"`],
    ['a label filter with many stars', 'long', '| label_format l="{{ __line__ }}" | l =~ ".*.*.*="'],
    ['a pattern with many captures', 'long', `| pattern "${'<_>x'.repeat(500)}<y>z"`],
    ['a template that pads', 'long', '| line_format `{{ printf "%300000000d" 1 }}`'],
    [
      'a template that doubles',
      'long',
      `| line_format \`{{ $x := __line__ }}${'{{ $x = print $x $x }}'.repeat(40)}{{ $x }}\``,
    ],
    ['a template with a regular expression', 'long', '| line_format `{{ regexReplaceAll "(x*)*y" __line__ "$1$1" }}`'],
    ['a search for addresses in digits', 'digits', '|= ip("10.0.0.0/8")'],
    ['JSON that is nested deeply', 'deep', '| json | a="1"'],
    ['JSON paths into what is nested deeply', 'deep', `| json v="${'a.'.repeat(500)}a"`],
    ['logfmt of one long word', 'long', '| logfmt --strict'],
  ])('%s is answered, and the store goes on meanwhile', async (_, app, text) => {
    const query = app === '' ? store.query(text) : store.queryRange(`{app="${app}"} ${text}`);
    expect(await store.isReadyDuring(query)).toBe(true);
    expect([200, 400]).toContain((await query).status);
  });

  it.each([
    ['parentheses', `${'('.repeat(30_000)}vector(1)${')'.repeat(30_000)}`],
    ['operators', `vector(1)${' + vector(1)'.repeat(9_000)}`],
    ['characters', `{a="${'b'.repeat(200_000)}"}`],
  ])('a query of too many %s is refused with 400', async (_, query) => {
    const body = new URLSearchParams({ query });
    const { status } = await fetch(`${store.url}/loki/api/v1/query`, { method: 'POST', body });
    expect(status).toBe(400);
    expect((await store.get('/ready')).status).toBe(200);
  });

  it('steps and limits without end are refused', async () => {
    const end = `${Date.now()}000000`;
    const range = { start: `${Date.now() - 86_400_000}000000`, end };
    expect((await store.queryRange('rate({app="many"}[1m])', { ...range, step: '0.001' })).status).toBe(400);
    expect((await store.queryRange('{app="many"}', { ...range, limit: '1000000000' })).status).toBe(400);
    expect(
      (await store.get('/loki/api/v1/index/volume_range', { ...range, query: '{app="many"}', step: '0.001' })).status
    ).toBe(400);
  });

  it('a query of a hundred thousand series fails before it has much memory', async () => {
    const before = store.peakMiB();
    const range = { start: `${Date.now() - 86_400_000}000000`, end: `${Date.now()}000000`, step: '30' };
    const query = store.queryRange('sum by (id) (count_over_time({app="many"} | logfmt [1m]))', range);
    expect(await store.isReadyDuring(query)).toBe(true);
    expect(await query).toMatchObject({
      status: 400,
      text: expect.stringMatching(/memory|maximum number of series/) as string,
    });
    expect(store.peakMiB() - before).toBeLessThan(150);
    expect((await store.get('/ready')).status).toBe(200);
  });

  it('gzip bombs, many at once, are refused without much memory', async () => {
    const before = store.peakMiB();
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    const answers = await Promise.all(Array.from({ length: 10 }, () => store.send(bomb, headers)));
    expect(new Set(answers)).toEqual(new Set([400]));
    expect(store.peakMiB() - before).toBeLessThan(150);
  });

  it('a snappy block that says to be larger than it may is refused', async () => {
    const bomb = Buffer.concat([Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f]), Buffer.alloc(1000)]);
    expect(await store.send(bomb, { 'content-type': 'application/x-protobuf' })).toBe(400);
  });

  it('large pushes, many at once, wait for each other', async () => {
    const values = lines(60, () => 'y'.repeat(200_000));
    const before = store.peakMiB();
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, i) => store.push(values, { app: 'large', i: `${i}` }))
    );
    expect(new Set(answers)).toEqual(new Set([204]));
    expect(store.peakMiB() - before).toBeLessThan(600);
  });

  it('a tail whose query is costly holds up neither the store nor another tail', async () => {
    const follow = (query: string) =>
      new WebSocket(`${store.url.replace('http', 'ws')}/loki/api/v1/tail?${new URLSearchParams({ query }).toString()}`);
    const slow = follow(`{app="tail"} ${'|~ "(x+x+)+y" or "(.*)*=" '.repeat(30)}`);
    const quick = follow('{app="tail"} |= "hello"');
    await Promise.all([slow, quick].map((socket) => new Promise((resolve) => socket.once('open', resolve))));
    const reported = new Promise((resolve) => quick.once('message', resolve));
    const pushed = store.push([...lines(20, () => long), ...lines(1, () => 'hello')], { app: 'tail' });
    expect(await store.isReadyDuring(pushed)).toBe(true);
    await reported;
    slow.terminate();
    quick.terminate();
  });
});

describe('the limits of a query', () => {
  it('end one that does not end by itself, while others are answered', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'afterlog-hostile-'));
    const limits = { queryTimeout: 3_000 };
    const store = await startStore({ dir, port: 0, limits });
    try {
      const now = BigInt(Date.now()) * 1_000_000n;
      const list = JSON.stringify(Array.from({ length: 2000 }, (_, i) => i));
      const body = JSON.stringify({ streams: [{ stream: { app: 'x' }, values: [[`${now}`, list]] }] });
      const headers = { 'content-type': 'application/json' };
      await fetch(`${store.url}/loki/api/v1/push`, { method: 'POST', headers, body });
      // One entry keeps the process busy: 2000 to the power of four rounds.
      const loop = '{{ range fromJson __line__ }}'.repeat(1) + '{{ range fromJson $.l }}'.repeat(3);
      const query = `{app="x"} | label_format l="{{ __line__ }}" | line_format \`${loop}${'{{ end }}'.repeat(4)}\``;
      const ask = (text: string) =>
        fetch(`${store.url}/loki/api/v1/query_range?${new URLSearchParams({ query: text }).toString()}`);
      const costly = ask(query);
      expect((await ask('{app="x"}')).status).toBe(200);
      expect((await costly).status).toBe(504);
      expect((await ask('{app="x"}')).status).toBe(200);
    } finally {
      await store.close();
      await rm(dir, { recursive: true });
    }
  });
});
