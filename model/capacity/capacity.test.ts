import type { CaseTally, CountInput } from './counts';
import { type CapacityInput, reviewOf } from '.';
import {
  type DiskRecord,
  type GcRecord,
  type NodeRecord,
  nodeRecordSchema,
  type PodRecord,
  podRecordSchema,
  RECORD_VERSION,
  type RollupRecord,
  rollupRecordSchema,
  type ThresholdsRecord,
} from '../records';
import { defaultThresholds } from '../thresholds';

const GB = 1e9;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.parse('2026-11-23T00:00:00Z');
const iso = (ms: number) => new Date(ms).toISOString();
const where = { v: RECORD_VERSION, cluster: 'c1', node: 'node-a' } as const;

/** A sample of one disk of 100 GB and 1,000 inodes. */
const disk = (at: number, usedGb: number, node = 'node-a'): DiskRecord => ({
  ...{ ...where, node, kind: 'disk', id: `${node}/disk/${at}`, time: iso(at), layout: 'single', layoutFrom: 'devices' },
  nodefs: {
    ...{ capacity: 100 * GB, available: (100 - usedGb) * GB, used: usedGb * GB, inodes: 1000, inodesFree: 900 },
  },
  ...{ imagefs: null, logs: { live: 2 * GB, dead: GB }, images: 10 * GB, layers: 3 * GB, pods: [], atRisk: 0 },
  nearest: null,
});

/** An hour whose use is given in GB of 100. */
function rollup(at: number, { p95, greatest, last }: { p95: number; greatest: number; last: number }): RollupRecord {
  const bytes = { capacity: 100 * GB, least: 0, mean: 0, p95: p95 * GB, greatest: greatest * GB, last: last * GB };
  return rollupRecordSchema.parse({
    ...{ ...where, kind: 'rollup', id: `node-a/rollup/hour/${at}`, period: 'hour', from: iso(at), to: iso(at + HOUR) },
    ...{ observedSeconds: 3600, layout: 'single', reclaims: 1, containersRemoved: 5 },
    nodefs: { bytes: { ...bytes, filled: 2 * GB, worstMinute: GB }, inodes: null },
    volumes: { mean: GB, greatest: GB, last: GB },
  });
}

const gc = (at: number, more: Partial<GcRecord> = {}): GcRecord => ({
  ...{ ...where, kind: 'gc', id: `node-a/gc/${at}`, trigger: 'eviction', resource: 'ephemeral-storage' },
  ...{ start: iso(at), end: iso(at + 2000), containers: [], containersTotal: 34, containersFailed: 0 },
  images: [{ id: 'a', bytes: GB }],
  ...{ imageBytes: GB, evicted: [], outcome: 'relieved', source: 'kubelet-log', part: 1, parts: 1, ...more },
});

const pressure = (from: number, to: number | null): NodeRecord =>
  nodeRecordSchema.parse({
    ...{ ...where, kind: 'node', about: 'condition', id: `node-a/condition/${from}`, condition: 'DiskPressure' },
    ...{ status: 'True', from: iso(from), to: to === null ? null : iso(to), final: to !== null },
  });

const evicted = (id: string, at: number, message: string): PodRecord =>
  podRecordSchema.parse({
    ...{ ...where, kind: 'pod', id, namespace: 'shop', pod: `report-${id}`, workload: 'report', phase: 'Failed' },
    ...{ reason: 'Evicted', message, started: iso(at), final: true },
  });

const tally = (more: Partial<CaseTally>): CaseTally => ({
  ...{
    cluster: 'c1',
    node: 'node-a',
    namespace: 'shop',
    workload: 'report',
    status: 'complete',
    cause: 'C1',
    count: 1,
  },
  ...more,
});

const thresholds = (more: Partial<ThresholdsRecord> = {}): ThresholdsRecord => ({
  ...{ ...where, kind: 'thresholds', id: 'node-a/thresholds', time: iso(START), ...defaultThresholds('v1.30.1') },
  ...{ source: 'configz', ...more },
});

const counts = (more: Partial<CountInput> = {}): CountInput => ({
  ...{ range: { from: START, to: START + 24 * HOUR }, rollups: [], gcs: [], pressures: [], pods: [], cases: [] },
  ...{
    withKubeletLog: new Set(['c1 node-a']),
    watched: new Map([['c1', 1]]),
    nodes: [{ cluster: 'c1', node: 'node-a' }],
  },
  ...more,
});

