import { type CapacityInput, type Finding, reviewOf } from '.';
import {
  type ContainerRecord,
  containerRecordSchema,
  type JobRecord,
  jobRecordSchema,
  type PodRecord,
  podRecordSchema,
  RECORD_VERSION,
  type RollupRecord,
} from '../records';
import { ENGLISH } from '../messages';
import { disk, evicted, gc, GB, HOUR, input, iso, rollup, START, tally, thresholds } from './testing/inputs';

const GIB = 2 ** 30;
const DAY = 24 * HOUR;
/** Image GC begins early here, so that it is no finding. */
const settings = (more: Parameters<typeof thresholds>[0] = {}) =>
  thresholds({ imageGcHighPercent: 70, imageMaximumGcAgeSeconds: null, ...more });

/** One reclaim on a node of 100 GB, unless more is given. */
const findings = (more: Partial<CapacityInput> = {}): Finding[] =>
  reviewOf('node', input({ disks: [disk(START, 50)], gcs: [gc(START + HOUR)], thresholds: [settings()], ...more }))
    .findings;
const named = (list: readonly Finding[], code: string) => list.find(({ evidence }) => evidence.code === code);

const podOf = (more: Partial<PodRecord> = {}): PodRecord =>
  podRecordSchema.parse({
    ...{ v: RECORD_VERSION, kind: 'pod', cluster: 'c1', id: 'p', namespace: 'shop', pod: 'report-1-abcde' },
    ...{ node: 'node-a', workload: 'report', job: 'report-1', phase: 'Succeeded', final: true },
    containers: [{ name: 'main', state: 'terminated' }],
    ...more,
  });
const jobOf = (more: Partial<JobRecord> = {}): JobRecord =>
  jobRecordSchema.parse({
    ...{ v: RECORD_VERSION, kind: 'job', cluster: 'c1', id: 'j', namespace: 'shop', job: 'report-1' },
    ...{ result: 'complete', final: true, ...more },
  });
const records = (pods: PodRecord[], jobs: JobRecord[] = [], containers: ContainerRecord[] = []) => ({
  familyRecords: { pods, jobs, containers },
});
const topOf = (what: keyof RollupRecord['top'], bytes: number): RollupRecord => {
  const hour = rollup(START, { p95: 1, greatest: 1, last: 1 });
  return { ...hour, top: { ...hour.top, [what]: [{ namespace: 'shop', workload: 'report', bytes }] } };
};

describe('order of thresholds', () => {
  test('image GC does not come before the reclaim: with what to paste', () => {
    expect(named(findings({ thresholds: [thresholds()] }), 'capacity-late-image-gc')).toEqual({
      ...{ cluster: 'c1', nodes: ['node-a'], family: null, unknown: null },
      evidence: { code: 'capacity-late-image-gc', high: 85, signal: 'imagefs.available', reclaimPercent: 85 },
      effect: { code: 'capacity-late-image-gc-effect', wantedHigh: 75, leadPercent: 10 },
      paste:
        'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n' +
        'imageGCHighThresholdPercent: 75\nimageGCLowThresholdPercent: 70\n',
    });
  });

  test('thresholds in bytes and soft ones count by the size of the disk', () => {
    // 30 GB of 100 must be free: a reclaim from 70 % on.
    const soft = thresholds({ evictionSoft: { 'nodefs.available': '30G' } });
    expect(named(findings({ thresholds: [soft] }), 'capacity-late-image-gc')).toMatchObject({
      evidence: { signal: 'nodefs.available', reclaimPercent: 70 },
      effect: { wantedHigh: 60 },
    });
  });

  test.each([
    ['image GC begins before', { thresholds: [settings()] }],
    ['nothing was reclaimed', { thresholds: [thresholds()], gcs: [] }],
    ['the settings are assumed', { thresholds: [thresholds({ source: 'assumed' })] }],
    ['the settings are not known', { thresholds: [] }],
    ['pressure deletes images only', { thresholds: [thresholds()], disks: [{ ...disk(START, 50), layout: 'split' }] }],
  ] satisfies Array<[string, Partial<CapacityInput>]>)('is no finding where %s', (_, more) => {
    expect(named(findings(more), 'capacity-late-image-gc')).toBeUndefined();
  });

  test('is one finding for nodes with the same', () => {
    const found = findings({
      nodes: ['node-a', 'node-b'].map((node) => ({ cluster: 'c1', node })),
      disks: [disk(START, 50), disk(START, 60, 'node-b')],
      gcs: [gc(START + HOUR), gc(START + HOUR, { id: 'b', node: 'node-b' })],
      thresholds: [thresholds(), { ...thresholds(), id: 'node-b/thresholds', node: 'node-b' }],
    });
    expect(named(found, 'capacity-late-image-gc')?.nodes).toEqual(['node-a', 'node-b']);
  });
});

