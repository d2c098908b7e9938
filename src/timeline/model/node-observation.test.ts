import {
  type DiskRecord,
  type EventRecord,
  type GcRecord,
  type HeartbeatRecord,
  type PodRecord,
  RECORD_VERSION,
  type WatchRecord,
} from '../../../model/records';
import { NO_RECORDS, type RecordSet } from '../../../model/evidence';
import { RECORDED, recordedInput, recordedRecords } from '../testing/recorded';
import { nodeActivities } from './activity';
import { useOfDiskAt } from './disk-use';
import { nodeLanes } from './node-lane';

const MINUTE = 60_000;
const common = { v: RECORD_VERSION, cluster: 'c1', node: 'n1' } as const;
const start = Date.parse('2026-11-29T10:00:00Z');
const at = (minutes: number) => new Date(start + minutes * MINUTE).toISOString();
const range = (from: number, to: number) => ({ from: start + from * MINUTE, to: start + to * MINUTE });

const disk = (minutes: number, use: number, capacity = 1000): DiskRecord => ({
  ...{ ...common, kind: 'disk', id: `n1/disk/${minutes}`, time: at(minutes), layout: 'single', layoutFrom: 'devices' },
  nodefs: { capacity, available: capacity * (1 - use), used: capacity * use, inodes: null, inodesFree: null },
  ...{ imagefs: null, logs: null, images: null, layers: null, pods: [], atRisk: null, nearest: null },
});

const beat = (from: number, to: number, change: Partial<HeartbeatRecord> = {}): HeartbeatRecord => ({
  ...{ ...common, kind: 'heartbeat', id: `n1/heartbeat/${from}`, version: '1.0.0', from: at(from), to: at(to) },
  ...{ previousUntil: null, logsProblem: null, containers: 1, unackedBytes: 0, oldestUnacked: null },
  ...{ lokiProblem: null, final: false },
  kubeletLog: { source: 'file', from: at(from), to: at(to), problem: null },
  ...change,
});

const watch = (from: number, to: number): WatchRecord => {
  const watching = { state: 'watching', detail: '', resourceVersion: null } as const;
  return {
    ...{
      v: RECORD_VERSION,
      kind: 'watch',
      id: `watch/${from}`,
      cluster: 'c1',
      identity: 'w',
      namespaces: [],
      cases: null,
    },
    ...{ from: at(from), to: at(to), completeUntil: at(to), final: false },
    kinds: { pods: watching, nodes: watching },
  };
};

const gc = (minutes: number, change: Partial<GcRecord> = {}): GcRecord => ({
  ...{ ...common, kind: 'gc', id: `n1/gc/${minutes}`, trigger: 'eviction', resource: 'ephemeral-storage' },
  ...{ start: at(minutes), end: at(minutes), containers: [], containersTotal: 0, containersFailed: 0, images: [] },
  ...{ imageBytes: 0, evicted: [], outcome: 'relieved', source: 'kubelet-log', part: 1, parts: 1 },
  ...change,
});

const laneOf = (records: Partial<RecordSet>, read = range(0, 60), isReading = false) =>
  nodeLanes({ records: { ...NO_RECORDS, ...records }, cases: [], pressures: [], now: read.to, read, isReading }).get(
    'c1/n1'
  );
const gapsOf = (...given: Parameters<typeof laneOf>) =>
  laneOf(...given)?.unobserved.map(({ what, from, to }) => [what, (from - start) / MINUTE, (to - start) / MINUTE]);

const samples = Array.from({ length: 7 }, (_, i) => disk(i * 10, 0.5));

describe('what nobody observed', () => {
  test('is nothing where agent, watch and kubelet log were there all the time', () => {
    expect(gapsOf({ disks: samples, heartbeats: [beat(0, 58)], watches: [watch(0, 59)] })).toEqual([]);
  });

  test('is an agent that was away, and the line of use breaks there', () => {
    const heartbeats = [beat(0, 20), beat(35, 58, { previousUntil: at(22) })];
    const lane = laneOf({ disks: samples, heartbeats, watches: [watch(0, 60)] });
    expect(lane?.unobserved.map(({ what }) => what)).toEqual(['kubelet-log', 'agent']);
    // The next process knows that the one before it, which was killed, went on for two minutes.
    expect(lane?.unobserved[1]).toEqual({ what: 'agent', ...range(22, 35) });
    expect([...(lane?.disk.isFirst ?? [])]).toEqual([1, 0, 0, 1, 1, 0, 0]);
    expect(lane?.disk.heldUntil[2]).toBe(start + 22 * MINUTE);
    expect(lane && useOfDiskAt(lane.disk, start + 29 * MINUTE).nodefs).toBeUndefined();
    expect(lane && useOfDiskAt(lane.disk, start + 45 * MINUTE).nodefs).toMatchObject({ bytes: 500, capacity: 1000 });
  });

  test('is all of it where nobody was there', () => {
    expect(
      gapsOf({
        pods: recordedRecords()
          .pods.slice(0, 1)
          .map((pod) => ({ ...pod, node: 'n1' })),
      })
    ).toEqual([
      ['agent', 0, 60],
      ['watch', 0, 60],
      ['kubelet-log', 0, 60],
    ]);
  });

  test('is a watch that stopped, and a kubelet log that is not configured', () => {
    const heartbeats = [beat(0, 58, { kubeletLog: null })];
    expect(gapsOf({ disks: samples, heartbeats, watches: [watch(0, 10), watch(20, 30)] })).toEqual([
      ['kubelet-log', 0, 60],
      ['watch', 10, 20],
      ['watch', 30, 60],
    ]);
  });

  test('ends with the node, and is not claimed while records are read', () => {
    const [state] = recordedRecords().nodes.filter(({ about }) => about === 'node');
    const nodes = state ? [{ ...state, node: 'n1', created: at(10), removed: at(20) }] : [];
    expect(gapsOf({ nodes })?.map(([, from, to]) => [from, to])).toEqual([
      [10, 20],
      [10, 20],
      [10, 20],
    ]);
    expect(gapsOf({ disks: samples }, range(0, 60), true)).toEqual([]);
  });

  test('is a disk that was not measured although the agent was there', () => {
    const disks = [disk(0, 0.5), disk(40, 0.5), disk(50, 0.5)];
    expect(gapsOf({ disks, heartbeats: [beat(0, 58)], watches: [watch(0, 60)] })).toEqual([['disk', 0, 40]]);
  });
});

