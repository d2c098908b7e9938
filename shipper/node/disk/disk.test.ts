import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diskRecordSchema, type DiskRecord, type Filesystem } from '../../../model/records';
import { layoutOf } from './disk-layout';
import { worthWriting } from './disk-writing';
import { filesystemReader, type Mounted } from './filesystem';
import { type DiskStats, parseStatsSummary } from './stats-summary';

const GB = 1e9;
const filesystem = (capacity: number, available: number): Filesystem => ({
  capacity,
  available,
  used: capacity - available,
  inodes: 1000,
  inodesFree: 900,
});
const mounted = (device: number): Mounted => ({ device, filesystem: filesystem(100 * GB, 50 * GB) });
const stats = (
  nodefs: Filesystem | null,
  imagefs: Filesystem | null,
  containerfs: Filesystem | null = null
): DiskStats => ({
  nodefs,
  imagefs,
  containerfs,
  images: null,
  layers: null,
  volumes: null,
  pods: [],
  byWorkload: { layers: new Map(), volumes: new Map(), pods: new Map() },
  byPod: new Map(),
});

describe('filesystemReader', () => {
  test('reads numbers that fit together from the disk under a directory', async () => {
    const read = await filesystemReader()(tmpdir());
    const { capacity = 0, available = 0, used = 0 } = read?.filesystem ?? {};
    expect(capacity).toBeGreaterThan(0);
    expect(available + used).toBeLessThanOrEqual(capacity);
  });

  test('knows nothing of a directory that is not there', async () => {
    expect(await filesystemReader()('/no/such/directory')).toBeUndefined();
  });

  test('sees a directory come and go', async () => {
    const directory = join(mkdtempSync(join(tmpdir(), 'afterlog-disk-')), 'images');
    const read = filesystemReader();
    const look = async () => (await read(directory))?.device;
    const seen = [await look()];
    mkdirSync(directory);
    seen.push(await look());
    rmSync(directory, { recursive: true });
    seen.push(await look());
    expect(seen).toEqual([undefined, expect.any(Number), undefined]);
  });
});

describe('parseStatsSummary', () => {
  const recorded = readFileSync('tests/recording/disk-pressure/kubelet/stats-summary.jsonl', 'utf8')
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { t: string; summary: unknown }).summary)
    .map(parseStatsSummary);

  test('reads every answer of the recorded kubelet', () => {
    expect(recorded).toHaveLength(77);
    expect(recorded.every(({ nodefs, imagefs }) => nodefs?.capacity === 3094126592 && imagefs !== null)).toBe(true);
  });

  test('names the pod that filled the disk, and tells its layer from the images', () => {
    const full = recorded[22];
    expect(full?.pods).toEqual([
      expect.objectContaining({
        namespace: 'job-test',
        name: expect.stringMatching(/^disk-pressure-test-/),
        bytes: 426823680,
      }),
    ]);
    expect(full?.layers).toBe(426831872);
    expect(full?.images).toBe(1673498624 - 426831872);
  });

  test('tells layers and emptyDir volumes of workloads, from what pods use beyond layers and logs', () => {
    const pod = (name: string, usedBytes: number) => ({
      podRef: { name, namespace: 'team', uid: name },
      containers: [{ rootfs: { usedBytes: 100 }, logs: { usedBytes: 20 } }, { rootfs: { usedBytes: 5 } }],
      'ephemeral-storage': { usedBytes },
    });
    const pods = [
      pod('report-29731234-bcdfg', 1125),
      pod('report-29731240-hjklm', 625),
      pod('web-5d8f7c9b4-bcdfg', 90),
    ];
    const { layers, volumes, byWorkload } = parseStatsSummary({ node: {}, pods });
    expect({ layers, volumes }).toEqual({ layers: 315, volumes: 1500 });
    expect([...byWorkload.volumes]).toEqual([
      ['team/report', 1500],
      ['team/web', 0],
    ]);
    expect(byWorkload.layers.get('team/report')).toBe(210);
    // Of the largest pod, not of both together.
    expect(byWorkload.pods.get('team/report')).toBe(1125);
  });

  test.each([null, 'x', {}, { node: 1 }, { node: {}, pods: [{}] }])('does not take %p for an answer', (body) => {
    expect(() => parseStatsSummary(body)).toThrow();
  });

  test('gets along without the numbers that a kubelet has not measured yet', () => {
    expect(parseStatsSummary({ node: { fs: {} }, pods: null })).toMatchObject({ nodefs: null, images: null });
  });
});