test('a partial evictionHard switches signals off', () => {
  const found = findings({ thresholds: [settings({ evictionHard: { 'nodefs.available': '12%' } })] });
  const finding = named(found, 'capacity-missing-signals');
  expect(finding?.evidence).toMatchObject({
    signals: ['memory.available', 'nodefs.inodesFree', 'imagefs.available', 'imagefs.inodesFree'],
  });
  expect(finding?.paste).toContain('  nodefs.available: "12%"\n  nodefs.inodesFree: "5%"\n');
});

describe('images', () => {
  test('that were unused until the disk was full could go by age', () => {
    const found = findings({ thresholds: [settings({ imageMaximumGcAgeSeconds: 0 })] });
    expect(named(found, 'capacity-image-max-age')).toMatchObject({
      ...{ evidence: { images: 1, bytes: GB }, unknown: { code: 'capacity-unknown-images' } },
      paste: expect.stringContaining('imageMaximumGCAge: 192h\n') as string,
    });
    const none = { gcs: [gc(START + HOUR, { images: [], imageBytes: 0 })] };
    const off = settings({ imageMaximumGcAgeSeconds: 0 });
    expect(named(findings({ thresholds: [off], ...none }), 'capacity-image-max-age')).toBeUndefined();
    const old = settings({ imageMaximumGcAgeSeconds: 0, kubeletVersion: 'v1.29.4' });
    expect(named(findings({ thresholds: [old] }), 'capacity-image-max-age')).toBeUndefined();
  });

  test('that no reclaim removed are kept by a long least age', () => {
    const long = settings({ imageMinimumGcAgeSeconds: 3600 });
    const none = { gcs: [gc(START + HOUR, { images: [], imageBytes: 0 })] };
    expect(named(findings({ thresholds: [long], ...none }), 'capacity-image-min-age')).toMatchObject({
      evidence: { durationMs: HOUR, passes: 1 },
      paste: expect.stringContaining('imageMinimumGCAge: 2m\n') as string,
    });
    expect(named(findings({ thresholds: [long] }), 'capacity-image-min-age')).toBeUndefined();
    expect(named(findings(none), 'capacity-image-min-age')).toBeUndefined();
  });

  test('are what fills the disk where they are most of it', () => {
    // Of 3 hours with 2 GB filled each.
    const hours = (added: number) =>
      [0, 1, 2].map((hour) => ({
        ...rollup(START + hour * HOUR, { p95: 1, greatest: 1, last: 1 }),
        ...{ imageBytesAdded: added, imagesRemovedAgain: hour },
      }));
    const small = { capacity: 10 * GB, filled: 2 * GB };
    const shrunk = (added: number) =>
      hours(added).map((hour) => ({
        ...hour,
        nodefs: hour.nodefs && { ...hour.nodefs, bytes: { ...hour.nodefs.bytes, ...small } },
      }));
    expect(named(findings({ disks: [], rollups: shrunk(1.5 * GB) }), 'capacity-image-churn')).toMatchObject({
      ...{ evidence: { bytes: 4.5 * GB, percent: 75, again: 3 }, paste: '' },
      unknown: { code: 'capacity-unknown-pullers' },
    });
    expect(named(findings({ disks: [], rollups: shrunk(0.9 * GB) }), 'capacity-image-churn')).toBeUndefined();
    // 4.5 of 100 GB are no churn.
    expect(named(findings({ disks: [], rollups: hours(1.5 * GB) }), 'capacity-image-churn')).toBeUndefined();
  });
});

