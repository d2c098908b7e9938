import { fc } from '../../tests/testkit/fuzz';
import { type CapacityInput, parseChanges, reviewOf, type SettingChanges, type WhatIf } from '.';
import { containerRecordSchema, jobRecordSchema, podRecordSchema, RECORD_VERSION } from '../records';
import { disk, gc, GB, HOUR, input, MINUTE, rollup, START, tally, thresholds } from './testing/inputs';

const changesOf = (text: string): SettingChanges => {
  const changes = parseChanges(text);
  if ('code' in changes) {
    throw new Error(changes.code);
  }
  return changes;
};

function whatIf(changes: string | SettingChanges, more: Partial<CapacityInput>): WhatIf {
  const under = reviewOf(
    'node',
    input({ thresholds: [thresholds()], ...more }),
    typeof changes === 'string' ? changesOf(changes) : changes
  ).whatIf;
  if (under === null) {
    throw new Error('nothing was replayed');
  }
  return under;
}
const nodeOf = (under: WhatIf) => under.nodes[0];

/** A sample every five minutes of a disk of 100 GB, on which the kubelet reclaims from 85 GB on. */
const samples = (...usedGb: number[]) => usedGb.map((used, i) => disk(START + i * 5 * MINUTE, used));
const reclaim = (minute: number, more: Parameters<typeof gc>[1] = {}) =>
  gc(START + minute * MINUTE, {
    id: `gc/${minute}`,
    imageBytes: 30 * GB,
    images: [{ id: `image-${minute}`, bytes: 30 * GB }],
    ...more,
  });

/** 50 to 80 GB, a reclaim of 34 containers that frees 40 GB, 30 of them images, and the same once more. */
const twice = {
  disks: samples(50, 60, 70, 80, 40, 50, 60, 70, 80, 40),
  gcs: [reclaim(17), reclaim(42)],
};

describe('a greater disk', () => {
  test('is not filled to its threshold, and keeps what the reclaims removed', () => {
    // What stays adds up: 40, then 80 GB more than recorded; at most 85 + 40 = 125 GB of 200, and the threshold is 170.
    expect(nodeOf(whatIf('diskSize=200GB', twice))).toMatchObject({
      ...{ reclaims: { recorded: 2, avoided: 2, added: 0 }, containersKept: 68, containersRecorded: 68 },
      ...{ imageBytesRecorded: 60 * GB, imageBytesReplayed: 0 },
    });
  });

  test('that holds the first only reclaims what was kept with the second', () => {
    // The threshold is 102 GB: the first reclaim came at 85. With the 40 GB that it does not free use reaches it at 70 GB:
    // the second reclaim comes 7 min earlier, and finds 10 GB of images beside the 30 that were kept.
    expect(nodeOf(whatIf('diskSize=120GB', twice))).toMatchObject({
      ...{ reclaims: { recorded: 2, avoided: 1, added: 0 }, containersKept: 34, imageBytesReplayed: 40 * GB },
    });
  });

  test('holds an image once that the recorded kubelet removed, pulled again and removed', () => {
    const images = [40, 40, 40, 40, 10, 10, 40, 40, 40, 10];
    const disks = twice.disks.map((one, i) => ({ ...one, images: (images[i] ?? 0) * GB }));
    const gcs = [17, 42].map((minute) => reclaim(minute, { images: [{ id: 'same', bytes: 30 * GB }] }));
    // 40 GB more until minute 25, when use is 50 GB. Then the recorded kubelet has pulled the image: 10 GB more, the most is
    // 85 + 10 = 95 GB, and the threshold is 102.
    expect(nodeOf(whatIf('diskSize=120GB', { disks, gcs }))).toMatchObject({
      ...{ reclaims: { recorded: 2, avoided: 2, added: 0 }, imageBytesReplayed: 0 },
    });
  });

  test('keeps between as many of the lost logs as the other reclaims cannot have removed, and all', () => {
    const cases = [tally({ status: 'lost', count: 40 }), tally({ count: 3 }), tally({ status: 'lost', cause: 'C7' })];
    const first = { ...twice, gcs: [reclaim(17), reclaim(42, { containersTotal: 10 })], cases };
    expect(nodeOf(whatIf('diskSize=200GB', first))?.logsKept).toEqual({ atLeast: 40, atMost: 40 });
    // From 95 GB on: the second reclaim comes, and may have removed 10 of the 40.
    const under = nodeOf(
      whatIf(
        'imageGCHighThresholdPercent=100,evictionHard.imagefs.available=5%,evictionHard.nodefs.available=5%',
        first
      )
    );
    expect(under?.reclaims.avoided).toBe(1);
    expect(under?.logsKept).toEqual({ atLeast: 30, atMost: 34 });
  });
});

