import { ClusterClock } from './core/cluster-clock';
import { atTheEnd, replay } from './testing/replayed';
import { recordedEvents } from './testing/recording';
import { pullRecordSchema } from '../../model/records';
import { watched } from './core/tracker';
import { ClusterState } from './cluster-state';

const recorded = recordedEvents();
const records = replay(recorded);
const jobs = atTheEnd(records, 'job');
const pods = atTheEnd(records, 'pod');
const job = (name: string) => jobs.find((one) => one.job === name);
const podsOf = (name: string) => pods.filter((pod) => pod.job === name);

describe('the recorded cluster, as records', () => {
  it('has a final record for every Job and pod that ended or is gone', () => {
    const of = (kind: string) =>
      new Set(recorded.filter((one) => one.kind === kind).map((one) => one.object.metadata.uid));
    expect(jobs).toHaveLength(of('jobs').size);
    expect(pods).toHaveLength(of('pods').size);
    expect(jobs.filter(({ final }) => !final)).toEqual([]);
    expect(pods.filter(({ final }) => !final).map(({ workload }) => workload)).toEqual(['web']);
  });

  it('costs a Job of 20 pods less than 40 lines and 22 KB besides the container records', () => {
    const lines = records.filter(({ line }) => line.includes('"job":"hello"')).map(({ line }) => line);
    const bytes = lines.reduce((sum, line) => sum + line.length, 0);
    console.log(`Job hello with 20 pods, its end and its deletion: ${lines.length} lines, ${bytes} bytes`);
    expect(podsOf('hello')).toHaveLength(20);
    expect(lines.length).toBeLessThan(40);
    expect(bytes).toBeLessThan(22_000);
  });

  it('gives each record of an id a later time than the one it replaces', () => {
    const last = new Map<string, bigint>();
    for (const { metadata, timestamp } of records) {
      const id = metadata.id ?? '';
      expect(timestamp > (last.get(id) ?? 0n)).toBe(true);
      last.set(id, timestamp);
    }
  });

  it('knows who deleted the Jobs', () => {
    const by = (name: string) => job(name)?.deletion?.by;
    expect(by('ttl-cleanup')).toBe('ttl');
    expect(by('hello')).toBe('unknown');
    expect(by('migrate')).toBe('unknown');
    expect(by('report')).toBeUndefined();
    const ticks = jobs.filter(({ cronJob }) => cronJob?.name === 'tick').map(({ deletion }) => deletion?.by);
    expect(ticks.filter((one) => one === 'history-limit')).toHaveLength(12);
    expect(ticks.filter((one) => one !== 'history-limit')).toEqual([undefined]);
    expect(job('ttl-cleanup')).toMatchObject({
      finished: '2026-11-23T23:13:46.000000000Z',
      deletion: { requested: '2026-11-23T23:14:06.000000000Z' },
      podsDeleted: { count: 1 },
    });
    expect(job('hello')?.podsDeleted).toEqual({
      count: 20,
      from: '2026-11-23T23:21:20.000000000Z',
      to: '2026-11-23T23:21:20.000000000Z',
    });
  });

  it('knows that the Job controller deleted the pod that was still active, and every run of its container', () => {
    const [crashy] = podsOf('crashy');
    expect(crashy?.deletion).toMatchObject({ by: 'job-controller', requested: '2026-11-23T23:14:40.000000000Z' });
    expect(
      crashy?.containers[0]?.runs.map(({ restart, containerId, exitCode }) => [
        restart,
        containerId?.slice(-4),
        exitCode,
      ])
    ).toEqual([
      [0, 'b9fd', 1],
      [1, '5930', 1],
      [2, '4637', 1],
      [3, '1633', 1],
    ]);
  });

  it('tells the pods apart that never ran because they were rejected', () => {
    const rejected = pods.filter(({ reason }) => reason === 'Evicted');
    expect(rejected).toHaveLength(4);
    for (const pod of rejected) {
      expect(pod.message).toContain('The node had condition: [DiskPressure]');
      expect(pod.containers.flatMap(({ runs }) => runs)).toEqual([]);
    }
  });

  it('has init containers, sidecars and owners', () => {
    const [report] = podsOf('report');
    expect(report?.containers.map(({ name, role, runs }) => [name, role, runs.length])).toEqual([
      ['fetch', 'init', 1],
      ['main', 'main', 1],
      ['sidecar', 'main', 1],
    ]);
    expect(pods.find(({ workload }) => workload === 'web')?.owner).toMatchObject({ kind: 'ReplicaSet' });
    expect(pods.find(({ workload }) => workload === 'tick')?.cronJob).toBe('tick');
  });

  it('has DiskPressure with its true times', () => {
    const stretches = atTheEnd(records, 'node').flatMap((record) => (record.about === 'condition' ? [record] : []));
    expect(
      stretches.map(({ condition, from, to, final }) => [condition, from.slice(11, 19), to?.slice(11, 19), final])
    ).toEqual([
      ['DiskPressure', '23:15:48', '23:16:48', true],
      ['DiskPressure', '23:19:29', '23:20:29', true],
    ]);
  });

  it('keeps of the Events those that tell about logs', () => {
    const events = atTheEnd(records, 'event');
    const reclaims = events.filter(({ reason }) => reason === 'EvictionThresholdMet');
    expect(reclaims.map(({ last, resource }) => [last.slice(11, 19), resource])).toEqual([
      ['23:15:38', 'ephemeral-storage'],
      ['23:19:22', 'ephemeral-storage'],
    ]);
    const reasons = new Set(events.map(({ reason }) => reason));
    expect(reasons).toContain('SuccessfulDelete');
    expect(reasons).not.toContain('Pulled');
    expect(events.filter(({ reason }) => reason === 'Evicted')).toHaveLength(4);
  });

  it('keeps no environment, no secret and no managed fields', () => {
    expect(records.filter(({ line }) => /token|managedFields|volume|"env"|command/.test(line))).toEqual([]);
  });
});

