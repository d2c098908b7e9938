import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Store, startStore } from '../../pocket-loki';
import { FakeApiServer } from '../testkit/fake-api-server';
import { until } from '../testkit/until';
import { connectLoki } from '../../shipper/loki/connection';
import { logQuery } from '../../model/logql';
import { QueryClient } from '../../shipper/loki/query-client';
import { WatchProcess } from './watch-process';

describe('afterlog watch', () => {
  let dir: string;
  let store: Store;
  let server: FakeApiServer;
  const processes: WatchProcess[] = [];

  beforeAll(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'afterlog-watch-command-'));
  });
  afterAll(() => rm(dir, { recursive: true }));

  beforeEach(async () => {
    store = await startStore({ dir: await mkdtemp(path.join(dir, 'store-')), port: 0 });
    server = await new FakeApiServer().start();
  });
  afterEach(async () => {
    await Promise.all(processes.splice(0).map((one) => one.end('SIGKILL')));
    server.stop();
    await store.close();
  });

  function run(...args: string[]): WatchProcess {
    const base = [
      '--kubeconfig',
      server.kubeconfig(dir),
      '--loki.url',
      store.url,
      '--cluster.name',
      'c1',
      '--listen',
      '127.0.0.1:0',
    ];
    const one = new WatchProcess([...base, ...args]);
    processes.push(one);
    return one;
  }

  async function records(kind: string): Promise<Array<Record<string, unknown>>> {
    const now = BigInt(Date.now()) * 1_000_000n;
    const range = {
      query: logQuery({ record: kind, cluster: 'c1' }),
      from: now - 7_200_000_000_000n,
      to: now + 60_000_000_000n,
    };
    const connection = connectLoki({ url: store.url });
    const { entries } = await new QueryClient(connection).page(range, 'forward', 5000);
    await connection.close();
    return entries.map(({ line }) => JSON.parse(line) as Record<string, unknown>);
  }

  const at = new Date(Date.now() - 60_000).toISOString();
  const endedJob = (name: string) => ({
    metadata: { name, uid: `uid-${name}`, namespace: 'ci', creationTimestamp: at },
    spec: { completions: 1 },
    status: {
      startTime: at,
      completionTime: at,
      succeeded: 1,
      conditions: [{ type: 'Complete', status: 'True', lastTransitionTime: at }],
    },
  });

  it('--once lists, writes and ends', async () => {
    server.put('jobs', endedJob('a'));
    server.missingPaths.push('/apis/batch/v1/cronjobs');
    const watch = run('--once');
    expect(await watch.ended).toMatchObject({ code: 0 });
    expect(watch.stdout).toMatch(
      /^listed 0 nodes, 0 cronjobs, 1 jobs, 0 pods, 0 events; 1 records are in Loki, 0 were refused\n$/
    );
    expect(await records('job')).toMatchObject([{ id: 'uid-a', result: 'complete' }]);
  });

  it('--once says what it may not list, and fails', async () => {
    server.refusals.set('pods', 403);
    const watch = run('--once');
    expect(await watch.ended).toMatchObject({ code: 1 });
    expect(watch.stderr).toContain('could not list pods: pods is refused');
  });

  it('serves its state and metrics, and ends in order', async () => {
    const watch = run();
    await until('to be ready', async () => (await watch.ready()).status === 200);
    server.put('jobs', endedJob('a'));
    await until('the record', async () => (await records('job')).length === 1);
    expect((await watch.ready()).body).toMatchObject({
      ready: true,
      role: 'leader',
      collections: { pods: 'watching' },
      delivering: true,
    });
    const metrics = await (await fetch(`${await watch.url()}/metrics`)).text();
    expect(metrics).toContain('afterlog_watch_leader 1');
    expect(metrics).toContain('afterlog_watch_events_total{collection="jobs"} 1');
    expect(metrics).toContain('afterlog_records_acknowledged_total 1');
    expect((await fetch(`${await watch.url()}/healthz`)).status).toBe(200);
    expect((await fetch(`${await watch.url()}/nowhere`)).status).toBe(404);
    expect(await watch.end('SIGTERM')).toBe(0);
    expect(await records('watch')).toMatchObject([{ kind: 'watch', final: true }]);
  });

  it('keeps trying while Loki is away, and says so', async () => {
    await store.close();
    const { port } = new URL(store.url);
    const watch = run();
    await until('not to be ready', async () => (await watch.ready()).status === 503);
    expect((await watch.ready()).body).toMatchObject({ ready: false, delivering: false });
    store = await startStore({ dir: await mkdtemp(path.join(dir, 'store-')), port: Number(port) });
    server.put('jobs', endedJob('a'));
    await until('the record', async () => (await records('job')).length === 1, 20_000);
    await until('to be ready', async () => (await watch.ready()).status === 200);
  });

  it('is not ready while it may not list pods', async () => {
    server.refusals.set('pods', 403);
    const watch = run();
    await until('to name the pods', async () => String((await watch.ready()).body.problem).startsWith('pods: '));
    expect((await watch.ready()).status).toBe(503);
    server.refusals.delete('pods');
    await until('to be ready', async () => (await watch.ready()).status === 200, 20_000);
  });

  it('is not ready while the API server cannot be reached, neither the leader nor who stands by', async () => {
    const one = run('--leader-election');
    await one.logs('leading');
    const two = run('--leader-election');
    await two.logs('standing by');
    await until('both to be ready', async () => {
      return [await one.ready(), await two.ready()].every(({ status }) => status === 200);
    });
    server.stop();
    await until('neither to be ready', async () => {
      return [await one.ready(), await two.ready()].every(({ status }) => status === 503);
    });
    expect((await two.ready()).body).toMatchObject({ ready: false, problem: expect.stringContaining('ECONNREFUSED') });
  });

  it('lets one of two replicas write; the other takes over when it ends', async () => {
    const one = run('--leader-election');
    await one.logs('leading');
    const two = run('--leader-election');
    await two.logs('standing by');
    expect((await two.ready()).body).toMatchObject({ ready: true, role: 'standby' });
    server.put('jobs', endedJob('a'));
    await until('the record', async () => (await records('job')).length === 1);
    expect(await one.end('SIGTERM')).toBe(0);
    await two.logs('leading');
    server.put('jobs', endedJob('b'));
    await until('the second record', async () => (await records('job')).length === 2);
    expect(two.events().map(({ msg }) => msg)).toContain('going on where the last watch left off');
    expect((await records('job')).map(({ job }) => job)).toEqual(['a', 'b']);
  });

  it.each([
    ['an address that is none', ['--listen', 'nowhere'], '--listen: invalid address "nowhere"'],
    ['a context that is not there', ['--context', 'x'], 'no context "x": there are test'],
    ['a URL that is none', ['--loki.url', 'nope'], '"nope" is not a URL of a Loki'],
  ])('says in one line what is wrong: %s', async (_, args, message) => {
    const watch = run(...args);
    expect(await watch.ended).toMatchObject({ code: 1 });
    expect(watch.stderr).toContain(`afterlog: `);
    expect(watch.stderr).toContain(message);
  });
});
