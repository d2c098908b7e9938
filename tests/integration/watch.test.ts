import { jobRecordSchema, podRecordSchema, watchRecordSchema } from '../../model/records';
import { until } from '../testkit/until';
import { WatchHarness } from './watch-harness';

describe('watch on the recorded API streams', () => {
  let cluster: WatchHarness;

  beforeEach(async () => {
    cluster = await new WatchHarness().open();
  });
  afterEach(async () => {
    await cluster.close();
  });

  const jobs = () => cluster.latest('job', jobRecordSchema);
  const pods = () => cluster.latest('pod', podRecordSchema);
  const uids = (kind: string) =>
    [...new Set(cluster.recorded.filter((one) => one.kind === kind).map((one) => one.object.metadata.uid))].sort();
  const end = () => cluster.recorded.length;

  async function isComplete(): Promise<void> {
    const [allJobs, allPods] = [await jobs(), await pods()];
    expect(allJobs.map(({ id }) => id).sort()).toEqual(uids('jobs'));
    expect(allPods.map(({ id }) => id).sort()).toEqual(uids('pods'));
    expect(allJobs.filter(({ final }) => !final)).toEqual([]);
    expect(allPods.filter(({ final }) => !final).map(({ workload }) => workload)).toEqual(['web']);
  }

  async function hasNoDoubles(): Promise<void> {
    for (const kind of ['job', 'pod', 'event']) {
      const lines = (await cluster.stored(kind)).map(({ metadata, line }) => `${metadata.id} ${line}`);
      expect(lines.filter((line, index) => lines.indexOf(line) !== index)).toEqual([]);
    }
  }

  it('has at the end a final record of every Job and pod that ended, and told how far it came', async () => {
    const watch = await cluster.start();
    await cluster.play(0, end());
    await cluster.settle(watch);
    await watch.stop();
    await isComplete();
    await hasNoDoubles();
    const [reported] = await cluster.latest('watch', watchRecordSchema);
    expect(reported).toMatchObject({
      final: true,
      identity: 'one',
      kinds: { pods: { state: 'watching' }, events: { state: 'watching' } },
    });
    expect(reported?.kinds.pods?.resourceVersion).not.toBeNull();
    expect(reported?.completeUntil?.slice(0, 16)).toBe(new Date(cluster.now).toISOString().slice(0, 16));
  });

  it('misses nothing through broken connections, garbage and forgotten versions', async () => {
    const watch = await cluster.start();
    for (let at = 0; at < end(); at += 60) {
      await cluster.play(at, Math.min(end(), at + 60));
      await cluster.caughtUp();
      const trouble = (at / 60) % 3;
      if (trouble === 0) {
        cluster.server.cutWatches();
      } else if (trouble === 1) {
        cluster.server.say('pods', 'garbage');
        cluster.server.say('jobs', '{"type":"MODIFIED"}');
      } else {
        cluster.server.compact();
        cluster.server.cutWatches();
      }
    }
    await cluster.settle(watch);
    await isComplete();
  });

  it.each([
    ['ended', false],
    ['killed', true],
  ])('goes on without loss or doubles after it was %s', async (_, hard) => {
    const third = Math.floor(end() / 3);
    const one = await cluster.start('one');
    await cluster.play(0, third);
    await one.stop(hard);
    await cluster.play(third, third + 40);
    const two = await cluster.start('two');
    expect(two.session.watches.map(({ watch }) => watch.resumed)).toEqual([true, true, true, true, true]);
    await cluster.play(third + 40, 2 * third);
    await two.stop(hard);
    const three = await cluster.start('three');
    await cluster.play(2 * third, end());
    await cluster.settle(three);
    await isComplete();
    await hasNoDoubles();
    const crashy = (await pods()).find(({ job }) => job === 'crashy');
    expect(crashy?.deletion?.by).toBe('job-controller');
    expect((await jobs()).find(({ job }) => job === 'ttl-cleanup')?.deletion?.by).toBe('ttl');
  });

  it('says of what went while nobody watched that it does not know', async () => {
    // Job rotate and its pod run when the watch ends; they are gone when the API server has forgotten all about it.
    const started = cluster.recorded.findIndex(({ object }) => object.metadata.name === 'rotate') + 12;
    const one = await cluster.start('one');
    await cluster.play(0, started);
    cluster.now += 90_000;
    await until('the running pod to be told', async () =>
      (await cluster.stored('pod')).some(({ line }) => line.includes('"job":"rotate"'))
    );
    await one.stop();
    const { id = '' } = (await jobs()).find(({ job }) => job === 'rotate') ?? {};
    const pod = (await pods()).find(({ jobUid }) => jobUid === id);
    for (const [kind, uid] of [
      ['jobs', id],
      ['pods', pod?.id ?? ''],
    ] as const) {
      const object = cluster.recorded.findLast(
        (event) => event.kind === kind && event.object.metadata.uid === uid
      )?.object;
      expect(object).toBeDefined();
      if (object !== undefined) {
        cluster.server.remove(kind, object);
      }
    }
    cluster.now += 1_800_000;
    cluster.server.compact();
    const two = await cluster.start('two');
    await cluster.settle(two);
    const unwatched = { by: 'unknown', evidence: ['nobody watched when it went'] };
    expect((await jobs()).find(({ job }) => job === 'rotate')).toMatchObject({
      final: true,
      result: 'unknown',
      deletion: unwatched,
    });
    const gone = (await pods()).find(({ jobUid }) => jobUid === id);
    expect(gone).toMatchObject({ final: true, phase: 'Running', deletion: unwatched });
    expect(gone?.deletion?.lastThere).not.toBeNull();
    expect(gone?.containers[0]?.runs).toHaveLength(1);
  });

  it('goes on with the rest when it may not see one kind', async () => {
    cluster.server.refusals.set('events', 403);
    const watch = await cluster.start();
    expect(watch.session.listed).toBe(true);
    await cluster.play(0, end());
    await cluster.settle(watch);
    await watch.stop();
    await isComplete();
    const [reported] = await cluster.latest('watch', watchRecordSchema);
    expect(reported?.kinds.events).toEqual({ state: 'forbidden', detail: 'events is refused', resourceVersion: null });
    // What the Events would have told is known from the Jobs and pods themselves.
    expect((await pods()).find(({ job }) => job === 'crashy')?.deletion?.by).toBe('job-controller');
    expect((await jobs()).find(({ cronJob, deletion }) => cronJob !== null && deletion)?.deletion?.by).toBe(
      'history-limit'
    );
  });
});