describe('image GC that begins earlier', () => {
  test('comes before the reclaim, and costs no more images than that removed', () => {
    // At 70 GB it is reached, five minutes later it goes from 80 down to 60; the reclaim would come at 85 - 20.
    const once = { disks: samples(50, 60, 70, 80, 40), gcs: [reclaim(17)] };
    const same = { disks: once.disks.map((one) => ({ ...one, images: 35 * GB })), gcs: once.gcs };
    expect(nodeOf(whatIf('imageGCHighThresholdPercent=65,imageGCLowThresholdPercent=60', same))).toMatchObject({
      ...{ reclaims: { recorded: 1, avoided: 1, added: 0 }, imageGcs: { recorded: 0, avoided: 0, added: 1 } },
      ...{ imageBytesRecorded: 30 * GB, imageBytesReplayed: 20 * GB },
    });
  });

  test('cannot remove images that were pulled only afterwards', () => {
    // There was no image five minutes after the threshold was passed.
    const late = samples(50, 60, 70, 80, 40).map((one) => ({ ...one, images: 0 }));
    const under = nodeOf(whatIf('imageGCHighThresholdPercent=65', { disks: late, gcs: [reclaim(17)] }));
    expect(under).toMatchObject({ reclaims: { avoided: 0 }, imageGcs: { added: 0 } });
  });

  test('does not come before a disk that fills within five minutes', () => {
    const fast = { disks: [disk(START, 50), disk(START + 16 * MINUTE, 70), disk(START + 18 * MINUTE, 40)] };
    const under = nodeOf(whatIf('imageGCHighThresholdPercent=60', { ...fast, gcs: [reclaim(17)] }));
    expect(under).toMatchObject({ reclaims: { recorded: 1, avoided: 0 }, imageGcs: { added: 0 } });
  });

  test('a threshold that is raised avoids runs that were recorded, not those by the age of images', () => {
    const runs = [
      reclaim(17, { trigger: 'image-gc', containersTotal: 0, usagePercent: 86 }),
      reclaim(42, { trigger: 'image-gc', containersTotal: 0 }),
    ];
    const under = nodeOf(whatIf('imageGCHighThresholdPercent=90', { disks: twice.disks, gcs: runs }));
    expect(under?.imageGcs).toEqual({ recorded: 2, avoided: 1, added: 0 });
  });
});

test('an eviction threshold that is reached earlier brings a reclaim of its own', () => {
  // Beyond 55 GB at the third sample; what was recorded at 85 did not happen here.
  const under = nodeOf(whatIf('evictionHard.nodefs.available=45%', { disks: samples(50, 54, 70, 50), gcs: [] }));
  expect(under?.reclaims).toEqual({ recorded: 0, avoided: 0, added: 1 });
});

test('one that only comes earlier is not counted twice', () => {
  const under = nodeOf(
    whatIf('evictionHard.nodefs.available=25%', { disks: samples(50, 60, 70, 80, 40), gcs: [reclaim(17)] })
  );
  expect(under?.reclaims).toEqual({ recorded: 1, avoided: 0, added: 0 });
});

test('reclaims for inodes or memory stay', () => {
  const gcs = [reclaim(17, { resource: 'inodes' }), reclaim(42, { resource: 'memory', imageBytes: 0, images: [] })];
  expect(nodeOf(whatIf('diskSize=200GB', { ...twice, gcs }))?.reclaims.avoided).toBe(0);
});

