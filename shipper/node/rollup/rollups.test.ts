import { type ContainerRecord, type GcRecord, type RollupRecord, rollupRecordSchema } from '../../../model/records';
import { defaultThresholds } from '../../../model/thresholds';
import { createLogger } from '../../common/log';
import type { OutgoingRecord } from '../../loki/record-writer';
import type { Moment } from './period';
import { type LogSize, Rollups } from './rollups';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.parse('2026-11-23T10:00:00Z');
const GB = 1e9;

let nowMs: number;
let written: Array<{ record: OutgoingRecord; settled?: () => void }>;
let kept: string | null;
let sizes: LogSize[];
beforeEach(() => {
  nowMs = START;
  written = [];
  kept = null;
  sizes = [];
});

const rollups = () =>
  new Rollups(
    { cluster: 'c1', node: 'node-a' },
    {
      records: { write: (record, settled) => written.push({ record, settled }) },
      logger: createLogger('error'),
      now: () => nowMs,
      file: { load: () => kept, save: (text) => (kept = text) },
      logSizes: () => sizes,
    }
  );

const moment = (usedGb: number, { images = null }: { images?: number | null } = {}): Moment => ({
  disk: {
    layout: 'single',
    nodefs: {
      ...{ capacity: 100 * GB, available: (100 - usedGb) * GB, used: usedGb * GB, inodes: 1000, inodesFree: 900 },
    },
    ...{ imagefs: null, logs: { live: 2 * GB, dead: GB }, images, layers: null },
  },
  volumes: null,
  thresholds: { ...defaultThresholds('v1.30.1'), source: 'configz' },
});

/** A sample a minute. */
function observe(target: Rollups, minutes: number, usedGb: (minute: number) => number): void {
  for (let minute = 0; minute < minutes; minute++) {
    target.add(moment(usedGb(minute)));
    nowMs += MINUTE;
  }
}

const records = (period: string): RollupRecord[] =>
  written.map(({ record }) => rollupRecordSchema.parse(JSON.parse(record.line))).filter((one) => one.period === period);

/** One after the other, as from a node. */
function theHour(): RollupRecord {
  const [first] = records('hour');
  if (first === undefined) {
    throw new Error('no hour was written');
  }
  return first;
}

describe('an hour', () => {
  it('tells use, growth, thresholds and amounts as computed by hand', () => {
    const target = rollups();
    // 54 minutes at 50 GB, 3 at 80 GB, 3 at 88 GB; then the disk is emptied.
    observe(target, 60, (minute) => (minute < 54 ? 50 : minute < 57 ? 80 : 88));
    observe(target, 6, () => 40);
    const hour = theHour();
    expect(hour).toMatchObject({
      ...{ id: 'node-a/rollup/hour/2026-11-23T10:00:00.000000000Z', to: '2026-11-23T11:00:00.000000000Z' },
      ...{ observedSeconds: 3600, layout: 'single', imagefs: null, images: null, imageBytesAdded: null },
      nodefs: {
        bytes: {
          ...{ capacity: 100 * GB, least: 50 * GB, greatest: 88 * GB, last: 88 * GB, filled: 38 * GB },
          ...{ mean: ((54 * 50 + 3 * 80 + 3 * 88) / 60) * GB, worstMinute: 30 * GB },
          // 57 of 60 minutes are 95 %: in the thousandth that begins with 80 GB.
          p95: 80.1 * GB,
        },
        inodes: { capacity: 1000, least: 100, mean: 100, greatest: 100, filled: 0 },
      },
      // 15 % of imagefs must be available: 12 are, for three minutes.
      headroom: { signal: 'imagefs.available', fraction: -0.03 },
      secondsBeyond: { 'hard:imagefs.available': 180, 'image-gc-high': 180 },
      logsLive: { mean: 2 * GB, greatest: 2 * GB, last: 2 * GB },
    });
  });

  it('ends in the middle of what a sample is held', () => {
    const target = rollups();
    nowMs = START + HOUR - 30_000;
    target.add(moment(50));
    nowMs += MINUTE;
    target.add(moment(60));
    nowMs += 10 * MINUTE;
    target.add(moment(60));
    expect(theHour()).toMatchObject({ observedSeconds: 30, nodefs: { bytes: { greatest: 50 * GB } } });
    target.stop();
    const { hour } = JSON.parse(kept ?? '') as { hour: { observedMs: number } };
    expect(hour.observedMs).toBe(30_000); // ten minutes without a sample are not observed
  });

  it('counts what was removed, once, also where the kubelet log is read again', () => {
    const target = rollups();
    const reclaim: GcRecord = {
      ...{ v: 2, kind: 'gc', id: 'node-a/gc/1', cluster: 'c1', node: 'node-a', trigger: 'eviction', resource: null },
      ...{ start: '', end: '', containers: [], containersTotal: 7, containersFailed: 0, imageBytes: 300 },
      ...{ images: [{ id: 'i', bytes: 300 }], evicted: ['n/p'], outcome: 'evicting', source: 'kubelet-log' },
      ...{ part: 1, parts: 2 },
    };
    target.onReclaim(reclaim);
    target.onReclaim({ ...reclaim, id: 'node-a/gc/1/2', part: 2 });
    target.onReclaim(reclaim);
    observe(target, 66, () => 50);
    expect(theHour()).toMatchObject({
      ...{ reclaims: 1, imageGcs: 0, containersRemoved: 7, imagesRemoved: 1, imageBytesRemoved: 300, podsEvicted: 1 },
      imagesRemovedAgain: 0,
    });
  });

  it('counts images that are removed once more as pulled again, over a restart too', () => {
    const imageGc = (id: string, images: string[]): GcRecord => ({
      ...{ v: 2, kind: 'gc', id, cluster: 'c1', node: 'node-a', trigger: 'image-gc', resource: null, start: '' },
      ...{ end: '', containers: [], containersTotal: 0, containersFailed: 0, imageBytes: 0, evicted: [] },
      ...{ images: images.map((image) => ({ id: image, bytes: null })), outcome: 'relieved', source: 'kubelet-log' },
      ...{ part: 1, parts: 1 },
    });
    const first = rollups();
    first.onReclaim(imageGc('1', ['a', 'b']));
    first.stop();
    const second = rollups();
    second.onReclaim(imageGc('2', ['b', 'c']));
    second.onReclaim(imageGc('3', ['b']));
    observe(second, 66, () => 50);
    expect(theHour()).toMatchObject({ imageGcs: 3, imagesRemoved: 5, imagesRemovedAgain: 2 });
  });

  it('adds up what images grew, whatever was removed meanwhile', () => {
    const target = rollups();
    for (const images of [10, 10, 30, 5, 25]) {
      target.add(moment(50, { images }));
      nowMs += MINUTE;
    }
    observe(target, 61, () => 50);
    expect(theHour()).toMatchObject({ imageBytesAdded: 40, images: { greatest: 30 } });
  });

  it('adds up by how much the layers and volumes of pods grew, a pod that is new with all it has', () => {
    const target = rollups();
    const look = (pods: Record<string, number>) => {
      const byPod = new Map(
        Object.entries(pods).map(([uid, bytes]) => [uid, { workload: `team/${uid.slice(0, 1)}`, bytes }])
      );
      target.add(moment(50), { layers: new Map(), volumes: new Map(), pods: new Map(), byPod });
      nowMs += MINUTE;
    };
    // Of the first look nobody knows when it was written.
    look({ a1: 500 });
    look({ a1: 700, b1: 30 });
    target.add(moment(50)); // The kubelet was not asked anew.
    look({ a1: 600, b1: 40, a2: 5 });
    look({ a2: 15 });
    observe(target, 65, () => 50);
    expect(theHour().written).toEqual([
      { namespace: 'team', workload: 'a', bytes: 200 + 5 + 10 },
      { namespace: 'team', workload: 'b', bytes: 30 + 10 },
    ]);
  });

  it('names the workloads that wrote most, of running and of finished containers', () => {
    const target = rollups();
    const log = (id: string, workload: string, bytes: number, bytesBefore = 0): LogSize => ({
      ...{ id, namespace: 'team', workload, bytes, bytesBefore },
    });
    sizes = [log('a', 'small', 10), log('b', 'big', 1000, 600)];
    target.add(moment(50));
    sizes = [log('a', 'small', 30), log('b', 'big', 1500, 600)];
    const finished = {
      ...{ id: 'c', namespace: 'team', workload: 'big', status: 'partial', bytesSeen: 100, bytesAcked: 60 },
    } as ContainerRecord;
    nowMs += MINUTE;
    target.add(moment(50));
    target.onContainer(finished, 0);
    observe(target, 65, () => 50);
    expect(theHour()).toMatchObject({
      ...{ logBytes: 1030, logBytesLost: 40, logs: { partial: 1 } },
      top: {
        logs: [
          { namespace: 'team', workload: 'big', bytes: 1000 },
          { namespace: 'team', workload: 'small', bytes: 30 },
        ],
      },
    });
  });
});

