import { markdownOf, reviewOf } from '.';
import { ENGLISH } from '../messages';
import type { DiskRecord, RollupRecord } from '../records';
import {
  counts,
  disk,
  evicted,
  gc,
  GB,
  HOUR,
  input,
  MINUTE,
  pressure,
  rollup,
  START,
  tally,
  thresholds,
} from './testing/inputs';

const codes = (list: ReadonlyArray<{ code: string }>) => list.map(({ code }) => code);

describe('what nodes went through', () => {
  const happened = input({
    // The second is in parts; the last ended after the range.
    gcs: [
      gc(START + HOUR),
      gc(START + 2 * HOUR, { containersTotal: 7, images: [], imageBytes: 0, parts: 2 }),
      gc(START + 2 * HOUR, { id: 'part 2', containersTotal: 7, part: 2, parts: 2 }),
      gc(START + 3 * HOUR, { trigger: 'image-gc', containersTotal: 0 }),
      gc(START + 24 * HOUR - 1000),
    ],
    pressures: [
      { record: pressure(START - HOUR, START + 30 * MINUTE), writtenAt: START + 30 * MINUTE },
      { record: pressure(START + 2 * HOUR, START + 2 * HOUR + 5 * MINUTE), writtenAt: START + 3 * HOUR },
      // Nobody saw its end: it was written last at 10:00.
      { record: pressure(START + 9 * HOUR, null), writtenAt: START + 10 * HOUR },
    ],
    pods: [
      evicted('a', START + HOUR, 'The node was low on resource: ephemeral-storage. Container x was using 1Gi'),
      evicted('b', START + HOUR, 'Pod The node had condition: [DiskPressure]. '),
      evicted('c', START + HOUR, 'Pod ephemeral local storage usage exceeds the total limit of containers 1Gi. '),
      evicted('d', START + HOUR, 'The node was low on resource: memory. Threshold quantity: 100Mi'),
      evicted('e', START - HOUR, 'The node was low on resource: inodes. '),
    ],
    cases: [
      tally({ count: 30 }),
      tally({ count: 2, status: 'lost' }),
      tally({ count: 4, status: 'partial', cause: 'C7', workload: 'import' }),
      tally({ count: 1, namespace: 'web', workload: 'site', cause: 'C4' }),
    ],
  });

  test('is counted once, inside of the range', () => {
    expect(reviewOf('node', happened).rows).toEqual([
      {
        ...{ cluster: 'c1', namespace: null, name: 'node-a', reclaims: 2, imageGcs: 1, containersRemoved: 41 },
        ...{ imagesRemoved: 2, imageBytesRemoved: 2 * GB, podsEvicted: 1, podsOverLimit: 1, podsRejected: 1 },
        // Both removed image `a`: it was pulled in between.
        imagesPulledAgain: 1,
        pressureMs: 30 * MINUTE + 5 * MINUTE + 2 * HOUR,
        logs: { complete: 31, rescued: 0, partial: 4, lost: 2, pending: 0, unknown: 0 },
      },
    ]);
  });

  test('is ranked by Job family and namespace, where what a node went through has no figure', () => {
    const jobs = reviewOf('job', happened).rows;
    expect(jobs.map(({ namespace, name }) => `${namespace ?? ''}/${name ?? ''}`)).toEqual([
      ...['shop/import', 'shop/report', 'web/site'],
    ]);
    expect(jobs[1]).toMatchObject({ pressureMs: null, reclaims: null, imagesRemoved: null, containersRemoved: 32 });
    expect(jobs[0]).toMatchObject({ containersRemoved: 0, podsEvicted: 0, podsRejected: 0 });
    expect(reviewOf('namespace', happened).rows).toMatchObject([
      { name: 'shop', podsEvicted: 1, podsOverLimit: 1, podsRejected: 1, logs: { complete: 30, partial: 4, lost: 2 } },
      { name: 'web', logs: { complete: 1, lost: 0 } },
    ]);
  });

  test('is told of the worst node in a sentence', () => {
    expect(reviewOf('job', happened).summary).toEqual({
      ...{ code: 'capacity-worst', node: 'node-a', reclaims: 2, pressureMs: 155 * MINUTE, removed: 37, lost: 2 },
      partial: 4,
    });
  });

  test('names the Job family that wrote most of what filled the disks of that node', () => {
    const share = (workload: string, gb: number) => ({ namespace: 'shop', workload, bytes: gb * GB });
    const hour: RollupRecord = {
      ...rollup(START, { p95: 1, greatest: 1, last: 1 }), // 2 GB were written
      top: { logs: [share('report', 0.5)], layers: [share('report', 9)], volumes: [], pods: [] },
      written: [share('import', 0.2), share('report', 0.1)],
    };
    // The pods of samples are named now and then, the same pod with what it uses by then.
    const pod = (uid: string, name: string, gb: number) => ({ namespace: 'shop', name, uid, bytes: gb * GB });
    const later = [
      { ...disk(START + HOUR, 20), pods: [pod('1', 'import-29401234-bcdfg', 0.4)] },
      {
        ...disk(START + HOUR + MINUTE, 22),
        pods: [pod('1', 'import-29401234-bcdfg', 1.4), pod('2', 'report-xk2p9', 0.2)],
      },
    ];
    const told = { rollups: [hour], disks: later, gcs: [gc(START + 10 * MINUTE)] };
    // Import: 0.2 and 1.4 of 2 GB in the hour and 2 GB after it.
    expect(reviewOf('node', input(told)).summary).toMatchObject({ writer: { name: 'shop/import', percent: 40 } });
    // What the hour covers already is not counted again, and who wrote a twentieth is not named.
    const covered = later.map((one) => ({ ...one, time: hour.from }));
    expect(reviewOf('node', input({ ...told, disks: covered })).summary).toMatchObject({
      writer: { name: 'shop/report', percent: 30 },
    });
    const little: RollupRecord = { ...hour, top: { ...hour.top, logs: [] }, written: [share('report', 0.1)] };
    expect(reviewOf('node', input({ ...told, rollups: [little], disks: [] })).summary).not.toHaveProperty(
      'writer.name'
    );
  });

  test('tells what images of Job families were pulled, which alone make one', () => {
    const pulled = { cluster: 'c1', namespace: 'shop', name: 'report', pulls: 3, bytes: 300, again: 1 };
    const hour: RollupRecord = {
      ...rollup(START, { p95: 1, greatest: 1, last: 1 }),
      top: { logs: [{ namespace: 'shop', workload: 'import', bytes: 200 }], layers: [], volumes: [], pods: [] },
    };
    const { families } = reviewOf('node', input({ rollups: [hour], pulls: [pulled] }));
    expect(families).toMatchObject([
      { name: 'report', pulled, logBytes: 0 },
      { name: 'import', logBytes: 200 },
    ]);
    const markdown = markdownOf(reviewOf('node', input({ rollups: [hour], pulls: [pulled] })), '', ENGLISH);
    expect(markdown).toMatch(/\| shop \| report \| 0 B \| 0 B \| 0 B \| 0 B \| 3 \| 300 B \| 1 \|/);
    expect(markdownOf(reviewOf('node', input({ rollups: [hour] })), '', ENGLISH)).not.toContain('Image pulls');
  });

  test('is not zero where nobody looked', () => {
    const blind = reviewOf('node', input({ withKubeletLog: new Set(), watched: new Map() }));
    expect(blind.rows).toMatchObject([
      { pressureMs: null, reclaims: null, containersRemoved: null, podsEvicted: null, podsRejected: null },
    ]);
    expect(codes(blind.notes)).toEqual([
      ...['capacity-note-no-kubelet-log', 'capacity-note-no-watch', 'capacity-note-no-disk'],
    ]);
    const partly = reviewOf('node', input({ watched: new Map([['c1', 0.5]]) }));
    expect(partly.notes).toContainEqual({ code: 'capacity-note-watch-partly', cluster: 'c1', percent: 50 });
  });

  test('counts each reclaim once, whatever rollup counts it: of an agent that read of it an hour later, none may yet', () => {
    const hour = rollup(START, { p95: 1, greatest: 1, last: 1 });
    const review = reviewOf('node', input({ rollups: [hour], gcs: [gc(START + 10 * MINUTE), gc(START + 2 * HOUR)] }));
    expect(review.rows).toMatchObject([{ reclaims: 2, containersRemoved: 34 + 34 }]);
  });

  test('is compared with the period before only if something observed that', () => {
    const before = counts({ range: { from: START - 24 * HOUR, to: START }, gcs: [gc(START - HOUR)] });
    expect(reviewOf('node', input({ before })).totalBefore).toMatchObject({ reclaims: 1, containersRemoved: 34 });
    const nothing = counts({ withKubeletLog: new Set(), watched: new Map() });
    expect(reviewOf('node', input({ before: nothing })).totalBefore).toBeNull();
  });
});