describe('order and garbage', () => {
  it('comes to the same end whichever kind is seen first', () => {
    const order = ['events', 'pods', 'nodes', 'jobs', 'cronjobs'];
    const shuffled = recorded
      .map((event, index) => ({ event, index }))
      .sort(
        (a, b) =>
          Math.floor(a.event.at / 4000) - Math.floor(b.event.at / 4000) ||
          order.indexOf(a.event.kind) - order.indexOf(b.event.kind) ||
          a.index - b.index
      )
      .map(({ event }, index, all) => ({
        ...event,
        at: Math.max(event.at, ...all.slice(0, index).map((one) => one.event.at)),
      }));
    const again = replay(shuffled);
    const facts = (name: 'job' | 'pod', from: typeof records) =>
      Object.fromEntries(atTheEnd(from, name).map((one) => [one.id, [one.final, one.deletion?.by]]));
    expect(facts('job', again)).toEqual(facts('job', records));
    expect(facts('pod', again)).toEqual(facts('pod', records));
  });

  it('makes nothing of what is no object, and the rest of what lacks something', () => {
    let now = Date.parse('2026-11-23T23:30:00Z');
    const clock = new ClusterClock(() => now);
    const clusterState = new ClusterState('c1', clock, true);
    const garbage = [
      null,
      17,
      'x',
      [],
      {},
      { metadata: null },
      { metadata: { name: 'a' } },
      { metadata: { uid: 7, name: 'a' } },
    ];
    const poor = (uid: string, rest: object) => ({ metadata: { uid, name: uid, namespace: 'n' }, ...rest });
    for (const tracker of Object.values(clusterState.trackers)) {
      for (const object of garbage) {
        tracker.put(object, watched);
        tracker.remove(object);
      }
      tracker.put(poor('empty', {}), watched);
      tracker.put(
        poor('odd', { spec: 'x', status: { phase: 8, conditions: 'y', containerStatuses: [null, { name: 5 }] } }),
        watched
      );
      tracker.put(
        poor('absurd', {
          spec: { containers: [{ name: 'c' }, { name: null }] },
          status: {
            phase: 'Succeeded',
            startTime: '0001-01-01T00:00:00Z',
            containerStatuses: [
              {
                name: 'c',
                restartCount: -4,
                state: { terminated: { exitCode: 'x', finishedAt: '9999-01-01T00:00:00Z' } },
              },
            ],
          },
        }),
        watched
      );
    }
    now += 3600_000;
    const written = clusterState.take({ now: clock.seconds(), limit: Infinity, early: false });
    expect(atTheEnd(written, 'pod').map(({ id, phase, final, finished }) => [id, phase, final, finished])).toEqual([
      ['empty', 'Unknown', false, null],
      ['odd', 'Unknown', false, null],
      ['absurd', 'Succeeded', true, null],
    ]);
    expect(atTheEnd(written, 'job')).toHaveLength(3);
    expect(written.filter(({ kind }) => kind === 'event')).toEqual([]);
  });

  it('records images that were pulled, and none that were there', () => {
    let now = Date.parse('2026-11-23T23:30:00Z');
    const clock = new ClusterClock(() => now);
    const clusterState = new ClusterState('c1', clock, true);
    const pulled = (uid: string, message: string) =>
      clusterState.trackers.events.put(
        {
          metadata: { uid, name: uid, namespace: 'shop', creationTimestamp: '2026-11-23T23:29:00Z' },
          involvedObject: { kind: 'Pod', namespace: 'shop', name: 'report-29401234-bcdfg', uid: 'p' },
          ...{ reason: 'Pulled', type: 'Normal', message, source: { component: 'kubelet', host: 'node-a' } },
          ...{ firstTimestamp: '2026-11-23T23:29:00Z', lastTimestamp: '2026-11-23T23:29:00Z', count: 1 },
        },
        watched
      );
    pulled(
      'a',
      'Successfully pulled image "shop/report:v1" in 1.2s (1.3s including waiting). Image size: 65045161 bytes.'
    );
    pulled('b', 'Successfully pulled image "shop/report:v2" in 2.1s'); // before Kubernetes 1.30
    pulled('c', 'Container image "shop/report:v1" already present on machine');
    now += 60_000;
    const written = clusterState.take({ now: clock.seconds(), limit: Infinity, early: false });
    expect(written.map(({ kind }) => kind)).toEqual(['pull', 'pull']);
    expect(written.map(({ line }) => pullRecordSchema.parse(JSON.parse(line)))).toMatchObject([
      { id: 'a', node: 'node-a', namespace: 'shop', workload: 'report', image: 'shop/report:v1', bytes: 65_045_161 },
      { id: 'b', image: 'shop/report:v2', bytes: null },
    ]);
    expect(written.map(({ metadata }) => metadata.image_bytes)).toEqual(['65045161', undefined]);
  });

  it.each<[string, string, string | undefined]>([
    ['deleted without having been seen', 'D', 'unknown'],
    ['deleted twice', 'A D D', 'unknown'],
    ['changed after it was deleted: a watch that went on from an older version', 'A D M', undefined],
    ['changed after it was deleted, and deleted again', 'A D M D', 'unknown'],
    ['deleted before it was added', 'D A D', 'unknown'],
  ])('tells the truth about a pod that was %s', (_, order, by) => {
    let now = Date.parse('2026-11-23T23:30:00Z');
    const clock = new ClusterClock(() => now);
    const clusterState = new ClusterState('c1', clock, true);
    const pod = { metadata: { uid: 'u', name: 'p', namespace: 'n' }, status: { phase: 'Succeeded' } };
    for (const what of order.split(' ')) {
      if (what === 'D') {
        clusterState.trackers.pods.remove(pod);
      } else {
        clusterState.trackers.pods.put({ ...pod, status: { phase: 'Succeeded', message: what } }, watched);
      }
    }
    now += 60_000;
    const written = clusterState.take({ now: clock.seconds(), limit: Infinity, early: false });
    expect(written).toHaveLength(1);
    expect(atTheEnd(written, 'pod').map(({ final, deletion }) => [final, deletion?.by])).toEqual([[true, by]]);
    expect(clusterState.trackers.pods.size).toBe(by === undefined ? 1 : 0);
  });
});