test('hours are replayed with their greatest use', () => {
  const rollups = [0, 1].map((hour) => rollup(START + hour * HOUR, { p95: 80, greatest: 88, last: 40 }));
  // The threshold is 102 GB; what 30 GB of images that were not removed add is beyond it in the second hour.
  const under = whatIf('diskSize=120GB', { rollups, gcs: [reclaim(17), reclaim(77)] });
  expect(nodeOf(under)).toMatchObject({ reclaims: { recorded: 2, avoided: 1, added: 0 }, containersKept: 34 });
  expect(nodeOf(whatIf('diskSize=150GB', { rollups, gcs: [reclaim(17), reclaim(77)] }))).toMatchObject({
    ...{ reclaims: { recorded: 2, avoided: 2, added: 0 }, containersKept: 68, hasRollups: true },
  });
  expect(under.assumptions).toContainEqual({ code: 'what-if-assumes-rollups' });
});

test('what no record tells is not replayed, and said', () => {
  const without = whatIf('diskSize=120GB', { ...twice, thresholds: [] });
  expect(without.nodes).toEqual([]);
  expect(without.summary).toEqual({ code: 'what-if-no-disk' });
  expect(without.assumptions).toContainEqual({ code: 'what-if-left', nodes: ['node-a'] });
  const split = { ...twice, disks: twice.disks.map((one) => ({ ...one, layout: 'split' as const })) };
  expect(whatIf('diskSize=120GB', split).nodes).toEqual([]);
});

describe('settings of logs', () => {
  test('rotation keeps logs that fit into all files but one', () => {
    const log = (workload: string, mib: number) =>
      containerRecordSchema.parse({
        ...{ v: RECORD_VERSION, kind: 'container', id: workload, cluster: 'c1', node: 'node-a', namespace: 'shop' },
        ...{ pod: 'p', podUid: 'u', container: 'main', restart: 0, containerId: null, workload, job: null },
        ...{ linesSeen: 1, linesAcked: 1, bytesSeen: mib * 2 ** 20, bytesAcked: 1, ended: true, gaps: [], left: null },
        ...{ firstTime: null, lastTime: null, rotatedAway: null, status: 'complete', final: true },
      });
    const cases = ['small', 'large', 'other'].map((workload, i) => tally({ workload, cause: 'C15', count: i + 1 }));
    const familyRecords = { pods: [], jobs: [], containers: [log('small', 200), log('large', 201)] };
    // Four files of 50 MiB.
    const under = whatIf('containerLogMaxSize=50Mi', { cases, familyRecords });
    expect(under.rotation).toEqual({ cases: 6, kept: 1, unknown: 3 });
    expect(whatIf('diskSize=1TB', { cases, familyRecords }).rotation).toBeNull();
  });

  test('a TTL keeps logs of Jobs with a shorter one', () => {
    const pod = podRecordSchema.parse({
      ...{ v: RECORD_VERSION, kind: 'pod', cluster: 'c1', id: 'p', namespace: 'shop', pod: 'report-1-abcde' },
      ...{ workload: 'report', job: 'report-1', phase: 'Succeeded', final: true },
    });
    const job = jobRecordSchema.parse({
      ...{ v: RECORD_VERSION, kind: 'job', cluster: 'c1', id: 'j', namespace: 'shop', job: 'report-1' },
      ...{ result: 'complete', final: true, ttlSecondsAfterFinished: 600 },
    });
    const cases = [tally({ cause: 'C7', count: 4 }), tally({ cause: 'C7', workload: 'other', count: 2 })];
    const familyRecords = { pods: [pod], jobs: [job], containers: [] };
    expect(whatIf('ttlSecondsAfterFinished=3600', { cases, familyRecords }).ttl).toEqual({
      cases: 6,
      kept: 4,
      unknown: 2,
    });
    expect(whatIf('ttlSecondsAfterFinished=60', { cases, familyRecords }).ttl).toEqual({
      cases: 6,
      kept: 0,
      unknown: 2,
    });
  });
});