describe('log rotation', () => {
  const rotated = { cases: [tally({ cause: 'C15', count: 3 })] };

  test('that shortened logs of an unknown size is doubled', () => {
    expect(named(findings(rotated), 'capacity-rotation')).toMatchObject({
      evidence: { containers: 3, workloads: ['shop/report'], maxBytes: 10_485_760, files: 5, largestBytes: null },
      // Just after the newest of five files began there are four.
      effect: { keptBytes: 4 * 20_971_520, beforeBytes: 4 * 10_485_760 },
      unknown: { code: 'capacity-unknown-log-sizes' },
      paste: expect.stringContaining('containerLogMaxSize: 20Mi\ncontainerLogMaxFiles: 5\n') as string,
    });
  });

  test('is made to hold the largest log that was read, with its rate', () => {
    const log = containerRecordSchema.parse({
      ...{ v: RECORD_VERSION, kind: 'container', id: 'x', cluster: 'c1', node: 'node-a', namespace: 'shop' },
      ...{ pod: 'report-1-abcde', podUid: 'u', container: 'main', restart: 0, containerId: null, workload: 'report' },
      ...{ job: null, linesSeen: 1, linesAcked: 1, bytesSeen: 200 * 2 ** 20, bytesAcked: 1, ended: true, gaps: [] },
      ...{ firstTime: iso(START), lastTime: iso(START + HOUR / 2), left: null, status: 'complete', final: true },
      rotatedAway: { files: 1, lines: 1, bytes: 1, from: null, to: null },
    });
    expect(named(findings({ ...rotated, ...records([], [], [log]) }), 'capacity-rotation')).toMatchObject({
      evidence: { largestBytes: 200 * 2 ** 20, bytesPerHour: 400 * 2 ** 20 },
      // 200 MiB in four files.
      paste: expect.stringContaining('containerLogMaxSize: 50Mi\n') as string,
      unknown: null,
    });
  });
});