describe('layoutOf', () => {
  test('goes by the devices where the directories can be seen', () => {
    expect(layoutOf(mounted(1), mounted(1), undefined, null)).toMatchObject({ layout: 'single', imagefs: null });
    expect(layoutOf(mounted(1), mounted(2), undefined, null)).toMatchObject({ layout: 'dedicated-imagefs' });
    expect(layoutOf(mounted(1), mounted(2), mounted(1), null)).toMatchObject({
      layout: 'split',
      layoutFrom: 'devices',
    });
    expect(layoutOf(mounted(1), mounted(2), mounted(2), null)).toMatchObject({ layout: 'dedicated-imagefs' });
  });

  test('infers it from the numbers of the kubelet where they cannot', () => {
    const [node, image] = [filesystem(100 * GB, 50 * GB), filesystem(200 * GB, 50 * GB)];
    expect(layoutOf(mounted(1), undefined, undefined, stats(node, node))).toMatchObject({
      layout: 'single',
      layoutFrom: 'kubelet-stats',
    });
    expect(layoutOf(mounted(1), undefined, undefined, stats(node, image))).toMatchObject({
      layout: 'dedicated-imagefs',
      imagefs: image,
    });
    expect(layoutOf(undefined, undefined, undefined, stats(node, image, node))).toMatchObject({ layout: 'split' });
  });

  test('is unknown where nothing tells', () => {
    expect(layoutOf(mounted(1), undefined, undefined, null)).toMatchObject({ layout: 'unknown', layoutFrom: 'none' });
    expect(layoutOf(undefined, undefined, undefined, null)).toMatchObject({ layout: 'unknown', nodefs: null });
  });
});

describe('worthWriting', () => {
  const sample = (fraction: number, used = 50 * GB, more: Partial<DiskRecord> = {}): DiskRecord =>
    diskRecordSchema.parse({
      ...{ v: 2, kind: 'disk', id: 'n/disk/t', cluster: 'c', node: 'n', time: '2026-11-23T23:15:00.000000000Z' },
      layout: 'single',
      layoutFrom: 'devices',
      nodefs: filesystem(100 * GB, 100 * GB - used),
      imagefs: null,
      logs: { live: 0, dead: 0 },
      images: null,
      layers: null,
      pods: [],
      atRisk: 0,
      nearest: { signal: 'imagefs.available', margin: fraction * 100 * GB, fraction },
      ...more,
    });
  const minute = 60_000;
  const count = (last: DiskRecord | undefined, next: DiskRecord, ageMs: number) =>
    worthWriting(last, undefined, next, ageMs).length;

  test('tells an unchanged disk every ten minutes', () => {
    expect(count(sample(0.5), sample(0.5), 9 * minute)).toBe(0);
    expect(count(sample(0.5), sample(0.5), 10 * minute)).toBe(1);
  });

  test('tells a changing disk every two minutes', () => {
    expect(count(sample(0.5), sample(0.49, 51 * GB), 2 * minute - 1)).toBe(0);
    expect(count(sample(0.5), sample(0.49, 51 * GB), 2 * minute)).toBe(1);
    expect(count(sample(0.5), sample(0.5, 50 * GB, { logs: { live: 0, dead: 2e8 } }), 2 * minute)).toBe(1);
    expect(count(sample(0.5), sample(0.5, 50 * GB, { logs: { live: 0, dead: 2e6 } }), 2 * minute)).toBe(0);
    expect(count(sample(0.5), sample(0.5, 50 * GB, { atRisk: 10 }), 2 * minute)).toBe(1);
  });

  test('tells at once when a threshold comes near and is crossed, and within ten seconds when it is left again', () => {
    expect(count(sample(0.11), sample(0.09), 1)).toBe(1);
    expect(count(sample(0.02), sample(-0.01), 1)).toBe(1);
    expect(count(sample(-0.01), sample(0.3), 9_999)).toBe(0);
    expect(count(sample(-0.01), sample(0.3), 10_000)).toBe(1);
    expect(count(sample(-0.01), sample(-0.02), 1)).toBe(0);
  });

  test('tells a step of use within ten seconds, up and down, and from where it came', () => {
    const [last, previous] = [sample(0.5), sample(0.5, 50.01 * GB)];
    const reported = (next: DiskRecord, ageMs = 10_000) => worthWriting(last, previous, next, ageMs);
    expect(reported(sample(0.5, 54 * GB))).toEqual([]);
    const [up, down] = [sample(0.44, 56 * GB), sample(0.6, 40 * GB)];
    expect(reported(up, 9_999)).toEqual([]);
    expect(reported(up)).toEqual([previous, up]);
    expect(reported(down)).toEqual([previous, down]);
    expect(worthWriting(last, undefined, up, 10_000)).toEqual([up]);
  });

  test('tells the first sample, and a disk that came or went', () => {
    expect(count(undefined, sample(0.5), 0)).toBe(1);
    expect(count(sample(0.5), sample(0.5, 50 * GB, { layout: 'dedicated-imagefs' }), 1)).toBe(1);
  });
});
