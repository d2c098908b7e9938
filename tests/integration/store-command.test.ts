import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROGRAM, RunningProgram } from '../testkit/processes';

describe('afterlog store', () => {
  let dir: string;
  const running: RunningProgram[] = [];

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'afterlog-store-'));
  });

  afterEach(async () => {
    await Promise.all(running.splice(0).map((store) => store.end('SIGKILL')));
    await rm(dir, { recursive: true });
  });

  function start(...args: string[]): RunningProgram {
    const store = new RunningProgram([process.execPath, PROGRAM, 'store', ...args]);
    running.push(store);
    return store;
  }

  const urlOf = async (store: RunningProgram) => String((await store.logs('serving')).url);

  const push = (url: string, values: string[][]) =>
    fetch(`${url}/loki/api/v1/push`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ streams: [{ stream: { app: 'x' }, values }] }),
    });

  async function count(url: string): Promise<number> {
    const query = encodeURIComponent('sum(count_over_time({app="x"}[1h]))');
    const answer = await fetch(`${url}/loki/api/v1/query?query=${query}`);
    const { data } = (await answer.json()) as { data: { result: Array<{ value: [number, string] }> } };
    return Number(data.result[0]?.value[1] ?? 0);
  }

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'serves until %s, and has everything when it is started again',
    async (signal) => {
      const first = start('--data.dir', dir, '--listen', '127.0.0.1:0');
      await push(await urlOf(first), [[`${BigInt(Date.now()) * 1_000_000n}`, 'a']]);
      first.signal(signal);
      expect(await first.ended).toEqual({ code: 0, signal: null });
      expect(first.stderr).toContain('"msg":"stopped"');
      const second = start('--data.dir', dir, '--listen', '127.0.0.1:0');
      expect(await count(await urlOf(second))).toBe(1);
    }
  );

  it('has every acknowledged entry after kill -9 while it was written to', async () => {
    let acknowledged = 0;
    const base = BigInt(Date.now() - 60_000) * 1_000_000n;
    for (let round = 0; round < 3; round++) {
      const store = start('--data.dir', dir, '--listen', '127.0.0.1:0');
      const url = await urlOf(store);
      expect(await count(url)).toBeGreaterThanOrEqual(acknowledged);
      const killed = setTimeout(() => store.signal('SIGKILL'), 150 + round * 130);
      for (;;) {
        const values = Array.from({ length: 200 }, (_, i) => [
          `${base + BigInt(acknowledged + i)}`,
          `line ${acknowledged + i}`,
        ]);
        const status = await push(url, values).then(
          ({ status: code }) => code,
          () => 0
        );
        if (status === 0) {
          break;
        }
        expect(status).toBe(204);
        acknowledged += values.length;
      }
      clearTimeout(killed);
      await store.ended;
    }
    const store = start('--data.dir', dir, '--listen', '127.0.0.1:0');
    const found = await count(await urlOf(store));
    expect(acknowledged).toBeGreaterThan(0);
    // A last push may be stored without its acknowledgement having arrived.
    expect([acknowledged, acknowledged + 200]).toContain(found);
  });

  it('beyond loopback demands credentials, and takes them from files', async () => {
    const open = start('--data.dir', dir, '--listen', '0.0.0.0:0');
    expect(await open.ended).toEqual({ code: 1, signal: null });
    expect(open.stderr).toContain('--listen 0.0.0.0:0 is reachable from other machines');
    expect(open.stderr).toContain('--auth.basic-file');
    const basic = join(dir, 'basic');
    const tokens = join(dir, 'tokens');
    await writeFile(basic, 'user:pass\n');
    await writeFile(tokens, 'secret-1\n\nsecret-2\n');
    const files = ['--auth.basic-file', basic, '--auth.bearer-token-file', tokens];
    const store = start('--data.dir', join(dir, 'store'), '--listen', '0.0.0.0:0', ...files);
    const url = (await urlOf(store)).replace('0.0.0.0', '127.0.0.1');
    const status = async (authorization?: string) =>
      (await fetch(`${url}/loki/api/v1/labels`, { headers: authorization === undefined ? {} : { authorization } }))
        .status;
    expect(await status()).toBe(401);
    expect(await status('Bearer secret-2')).toBe(200);
    expect(await status(`Basic ${Buffer.from('user:pass').toString('base64')}`)).toBe(200);
    expect((await fetch(`${url}/ready`)).status).toBe(200);
  });

  it('says what to do where the directory, the port or a flag is wrong', async () => {
    const first = start('--data.dir', dir, '--listen', '127.0.0.1:0');
    const { port } = new URL(await urlOf(first));
    const failures: Array<[string[], string]> = [
      [
        ['--data.dir', dir, '--listen', '127.0.0.1:0'],
        `${dir} is in use by another process: stop that one, or use another directory`,
      ],
      [
        ['--data.dir', join(dir, 'x'), '--listen', `127.0.0.1:${port}`],
        `127.0.0.1:${port} is in use: stop the process that listens there, or choose another address with --listen`,
      ],
      [['--data.dir', __filename], `cannot open the store in ${__filename}`],
      [['--auth.basic-file', __dirname], 'cannot read --auth.basic-file'],
      [['--auth.bearer-token-file', __filename], 'line 1: expected a token of letters'],
      [['--listen', 'nowhere'], '--listen: invalid address "nowhere" (example: 127.0.0.1:3100)'],
      [['--retention', '3x'], '--retention: invalid duration "3x" (example: 1h30m)'],
    ];
    for (const [args, message] of failures) {
      const failed = start(...args);
      expect(await failed.ended).toEqual({ code: 1, signal: null });
      expect(failed.stderr).toContain(message);
    }
  });
});