describe('requests and limits', () => {
  const low = (used: string) =>
    `The node was low on resource: ephemeral-storage. Threshold quantity: 309412663, available: 0. ${used}`;

  test.each([
    low('Container main was using 819252Ki, request is 0, has larger consumption of ephemeral-storage. '),
    low('Container main was using 819252Ki, which exceeds its request of 0. '),
  ])('pods that were evicted above their request: %s', (message) => {
    const pods = [evicted('a', START + HOUR, message), { ...evicted('b', START + HOUR, message), node: 'node-b' }];
    expect(named(findings({ pods }), 'capacity-evicted')).toEqual({
      ...{ cluster: 'c1', nodes: ['node-a', 'node-b'], family: { namespace: 'shop', name: 'report' } },
      evidence: {
        ...{ code: 'capacity-evicted', workload: 'shop/report', container: 'main', pods: 2 },
        ...{ usedBytes: 819_252 * 1024, requestBytes: 0 },
      },
      // A fifth more is 960.06 MiB, in steps of 16.
      effect: { code: 'capacity-request-effect', bytes: 976 * 2 ** 20 },
      unknown: { code: 'capacity-unknown-need' },
      paste: [
        '# pod template of shop/report',
        'spec:',
        '  containers:',
        '    - name: main',
        '      resources:',
        '        requests:',
        '          ephemeral-storage: 976Mi',
        '        limits:',
        '          ephemeral-storage: 976Mi',
        '',
      ].join('\n'),
    });
  });

  test('pods that were evicted below their request are no finding', () => {
    const message = low('Container main was using 1Mi, request is 2Mi, has larger consumption of ephemeral-storage. ');
    expect(named(findings({ pods: [evicted('a', START + HOUR, message)] }), 'capacity-evicted')).toBeUndefined();
  });

  test.each([
    [
      'Container main exceeded its local ephemeral storage limit "1Gi". ',
      'container',
      'main',
      'ephemeral-storage: 2Gi',
    ],
    [
      'Pod ephemeral local storage usage exceeds the total limit of containers 1Gi. ',
      'pod',
      '',
      'ephemeral-storage: 2Gi',
    ],
    ['Usage of EmptyDir volume "cache" exceeds the limit "1Gi". ', 'volume', 'cache', 'sizeLimit: 2Gi'],
  ])('pods that exceeded their own limit: %s', (message, what, name, paste) => {
    const pod = {
      ...evicted('a', START + HOUR, message),
      ...{ job: 'report-1', containers: podOf().containers.map((one) => ({ ...one, storageLimit: '1Gi' })) },
    };
    const finding = named(findings({ pods: [pod] }), 'capacity-own-limit');
    expect(finding?.evidence).toMatchObject({ what, name, limit: '1Gi', pods: 1 });
    expect(finding?.paste).toContain('kind: Job\nmetadata:\n  name: report\n  namespace: shop\nspec:\n  template:\n');
    expect(finding?.paste).toContain(paste);
  });

  test('a pod that comes near its limit', () => {
    const containers = podOf().containers.map((one) => ({ ...one, storageLimit: '10Gi' }));
    const found = findings({ rollups: [topOf('pods', 9 * GIB)], ...records([podOf({ containers })]) });
    expect(named(found, 'capacity-near-limit')?.evidence).toMatchObject({ percent: 90, limitBytes: 10 * GIB });
    // Of two containers only one has a limit: then the kubelet adds nothing up.
    const two = podOf({
      containers: [...containers, { ...podOf().containers[0], name: 'b' }] as PodRecord['containers'],
    });
    expect(
      named(findings({ rollups: [topOf('pods', 9 * GIB)], ...records([two]) }), 'capacity-near-limit')
    ).toBeUndefined();
  });

  test('a large pod without a request', () => {
    const large = { rollups: [topOf('pods', 6 * GB)], disks: [] };
    expect(named(findings({ ...large, ...records([podOf()]) }), 'capacity-no-request')).toMatchObject({
      evidence: { containers: ['main'], bytes: 6 * GB, percent: 6 },
      paste: expect.stringContaining('kind: Job\n') as string,
    });
    const containers = podOf().containers.map((one) => ({ ...one, storageRequest: '5Gi' }));
    expect(named(findings({ ...large, ...records([podOf({ containers })]) }), 'capacity-no-request')).toBeUndefined();
    // What nobody read is not claimed.
    expect(named(findings(large), 'capacity-no-request')).toBeUndefined();
    const quiet = { rollups: large.rollups.map((hour) => ({ ...hour, reclaims: 0 })), gcs: [], disks: [] };
    expect(named(findings({ ...quiet, ...records([podOf()]) }), 'capacity-no-request')).toBeUndefined();
  });
});

describe('what fills the disk', () => {
  test('volumes belong on a disk of their own', () => {
    const found = findings({ rollups: [topOf('volumes', 8 * GB)], disks: [] });
    expect(named(found, 'capacity-volumes')).toMatchObject({
      evidence: { bytes: 8 * GB, percent: 8 },
      unknown: { code: 'capacity-unknown-storage-class' },
      paste: expect.stringContaining('volumeClaimTemplate:\n') as string,
    });
    expect(named(findings({ rollups: [topOf('volumes', 4 * GB)], disks: [] }), 'capacity-volumes')).toBeUndefined();
  });

  test('layers belong in an emptyDir with a limit, and on which disk that is', () => {
    const pod = podOf({ cronJob: 'nightly' });
    const found = findings({ rollups: [topOf('layers', 8 * GB)], disks: [], ...records([pod]) });
    const finding = named(found, 'capacity-layers');
    expect(finding?.effect).toMatchObject({ isDedicated: false });
    expect(finding?.paste).toBe(
      [
        'apiVersion: batch/v1',
        'kind: CronJob',
        'metadata:',
        '  name: nightly',
        '  namespace: shop',
        'spec:',
        '  jobTemplate:',
        '    spec:',
        '      template:',
        '        spec:',
        '          containers:',
        '            - name: main',
        '              volumeMounts:',
        '                - name: scratch',
        '                  mountPath: /tmp # where the container writes',
        '          volumes:',
        '            - name: scratch',
        '              emptyDir:',
        // 8 GB are 7.45 GiB, a fifth more 8.94.
        '                sizeLimit: 9Gi',
        '',
      ].join('\n')
    );
  });
});