describe('a day', () => {
  it('is made of its hours', () => {
    nowMs = Date.parse('2026-11-23T00:00:00Z');
    const target = rollups();
    observe(target, 24 * 60 + 6, (minute) => (minute < 6 * 60 ? 20 : 60));
    expect(records('hour')).toHaveLength(24);
    expect(records('day')).toEqual([
      expect.objectContaining({
        ...{ id: 'node-a/rollup/day/2026-11-23T00:00:00.000000000Z', observedSeconds: 86_400 },
        nodefs: expect.objectContaining({
          bytes: expect.objectContaining({ least: 20 * GB, mean: 50 * GB, greatest: 60 * GB, filled: 40 * GB }),
        }),
      }),
    ]);
  });
});

describe('a restart', () => {
  it('costs what nobody observed, which the hour tells', () => {
    const first = rollups();
    observe(first, 20, () => 50);
    first.stop();
    nowMs += 10 * MINUTE;
    const second = rollups();
    observe(second, 36, () => 70);
    const hour = theHour();
    expect(hour).toMatchObject({ observedSeconds: 50 * 60, nodefs: { bytes: { filled: 20 * GB, mean: 62 * GB } } });
  });

  it('over the end of an hour writes it once', () => {
    const first = rollups();
    observe(first, 59, () => 50);
    first.stop();
    nowMs = START + 3 * HOUR;
    const second = rollups();
    observe(second, 6, () => 50);
    expect(records('hour').map(({ from, observedSeconds }) => [from, observedSeconds])).toEqual([
      ['2026-11-23T10:00:00.000000000Z', 59 * 60],
    ]);
  });

  it('sends what Loki had not acknowledged again, the same to the byte', () => {
    const first = rollups();
    observe(first, 66, () => 50);
    const atKill = kept; // no `stop`: it was killed
    const [sent] = written;
    expect(sent).toBeDefined();
    written = [];
    kept = atKill;
    const second = rollups();
    observe(second, 1, () => 90);
    expect(written.map(({ record }) => record)).toEqual([sent?.record]);
    written[0]?.settled?.();
    written = [];
    const third = rollups();
    observe(third, 2, () => 90);
    expect(written).toEqual([]);
  });

  it('with a state that cannot be read begins anew', () => {
    kept = '{"v":1,"hour"';
    const target = rollups();
    observe(target, 66, () => 50);
    expect(theHour().observedSeconds).toBe(3600);
  });
});
