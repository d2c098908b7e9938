import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { HostileStore, lines } from './store-program';

function flip(path: string, at: number, bytes: number): void {
  const file = openSync(path, 'r+');
  const buffer = Buffer.alloc(bytes);
  readSync(file, buffer, 0, bytes, at);
  writeSync(
    file,
    buffer.map((byte) => byte ^ 0xff),
    0,
    bytes,
    at
  );
}

describe('the disk of the store', () => {
  let store: HostileStore;

  beforeEach(() => {
    store = new HostileStore();
  });
  afterEach(() => store.remove());

  const noise = (i: number) => `line ${i} ${Math.sin(i)} ${Math.cos(i)}`;

  async function fill(pushes: number, size: number): Promise<void> {
    for (let i = 0; i < pushes; i++) {
      expect(await store.push(lines(size, (k) => noise(i * size + k), (pushes - i) * size))).toBe(204);
    }
  }

  it('kill -9 while it is written to loses no acknowledged line', async () => {
    let acknowledged = 0;
    const base = BigInt(Date.now() - 3_600_000) * 1_000_000n;
    for (let round = 0; round < 4; round++) {
      await store.start();
      expect(await store.count()).toBeGreaterThanOrEqual(acknowledged);
      const killed = new Promise((resolve) => setTimeout(resolve, 400 + round * 250)).then(() => store.stop('SIGKILL'));
      for (;;) {
        const values = Array.from({ length: 1000 }, (_, i) => [
          `${base + BigInt(acknowledged + i)}`,
          noise(acknowledged + i),
        ]);
        const status = await store.push(values).catch(() => 0);
        if (status !== 204) {
          break;
        }
        acknowledged += values.length;
      }
      await killed;
    }
    await store.start();
    expect(acknowledged).toBeGreaterThan(0);
    expect([acknowledged, acknowledged + 1000]).toContain(await store.count());
  });

  it('a full disk is answered with 503, and nothing acknowledged before or after is lost', async () => {
    mkdirSync(store.dir);
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', store.dir]).status !== 0) {
      console.warn('a full disk: NOT RUN, mounting a file system needs root');
      return;
    }
    try {
      await store.start();
      let acknowledged = 0;
      const base = BigInt(Date.now() - 3_600_000) * 1_000_000n;
      const push = async () => {
        const values = Array.from({ length: 2000 }, (_, i) => [
          `${base + BigInt(acknowledged + i)}`,
          noise(acknowledged + i),
        ]);
        const status = await store.push(values);
        acknowledged += status === 204 ? values.length : 0;
        return status;
      };
      for (let i = 0; i < 10; i++) {
        expect(await push()).toBe(204);
      }
      const ballast = join(store.dir, 'ballast');
      spawnSync('dd', ['if=/dev/zero', `of=${ballast}`, 'bs=1M']);
      const refused = [await push(), await push(), await push()];
      expect(refused).toContain(503);
      expect((await store.get('/metrics')).text).toContain('afterlog_store_writable 0');
      expect(await store.count()).toBe(acknowledged);
      rmSync(ballast);
      for (let i = 0; i < 10; i++) {
        expect(await push()).toBe(204);
      }
      expect((await store.get('/metrics')).text).toContain('afterlog_store_writable 1');
      expect(await store.count()).toBe(acknowledged);
      await store.stop('SIGKILL');
      await store.start();
      expect(await store.count()).toBe(acknowledged);
      await store.stop();
      expect(store.verify()).toEqual({ code: 0, output: expect.stringContaining('no damage') as string });
    } finally {
      await store.stop('SIGKILL');
      spawnSync('umount', [store.dir]);
    }
  });

  it('flipped bytes in a table fail the queries over them, and `store verify`', async () => {
    await store.start();
    await fill(10, 5000);
    await store.stop();
    expect(store.verify()).toEqual({
      code: 0,
      output: expect.stringMatching(/^1 streams, \d+ blocks, 50000 entries: no damage\n$/) as string,
    });
    const [table = ''] = store.files(/\.ldb$/);
    flip(table, Math.floor(statSync(table).size / 2), 20);
    await store.start();
    const answer = await store.query('sum(count_over_time({app="x"}[1h]))');
    expect(answer.status).toBe(500);
    expect(answer.text).toMatch(/checksum|damaged|Corruption|corrupt/);
    expect((await store.queryRange('{app="x"}', { limit: '5' })).status).toBe(200);
    await store.stop();
    const verified = store.verify();
    expect(verified.code).toBe(1);
    expect(verified.output).toMatch(/^damaged: .*app="x"/m);
  });

  it('a flipped byte in the log of writes is told and counted: its record is lost, and no other', async () => {
    await store.start();
    await fill(4, 500);
    await store.stop('SIGKILL');
    const [wal = ''] = store.files(/^wal-/);
    flip(wal, Math.floor(statSync(wal).size * 0.4), 1);
    expect(store.verify()).toEqual({ code: 1, output: expect.stringContaining('(500 entries) are damaged') as string });
    await store.start();
    expect(await store.count()).toBe(1500);
    expect((await store.get('/metrics')).text).toContain('afterlog_store_recovery_dropped_entries_total 500');
    expect(store.output).toContain('500 entries');
  });

  it('a damaged log of the database loses nothing', async () => {
    await store.start();
    await fill(2, 500);
    await store.stop();
    for (const log of store.files(/\.log$/)) {
      writeFileSync(
        log,
        readFileSync(log).map((byte) => byte ^ 0x55)
      );
    }
    await store.start();
    expect(await store.count()).toBe(1000);
  });

  it.each([0.3, 0.6, 0.9])('a list of tables that was cut to %d is refused, and no table is deleted', async (part) => {
    await store.start();
    await fill(4, 40_000);
    await store.stop();
    const tables = store.files(/\.ldb$/);
    const [manifest = ''] = store.files(/^MANIFEST/);
    truncateSync(manifest, Math.floor(statSync(manifest).size * part));
    const { code, output } = await store.refusedStart();
    expect(code).toBe(1);
    expect(output).toMatch(/is damaged|cannot open the store/);
    expect(store.files(/\.ldb$/)).toEqual(tables);
    expect(store.verify().code).toBe(1);
  });

  it('retention gives the disk space back while it runs', async () => {
    const day = 86_400_000;
    await store.start();
    for (let i = 0; i < 8; i++) {
      expect(await store.push(lines(40_000, (k) => noise(i * 40_000 + k), 2 * day))).toBe(204);
      expect(
        await store.push(
          lines(100, (k) => noise(k)),
          { app: 'new' }
        )
      ).toBe(204);
    }
    await store.stop();
    const before = store.diskBytes();
    await store.start('--retention', '1d');
    // The deleting comes before every push.
    expect(await store.push(lines(1), { app: 'new' })).toBe(204);
    expect(await store.count('{app="x"}')).toBe(0);
    expect(store.diskBytes()).toBeLessThan(before / 4);
  });

  it('the directory is for its owner only', async () => {
    mkdirSync(store.dir, { mode: 0o755 });
    await store.start();
    expect(statSync(store.dir).mode & 0o777).toBe(0o700);
  });
});