describe('how long Jobs are kept', () => {
  test('a TTL that is shorter than logs are looked up, which nobody knows', () => {
    const cases = [tally({ cause: 'C7', count: 9 })];
    const known = (ttlSecondsAfterFinished: number | null) => records([podOf()], [jobOf({ ttlSecondsAfterFinished })]);
    expect(named(findings({ cases, ...known(600) }), 'capacity-ttl')).toMatchObject({
      ...{ evidence: { removed: 9, seconds: 600 }, unknown: { code: 'capacity-unknown-lookups', durationMs: DAY } },
      paste: expect.stringContaining('spec:\n  ttlSecondsAfterFinished: 86400\n') as string,
    });
    expect(named(findings({ cases, ...known(90_000) }), 'capacity-ttl')).toBeUndefined();
    expect(named(findings({ cases, ...known(null) }), 'capacity-ttl')).toBeUndefined();
    expect(named(findings({ cases }), 'capacity-ttl')).toBeUndefined();
  });

  test('history limits, by how many Jobs a day there are', () => {
    const cronJob = {
      ...{ name: 'nightly', uid: 'u', schedule: null, concurrencyPolicy: null },
      ...{ successfulHistoryLimit: 3, failedHistoryLimit: 1 },
    };
    // A day of one Job an hour, of one container each: three are kept for three hours.
    const known = records([podOf({ cronJob: 'nightly' })], [jobOf({ cronJob })]);
    const found = findings({ cases: [tally({ cause: 'C8', count: 24 })], ...known });
    expect(named(found, 'capacity-history')).toMatchObject({
      evidence: { removed: 24, successful: 3, failed: 1, durationMs: 3 * HOUR },
      effect: { limit: 24, durationMs: DAY },
      paste: expect.stringContaining(
        'spec:\n  successfulJobsHistoryLimit: 24\n  failedJobsHistoryLimit: 24\n'
      ) as string,
    });
    expect(
      named(findings({ cases: [tally({ cause: 'C8', count: 3 })], ...known }), 'capacity-history')
    ).toBeUndefined();
  });

  test('no TTL where logs of terminated containers take up a part of the disk', () => {
    const dead = { disks: [{ ...disk(START, 50), logs: { live: 0, dead: 5 * GB } }] };
    const cases = [tally({ cause: 'C1', count: 9 })];
    expect(
      named(findings({ ...dead, cases, ...records([podOf()], [jobOf()]) }), 'capacity-no-ttl')?.evidence
    ).toMatchObject({ removed: 9, bytes: 5 * GB, percent: 5 });
    const kept = records([podOf()], [jobOf({ ttlSecondsAfterFinished: 60 })]);
    expect(named(findings({ ...dead, cases, ...kept }), 'capacity-no-ttl')).toBeUndefined();
    expect(named(findings({ cases, ...records([podOf()], [jobOf()]) }), 'capacity-no-ttl')).toBeUndefined();
  });
});

test('every finding has a sentence, and every paste is of one indentation', () => {
  const found = findings({ thresholds: [thresholds()], rollups: [topOf('volumes', 8 * GB)], disks: [] });
  expect(found.length).toBeGreaterThan(1);
  for (const { evidence, effect, paste } of found) {
    expect(ENGLISH.render(evidence)).toMatch(/\.$/);
    expect(ENGLISH.render(effect)).toMatch(/\.$/);
    expect(paste).toMatch(/^(?:(?: {2})*\S.*\n)+$/);
  }
});