describe('what the kubelet found', () => {
  test('is at the threshold that its reclaim says was crossed, with the rise before it', () => {
    const lane = nodeLanes(recordedInput()).get('c1/node-a');
    expect(lane?.crossings.map(({ time }) => new Date(time).toISOString().slice(11, 19))).toEqual([
      '23:15:38',
      '23:19:22',
    ]);
    const [first] = lane?.crossings ?? [];
    expect(first).toMatchObject({ use: 0.85, isAtLeast: true, reportedBy: 'kubelet-log' });
    expect(first?.limit).toMatchObject({ what: 'hard', signal: 'imagefs.available' });
    // 53.0 % at 23:15:18 and 69.9 % at 23:15:28: at this rate 87 % when the kubelet acted.
    expect(first?.rise?.toUse).toBeCloseTo(0.699, 2);
    expect((first?.rise?.bytesPerSecond ?? 0) / 1e6).toBeCloseTo(52.4, 0);
  });

  test('is what the message of an evicted pod says, and what the periodic image GC logs', () => {
    const [pod] = recordedRecords().pods;
    const evicted: PodRecord[] = pod
      ? [
          {
            ...{ ...pod, cluster: 'c1', node: 'n1', reason: 'Evicted', finished: at(30.1), disruption: null },
            message:
              'The node was low on resource: ephemeral-storage. Threshold quantity: 100, available: 30. Container main was using 819252Ki.',
          },
        ]
      : [];
    const gcs = [gc(30), gc(50, { trigger: 'image-gc', resource: null, usagePercent: 87 })];
    const lane = laneOf({ disks: samples, gcs, pods: evicted });
    expect(lane?.crossings).toMatchObject([
      { isAtLeast: false, use: 0.97 },
      { isAtLeast: false, use: 0.87, filesystem: 'imagefs', limit: { what: 'image-gc-high' } },
    ]);
  });

  test('is an Event where no kubelet log was read, and nothing of inodes or memory', () => {
    const event = (resource: string): EventRecord => ({
      ...{ v: RECORD_VERSION, kind: 'event', id: resource, cluster: 'c1', reason: 'EvictionThresholdMet' },
      ...{ type: 'Warning', object: { kind: 'Node', namespace: null, name: 'n1', uid: 'n1' }, component: 'kubelet' },
      ...{ node: 'n1', message: '', first: at(20), last: at(20), count: 1, resource, subject: null },
      ...{ timesDoubtful: false, final: false },
    });
    const crossings = (resource: string) => laneOf({ disks: samples, events: [event(resource)] })?.crossings;
    expect(crossings('ephemeral-storage')).toMatchObject([{ reportedBy: 'event', isAtLeast: true }]);
    expect(crossings('memory')).toEqual([]);
    expect(laneOf({ disks: samples, gcs: [gc(10, { resource: 'inodes' })] })?.crossings).toEqual([]);
  });
});

describe('all that happened on a node', () => {
  const records = recordedRecords();
  const namesOf = (include: string, exclude = '') =>
    (nodeActivities(records, { include, exclude }).get('c1/node-a') ?? []).map(({ name }) => name);

  test('has Events, the kubelet’s reclaim lines with the containers’ names, images and agents, oldest first', () => {
    const heartbeats = [{ ...beat(0, 10, { final: true }), node: 'node-a' }];
    const all = nodeActivities({ ...records, heartbeats }, { include: '', exclude: '' }).get('c1/node-a') ?? [];
    expect(new Set(all.map(({ kind }) => kind))).toEqual(new Set(['event', 'image', 'reclaim', 'agent']));
    expect(all.map(({ time }) => time)).toEqual(all.map(({ time }) => time).sort((a, b) => a - b));
    const removed = all.filter(({ name, time }) => name === 'RemoveContainer' && time < RECORDED.from + 7 * MINUTE);
    expect(removed).toHaveLength(34);
    expect(removed.some(({ subject }) => /^job-test\/hello-\w+ hello$/.test(subject))).toBe(true);
  });

  test('is filtered by words to include and to exclude', () => {
    expect(namesOf('EvictionThresholdMet')).not.toContain('RemoveContainer');
    expect(namesOf('removecontainer, eviction')).toContain('RemoveContainer');
    expect(namesOf('', 'RemoveContainer killing')).not.toContain('Killing');
    expect(namesOf('no-such-word')).toEqual([]);
  });
});