describe('headroom', () => {
  test('of samples is exact: each holds until the next, ten minutes or a little more at most', () => {
    // 95 minutes at 50 GB, 1 minute at 90 GB, 4 minutes at 80 GB: 80 GB are not exceeded in 99 % of the time, 50 in 95 %.
    const disks = [
      ...Array.from({ length: 19 }, (_, i) => disk(START + i * 5 * MINUTE, 50)),
      disk(START + 95 * MINUTE, 90),
      disk(START + 96 * MINUTE, 80),
    ];
    const range = { from: START, to: START + 100 * MINUTE };
    const { nodes, notes } = reviewOf('node', input({ range, disks, thresholds: [thresholds()] }));
    const [bytes, inodes] = nodes[0]?.headroom ?? [];
    expect(bytes).toMatchObject({
      ...{ filesystem: 'nodefs', unit: 'bytes', filledPerHour: (40 * GB * 60) / 100 },
      use: {
        ...{ now: 80 * GB, p95: 50 * GB, isP95Bound: false, worst: 90 * GB, filled: 40 * GB, worstMinute: 8 * GB },
        observedMs: 100 * MINUTE,
      },
    });
    const tooLittle = { kind: 'too-little-data' };
    expect(bytes?.distances).toEqual([
      ...[
        {
          threshold: 'hard:imagefs.available',
          at: 85 * GB,
          now: 5 * GB,
          p95: 35 * GB,
          worst: -5 * GB,
          expected: tooLittle,
        },
        { threshold: 'image-gc-high', at: 85 * GB, now: 5 * GB, p95: 35 * GB, worst: -5 * GB, expected: tooLittle },
        { threshold: 'hard:nodefs.available', at: 90 * GB, now: 10 * GB, p95: 40 * GB, worst: 0, expected: tooLittle },
        { threshold: 'full', at: 100 * GB, now: 20 * GB, p95: 50 * GB, worst: 10 * GB, expected: tooLittle },
      ],
    ]);
    expect(inodes?.distances.map(({ threshold, now }) => [threshold, now])).toEqual([
      ['hard:imagefs.inodesFree', 850],
      ['hard:nodefs.inodesFree', 850],
      ['full', 900],
    ]);
    expect(codes(notes)).toEqual(['capacity-note-samples']);
  });

  test('of rollups is never better than it was', () => {
    const rollups = [
      rollup(START, { p95: 40, greatest: 60, last: 40 }),
      rollup(START + HOUR, { p95: 50, greatest: 70, last: 30 }),
    ];
    const [bytes] = reviewOf('node', input({ rollups, thresholds: [thresholds()] })).nodes[0]?.headroom ?? [];
    // 95 % of one hour are at or below 40, of the other at or below 50: together 95 % are at or below 50.
    expect(bytes?.use).toMatchObject({ now: 30 * GB, p95: 50 * GB, isP95Bound: true, worst: 70 * GB, filled: 4 * GB });
    expect(bytes?.filledPerHour).toBe(2 * GB);
  });

  test('expects a threshold where use grows steadily, and nothing where it goes up and down', () => {
    const growing = Array.from({ length: 12 }, (_, i) => {
      const used = 20 + 2 * i + (i % 2 === 0 ? 0.1 : -0.1);
      return rollup(START + i * HOUR, { p95: used, greatest: used, last: used });
    });
    const distancesOf = (rollups: RollupRecord[]) =>
      reviewOf('node', input({ rollups, thresholds: [thresholds()] })).nodes[0]?.headroom[0]?.distances ?? [];
    const [first] = distancesOf(growing);
    // 41.9 GB at the end; the zigzag takes 0.6 / 143 GB from the slope of 2 GB an hour: 43.1 GB / 1.9958 GB an hour.
    expect(first?.expected.kind === 'expected' && first.expected.ms / HOUR).toBeCloseTo(21.595, 2);
    const { ms = 0, earliestMs = 0, latestMs = 0 } = first?.expected.kind === 'expected' ? first.expected : {};
    expect(earliestMs).toBeLessThan(ms);
    expect(latestMs).toBeGreaterThan(ms);
    const sawtooth = growing.map((_, i) =>
      rollup(START + i * HOUR, { p95: 30, greatest: 80, last: i % 3 === 0 ? 20 : 60 })
    );
    expect(distancesOf(sawtooth).map(({ expected }) => expected.kind)).toEqual(Array(4).fill('no-growth'));
    expect(distancesOf(growing.slice(0, 7)).map(({ expected }) => expected.kind)).toEqual(
      Array(4).fill('too-little-data')
    );
  });

  test('without settings is the distance to a full disk, and says so', () => {
    const { nodes, notes } = reviewOf('node', input({ disks: [disk(START, 50)] }));
    expect(nodes[0]?.headroom[0]?.distances.map(({ threshold }) => threshold)).toEqual(['full']);
    expect(codes(notes)).toEqual(['capacity-note-samples', 'capacity-note-partly', 'capacity-note-no-thresholds']);
  });

  test('says that a peak lies between samples where the kubelet reclaimed below every threshold', () => {
    const review = reviewOf(
      'node',
      input({ disks: [disk(START, 50)], thresholds: [thresholds()], gcs: [gc(START + HOUR)] })
    );
    expect(review.notes).toContainEqual({ code: 'capacity-note-missed-peak', nodes: ['node-a'] });
  });

  test('with an imagefs of its own keeps signals and contents apart', () => {
    const one = disk(START, 50);
    const dedicated: DiskRecord = { ...one, layout: 'dedicated-imagefs', imagefs: disk(START, 30).nodefs };
    const { nodes } = reviewOf('node', input({ disks: [dedicated], thresholds: [thresholds()] }));
    expect(
      nodes[0]?.headroom.map(({ filesystem, unit, distances }) => [
        `${filesystem} ${unit}`,
        distances.map(({ threshold }) => threshold).join(),
      ])
    ).toEqual([
      ['nodefs bytes', 'hard:nodefs.available,full'],
      ['nodefs inodes', 'hard:nodefs.inodesFree,full'],
      ['imagefs bytes', 'hard:imagefs.available,image-gc-high,full'],
      ['imagefs inodes', 'hard:imagefs.inodesFree,full'],
    ]);
    expect(nodes[0]?.filling).toMatchObject([
      { filesystem: 'nodefs', used: 50 * GB, other: 47 * GB },
      { filesystem: 'imagefs', used: 30 * GB, other: 17 * GB },
    ]);
  });

  test('tells what fills the disk, and nothing of what is not known', () => {
    const fill = (more: Partial<DiskRecord>) =>
      reviewOf('node', input({ disks: [{ ...disk(START, 50), ...more }] })).nodes[0]?.filling;
    // 50 GB less 10 of images, 3 of layers and 3 of logs.
    expect(fill({})).toMatchObject([{ filesystem: 'nodefs', used: 50 * GB, other: 34 * GB }]);
    expect(fill({ images: null })).toMatchObject([{ other: null }]);
    expect(fill({ layout: 'unknown' })).toEqual([]);
  });
});

