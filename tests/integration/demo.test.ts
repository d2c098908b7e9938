import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { containerRecordSchema, type ContainerRecord } from '../../model/records';
import { startStore, type Store } from '../../pocket-loki';
import { connectLoki, type LokiConnection } from '../../shipper/loki/connection';
import { pages } from '../../shipper/loki/pages';
import { QueryClient } from '../../shipper/loki/query-client';
import { afterlog, type Ran } from '../testkit/afterlog';
import { listen } from '../testkit/http';
import { PROGRAM, RunningProgram } from '../testkit/processes';

const kubectlError = 'unable to retrieve container logs for containerd://';

describe('afterlog demo', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'afterlog-demo-'));
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  const command = (...flags: string[]) => [
    ...['demo', '--data.dir', join(dir, 'demo'), '--agent.listen', '127.0.0.1:0'],
    ...flags,
  ];
  const demo = (...flags: string[]) => afterlog(command(...flags));

  it('does not listen where other machines reach its store', async () => {
    const { code, stderr } = await demo('--store.listen', '0.0.0.0:0');
    expect(code).toBe(1);
    expect(stderr).toContain("--store.listen 0.0.0.0:0 is reachable from other machines, and the demo's store has no");
  });

  it('names the flag to change when a port is taken, and touches nothing', async () => {
    const server = createServer();
    const { host } = new URL(await listen(server));
    const { code, stderr } = await demo('--store.listen', host);
    server.close();
    expect(code).toBe(1);
    expect(existsSync(join(dir, 'demo'))).toBe(false);
    expect(stderr).toMatch(/^afterlog: .* is in use.* --store\.listen\n$/);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('stops in the middle of the replay on %s', async (signal) => {
    const flags = command('--store.listen', '127.0.0.1:0', '--speed', '1');
    const run = new RunningProgram([process.execPath, PROGRAM, ...flags]);
    await run.writes('minutes of a node');
    const code = await run.end(signal);
    expect({ code, stderr: run.stderr }).toEqual({ code: 130, stderr: expect.not.stringContaining('Error') });
  });

  describe('to its end', () => {
    let ended: Ran;
    let store: Store;
    let connection: LokiConnection;
    let client: QueryClient;
    let span: { from: bigint; to: bigint };

    beforeAll(async () => {
      ended = await demo('--store.listen', '127.0.0.1:0', '--speed', '200', '--agent-down', 'none', '--exit');
      store = await startStore({ dir: join(dir, 'demo', 'store'), port: 0 });
      connection = connectLoki({ url: store.url });
      client = new QueryClient(connection);
      const now = BigInt(Date.now()) * 1_000_000n;
      span = { from: now - 3_600_000_000_000n, to: now };
    }, 600_000); // as long as the machine needs: this only ends one that hangs

    afterAll(async () => {
      await connection.close();
      await store.close();
    });

    /** All lines of a query, in order. */
    async function lines(query: string): Promise<string[]> {
      const all: string[] = [];
      for await (const entries of pages(client, { query, ...span }, 'forward')) {
        all.push(...entries.map((entry) => entry.line));
      }
      return all;
    }

    async function containerRecords(): Promise<ContainerRecord[]> {
      const records = await lines('{service_name="afterlog", record="container", cluster="demo"}');
      const byId = new Map(records.map((line) => containerRecordSchema.parse(JSON.parse(line))).map((r) => [r.id, r]));
      return [...byId.values()];
    }

    it('ends well and says so', () => {
      expect(ended.stderr).not.toMatch(/error/i);
      expect(ended.stdout).toContain('✓ Every line of the recording is in the store');
      expect(ended.stdout).toContain('./bin/afterlog logs job/hello -n job-test');
      expect(ended.code).toBe(0);
    });

    it('has each of the 720,000 lines of the rotating log once, in order', async () => {
      const rotate = await lines('{cluster="demo", container="rotate"}');
      expect(rotate).toHaveLength(720_000);
      expect(rotate.every((line, index) => line.startsWith(`seq=${index} `))).toBe(true);
    }, 120_000);

    it('has the lines of the pods that were collected, complete to the last byte', async () => {
      expect(await lines('{cluster="demo", container="hello"}')).toEqual(Array(20).fill('Hello, Kubernetes!'));
      const main = await lines('{cluster="demo", container="main"}');
      const rows = main.filter((line) => line !== 'done');
      expect(main).toHaveLength(60_001);
      expect(rows).toHaveLength(60_000);
      expect(rows.every((line, row) => line.includes(` row=${row} `))).toBe(true);
      expect(await lines('{cluster="demo", container="c", workload="longline"}')).toEqual([
        'x'.repeat(50_000),
        expect.stringMatching(/^bin .* bytes$/),
        '日本語のログ行',
        '',
      ]);
    });

    it('has the container record of each container whose log left the node: with its id, complete, and final', async () => {
      const gone = (await containerRecords()).filter((record) => record.left !== null);
      expect(gone).toHaveLength(53);
      expect(gone.filter((record) => !['complete', 'rescued'].includes(record.status))).toEqual([]);
      expect(gone.filter((record) => record.containerId === null || !record.final)).toEqual([]);
      expect(gone.filter((record) => record.job === 'hello' && record.linesAcked === 1)).toHaveLength(20);
    });

    it('reads a log back by the pasted error of kubectl, with its status', async () => {
      const hello = (await containerRecords()).find((record) => record.job === 'hello');
      const text = `${kubectlError}${hello?.containerId}`;
      const { code, stdout, stderr } = await afterlog(['logs', text, '--loki.url', store.url]);
      expect(stdout).toBe('Hello, Kubernetes!\n');
      expect(stderr).toContain(hello?.pod);
      expect(stderr).toContain('All of its log is in Loki: 1 line');
      expect(code).toBe(0);
    });

    it('reads the failed restart of a container back whose files are long gone', async () => {
      const crashy = (await containerRecords()).find((record) => record.container === 'crashy');
      const args = ['logs', crashy!.pod, '-n', 'job-test', '--previous', '--loki.url', store.url];
      expect((await afterlog(args)).stdout).toMatch(/^attempt at /);
    });
  });
});