describe('whatever was recorded', () => {
  const history = fc
    .array(
      fc.record({
        gb: fc.integer({ min: 1, max: 99 }),
        removed: fc.option(
          fc.record({
            isReclaim: fc.boolean(),
            gb: fc.integer({ min: 0, max: 40 }),
            usagePercent: fc.option(fc.integer({ min: 1, max: 100 }), { nil: undefined }),
          })
        ),
      }),
      { minLength: 1, maxLength: 40 }
    )
    .map((steps) => ({
      disks: samples(...steps.map(({ gb }) => gb)),
      gcs: steps.flatMap(({ removed }, i) =>
        removed === null
          ? []
          : reclaim(i * 5 + 2, {
              ...{ trigger: removed.isReclaim ? 'eviction' : 'image-gc', imageBytes: removed.gb * GB },
              ...(removed.usagePercent !== undefined && { usagePercent: removed.usagePercent }),
            })
      ),
    }));
  const count = (list: ReadonlyArray<{ trigger: string }>, trigger: string) =>
    list.filter((one) => one.trigger === trigger).length;

  test('without a change all of it happens again, and nothing else', () => {
    fc.assert(
      fc.property(history, (recorded) => {
        const settings = thresholds();
        const same = { diskBytes: 100 * GB, imageGcHighPercent: 85, evictionHard: settings.evictionHard };
        const under = nodeOf(whatIf(same, recorded));
        const [reclaims, runs] = [count(recorded.gcs, 'eviction'), count(recorded.gcs, 'image-gc')];
        if (reclaims + runs > 0) {
          expect(under).toMatchObject({
            reclaims: { recorded: reclaims, avoided: 0, added: 0 },
            imageGcs: { recorded: runs, avoided: 0, added: 0 },
            containersKept: 0,
          });
          expect(under?.imageBytesReplayed).toBe(under?.imageBytesRecorded);
        } else {
          expect(under).toBeUndefined();
        }
      })
    );
  });

  test('on a disk without end nothing is reclaimed, and no more is avoided than there was', () => {
    fc.assert(
      fc.property(history, fc.integer({ min: 10, max: 1000 }), (recorded, gb) => {
        const reclaims = count(recorded.gcs, 'eviction');
        expect(nodeOf(whatIf('diskSize=1000TB', recorded))?.reclaims ?? { avoided: 0, added: 0 }).toMatchObject({
          ...{ avoided: reclaims, added: 0 },
        });
        const under = nodeOf(whatIf(`diskSize=${gb}GB,imageGCHighThresholdPercent=50`, recorded));
        expect(under?.reclaims.avoided ?? 0).toBeLessThanOrEqual(reclaims);
        expect(under?.imageGcs.avoided ?? 0).toBeLessThanOrEqual(count(recorded.gcs, 'image-gc'));
        expect(under?.imageBytesReplayed ?? 0).toBeGreaterThanOrEqual(0);
        expect(under?.reclaims.added ?? 0).toBeGreaterThanOrEqual(0);
      })
    );
  });
});

describe('settings to replay', () => {
  test.each([
    ['diskSize=6GB', { diskBytes: 6e9 }],
    ['diskSize=6GiB', { diskBytes: 6 * 2 ** 30 }],
    ['imageGCHighThresholdPercent=70, containerLogMaxFiles=3', { imageGcHighPercent: 70, containerLogMaxFiles: 3 }],
    ['evictionHard.nodefs.available=0%', { evictionHard: { 'nodefs.available': '0%' } }],
  ])('%s', (text, changes) => {
    expect(parseChanges(text)).toEqual({ evictionHard: {}, ...changes });
  });

  test.each([
    ['disk=6GB', { code: 'what-if-unknown-key', key: 'disk' }],
    ['', { code: 'what-if-unknown-key', key: '' }],
    ['toString=1', { code: 'what-if-unknown-key', key: 'toString' }],
    ['diskSize', { code: 'what-if-invalid-value', key: 'diskSize', value: '' }],
    ['diskSize=big', { code: 'what-if-invalid-value', example: '200GB' }],
    ['imageGCHighThresholdPercent=120', { code: 'what-if-invalid-value' }],
    ['imageGCHighThresholdPercent=60,imageGCLowThresholdPercent=60', { key: 'imageGCLowThresholdPercent' }],
    ['evictionHard.nodefs.available=ten', { key: 'evictionHard.nodefs.available' }],
    ['containerLogMaxFiles=1', { key: 'containerLogMaxFiles' }],
    ['ttlSecondsAfterFinished=1h', { key: 'ttlSecondsAfterFinished' }],
  ])('%s is refused', (text, problem) => {
    expect(parseChanges(text)).toMatchObject(problem);
  });
});

test('a threshold without its low one says which is assumed', () => {
  const under = whatIf('imageGCHighThresholdPercent=70', twice);
  expect(under.assumptions).toContainEqual({ code: 'what-if-assumes-low', low: 65 });
});