describe('Job families that wrote most', () => {
  const share = (workload: string, bytes: number) => ({ namespace: 'shop', workload, bytes });

  test('have their logs added up, and the greatest size of layers and volumes', () => {
    const hour = rollup(START, { p95: 1, greatest: 1, last: 1 });
    const rollups = [
      { ...hour, top: { logs: [share('a', 5), share('b', 1)], layers: [share('b', 30)], volumes: [], pods: [] } },
      {
        ...hour,
        node: 'node-b',
        top: { logs: [share('a', 7)], layers: [share('b', 20)], volumes: [share('a', 2)], pods: [share('a', 7)] },
      },
    ];
    expect(reviewOf('node', input({ rollups })).families).toEqual([
      { cluster: 'c1', namespace: 'shop', name: 'b', logBytes: 1, layerBytes: 30, volumeBytes: 0, podBytes: 0 },
      { cluster: 'c1', namespace: 'shop', name: 'a', logBytes: 12, layerBytes: 0, volumeBytes: 2, podBytes: 7 },
    ]);
  });

  test('are not known without rollups', () => {
    expect(reviewOf('node', input({ disks: [disk(START, 50)] })).families).toBeNull();
  });
});

test('a quiet node is told with the threshold that it came nearest to', () => {
  const { summary } = reviewOf('node', input({ disks: [disk(START, 60)], thresholds: [thresholds()] }));
  expect(summary).toEqual({
    ...{ code: 'capacity-quiet', nodes: 1 },
    nearest: { node: 'node-a', threshold: 'hard:imagefs.available', leftPercent: 25 },
  });
  expect(reviewOf('node', input({ nodes: [] })).summary).toEqual({ code: 'capacity-no-nodes' });
});
