import winston from 'winston';
import { ApiClient } from './api/client';
import { ClusterClock } from './core/cluster-clock';
import { LeaseElection } from './lease';
import { accessTo, FakeApiServer } from '../../tests/testkit/fake-api-server';
import { until } from '../../tests/testkit/until';

const timing = { durationMs: 1000, renewDeadlineMs: 200, retryMs: 10 };

describe('LeaseElection', () => {
  let server: FakeApiServer;
  let client: ApiClient;
  let stop: AbortController;
  /** The candidates' own time, in milliseconds; what passes in the test does not count. */
  let now: number;

  beforeEach(async () => {
    server = await new FakeApiServer().start();
    client = new ApiClient(accessTo(server.url), new ClusterClock());
    stop = new AbortController();
    now = 0;
  });
  afterEach(async () => {
    stop.abort();
    await client.close();
    server.stop();
  });

  const candidate = (identity: string) =>
    new LeaseElection({
      client,
      namespace: 'afterlog',
      name: 'watch',
      identity,
      logger: winston.createLogger({ silent: true }),
      timing,
      monotonic: () => now,
    });
  const spec = () => server.find('leases', 'watch')?.spec as Record<string, unknown> | undefined;

  it('makes one the leader, and the other only when the lease was not renewed for its whole duration', async () => {
    const [one, two] = [candidate('one'), candidate('two')];
    expect(await one.acquire(stop.signal)).toBe(true);
    expect(spec()).toMatchObject({ holderIdentity: 'one', leaseDurationSeconds: 1, leaseTransitions: 0 });
    let second = false;
    const waiting = two.acquire(stop.signal).then((won) => (second = won));
    await until('the second to have looked', () => two.holder === 'one');
    now = 900;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(second).toBe(false);
    now = 1100;
    await waiting;
    expect(second).toBe(true);
    expect(spec()).toMatchObject({ holderIdentity: 'two', leaseTransitions: 1 });
  });

  it('keeps the lead by renewing', async () => {
    const [one, two] = [candidate('one'), candidate('two')];
    await one.acquire(stop.signal);
    let lost = false;
    void one.hold(stop.signal).then(() => (lost = true));
    void two.acquire(stop.signal);
    const renewals = () => server.requests.filter((request) => request.startsWith('PUT')).length;
    for (let i = 0; i < 20; i++) {
      const before = renewals();
      await until('a renewal', () => renewals() > before);
      now += 100;
    }
    expect(lost).toBe(false);
    expect(two.holder).toBe('one');
  });

  it('steps back before another may lead when it cannot renew', async () => {
    const one = candidate('one');
    await one.acquire(stop.signal);
    server.refusals.set('leases', 500);
    const held = one.hold(stop.signal);
    await new Promise((resolve) => setTimeout(resolve, 30));
    now = timing.renewDeadlineMs + 1;
    await held;
    expect(now).toBeLessThan(timing.durationMs);
  });

  it('steps back when somebody else took the lease', async () => {
    const one = candidate('one');
    await one.acquire(stop.signal);
    const lease = server.find('leases', 'watch');
    const held = one.hold(stop.signal);
    server.put('leases', {
      ...lease,
      metadata: lease?.metadata ?? { name: '', uid: '' },
      spec: { ...spec(), holderIdentity: 'two', renewTime: 'later' },
    });
    await held;
    expect(one.holder).toBe('two');
    expect(spec()).toMatchObject({ holderIdentity: 'two' });
  });

  it('hands over at once when it is given up', async () => {
    const [one, two] = [candidate('one'), candidate('two')];
    await one.acquire(stop.signal);
    await one.release(stop.signal);
    expect(spec()).toMatchObject({ holderIdentity: '' });
    expect(await two.acquire(stop.signal)).toBe(true);
    await one.release(stop.signal);
    expect(spec()).toMatchObject({ holderIdentity: 'two' });
  });

  it('never makes two of many the leader', async () => {
    const candidates = ['a', 'b', 'c', 'd', 'e'].map(candidate);
    const won: string[] = [];
    candidates.forEach(
      (one, index) => void one.acquire(stop.signal).then((leads) => leads && won.push('abcde'[index] ?? ''))
    );
    await until('a leader', () => won.length > 0);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(won).toEqual([spec()?.holderIdentity]);
  });
});