const input = (more: Partial<CapacityInput> = {}): CapacityInput => ({
  ...{ ...counts(more), disks: [], thresholds: [], stopped: new Map() },
  ...more,
});

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

  test('counts what rollups tell, and of reclaims those that no rollup counts', () => {
    const hour = rollup(START, { p95: 1, greatest: 1, last: 1 });
    const review = reviewOf('node', input({ rollups: [hour], gcs: [gc(START + 10 * MINUTE), gc(START + 2 * HOUR)] }));
    expect(review.rows).toMatchObject([{ reclaims: 2, containersRemoved: 5 + 34, imagesRemoved: 1 }]);
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
        top: { logs: [share('a', 7)], layers: [share('b', 20)], volumes: [share('a', 2)], pods: [] },
      },
    ];
    expect(reviewOf('node', input({ rollups })).families).toEqual([
      { cluster: 'c1', namespace: 'shop', name: 'b', logBytes: 1, layerBytes: 30, volumeBytes: 0 },
      { cluster: 'c1', namespace: 'shop', name: 'a', logBytes: 12, layerBytes: 0, volumeBytes: 2 },
    ]);
  });

  test('are not known without rollups', () => {
    expect(reviewOf('node', input({ disks: [disk(START, 50)] })).families).toBeNull();
  });
});

describe('findings', () => {
  const findings = (more: Partial<CapacityInput>) =>
    reviewOf('node', input({ disks: [disk(START, 50)], gcs: [gc(START + HOUR)], ...more })).findings;

  test('tell that image GC does not come before the reclaim, with what to paste', () => {
    expect(findings({ thresholds: [thresholds()] })).toEqual([
      {
        ...{ cluster: 'c1', nodes: ['node-a'] },
        evidence: { code: 'capacity-late-image-gc', high: 85, signal: 'imagefs.available', reclaimPercent: 85 },
        effect: { code: 'capacity-late-image-gc-effect', wantedHigh: 75, leadPercent: 10 },
        paste:
          'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n' +
          'imageGCHighThresholdPercent: 75\nimageGCLowThresholdPercent: 70\n',
      },
    ]);
  });

  test.each([
    ['image GC begins before', { thresholds: [thresholds({ imageGcHighPercent: 70 })] }],
    ['nothing was reclaimed', { thresholds: [thresholds()], gcs: [] }],
    ['the settings are assumed', { thresholds: [thresholds({ source: 'assumed' })] }],
    ['the settings are not known', {}],
  ] satisfies Array<[string, Partial<CapacityInput>]>)('do not tell so where %s', (_, more) => {
    expect(findings(more)).toEqual([]);
  });

  test('tell of signals that a partial evictionHard switched off', () => {
    const partial = thresholds({ imageGcHighPercent: 70, evictionHard: { 'nodefs.available': '12%' } });
    const [finding] = findings({ thresholds: [partial] });
    expect(finding?.evidence).toEqual({
      code: 'capacity-missing-signals',
      signals: ['memory.available', 'nodefs.inodesFree', 'imagefs.available', 'imagefs.inodesFree'],
    });
    expect(finding?.paste).toContain('  nodefs.available: "12%"\n  nodefs.inodesFree: "5%"\n');
  });

  test('tell of logs that rotation shortened', () => {
    const rotated = tally({ cause: 'C15', count: 3 });
    const [finding] = findings({ thresholds: [thresholds({ imageGcHighPercent: 70 })], cases: [rotated] });
    expect(finding).toMatchObject({
      evidence: {
        code: 'capacity-rotation',
        containers: 3,
        workloads: ['shop/report'],
        maxBytes: 10_485_760,
        files: 5,
      },
      effect: { keptBytes: 104_857_600, beforeBytes: 52_428_800 },
    });
    expect(finding?.paste).toContain('containerLogMaxSize: 20Mi\ncontainerLogMaxFiles: 5\n');
  });

  test('that are the same for several nodes are one', () => {
    const other = { ...thresholds(), id: 'node-b/thresholds', node: 'node-b' };
    const found = findings({
      nodes: ['node-a', 'node-b'].map((node) => ({ cluster: 'c1', node })),
      disks: [disk(START, 50), disk(START, 60, 'node-b')],
      gcs: [gc(START + HOUR), gc(START + HOUR, { id: 'b', node: 'node-b' })],
      thresholds: [thresholds(), other],
    });
    expect(found.map(({ nodes }) => nodes)).toEqual([['node-a', 'node-b']]);
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
