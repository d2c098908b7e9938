import { diskRecordSchema, type DiskRecord, thresholdsRecordSchema, type ThresholdsRecord } from '../records';
import { defaultThresholds } from '../thresholds';
import { type CaseInput, casesOf as codedCasesOf } from './index';
import { withTexts } from './testing/words';
import { containerId, gc, containerRecord, left, pod, t } from './testing/records';

const GB = 1e9;
const filesystem = (available: number) => ({
  ...{ capacity: 2.9 * GB, available: available * GB, used: (2.9 - available) * GB },
  ...{ inodes: 1000, inodesFree: 900 },
});

function disk(clock: string, available: number, more: Partial<DiskRecord> = {}): DiskRecord {
  return diskRecordSchema.parse({
    ...{ v: 2, kind: 'disk', id: `node-a/disk/${clock}`, cluster: 'c1', node: 'node-a', time: t(clock) },
    ...{ layout: 'single', layoutFrom: 'devices', nodefs: filesystem(available), imagefs: null, logs: null },
    ...{ images: null, layers: null, pods: [], atRisk: null, nearest: null },
    ...more,
  });
}

function thresholds(clock: string, more: Partial<ThresholdsRecord> = {}): ThresholdsRecord {
  return thresholdsRecordSchema.parse({
    ...{ v: 2, kind: 'thresholds', id: 'node-a/thresholds', cluster: 'c1', node: 'node-a', time: t(clock) },
    ...defaultThresholds('v1.30.1'),
    ...{ source: 'configz' },
    ...more,
  });
}

type Case = ReturnType<typeof withTexts>;
const casesOf = (input: CaseInput): Case[] => codedCasesOf(input).map(withTexts);

function only(input: CaseInput): Case {
  const cases = casesOf({
    containers: [containerRecord({ containerId: containerId(1), left: left('12:20:00') })],
    pods: [pod()],
    gcs: [gc('12:20:00', [1])],
    ...input,
  });
  expect(cases).toHaveLength(1);
  return cases[0] as Case;
}
const evidence = (input: CaseInput, source: string) =>
  only(input)
    .evidence.filter((one) => one.source === source)
    .map(({ at, text }) => `${at?.slice(11, 19) ?? '-'} ${text}`);

test('a reclaim cites the last sample of the disk before it, against the threshold in force', () => {
  const disks = [disk('12:15:00', 1), disk('12:19:50', 0.232), disk('12:20:10', 1.5)];
  expect(evidence({ disks, thresholds: [thresholds('09:00:00')] }, 'disk')).toEqual([
    '12:19:50 imagefs at 92 % (0.2 of 2.9 GB free); the kubelet reclaims at 85 % (imagefs.available < 15%), read from /configz',
  ]);
});

test('it cites the settings of the kubelet, and whether they were read or assumed', () => {
  expect(evidence({ thresholds: [thresholds('09:00:00')] }, 'kubelet configuration')).toEqual([
    '- image GC begins at 85 % of use and ends at 80 %; a reclaim begins at nodefs.available < 10%, nodefs.inodesFree < 5%, imagefs.available < 15%, imagefs.inodesFree < 5%; read from /configz',
  ]);
  const assumed = thresholds('09:00:00', { source: 'assumed', reason: 'it answered 403' });
  expect(evidence({ thresholds: [assumed] }, 'kubelet configuration')[0]).toContain(
    '; default values, the configuration was not read'
  );
});

test('it names the pod that used most', () => {
  const pods = [{ namespace: 'ns', name: 'fill', uid: 'u', bytes: 1.2 * GB }];
  expect(evidence({ disks: [disk('12:19:50', 0.2, { pods })] }, 'disk')).toContain(
    '12:19:50 of the running pods ns/fill used most: 1.2 GB'
  );
});

test('inodes are told as inodes', () => {
  const nodefs = { ...filesystem(2), inodesFree: 30 };
  expect(evidence({ disks: [disk('12:19:50', 2, { nodefs })], thresholds: [thresholds('09:00:00')] }, 'disk')).toEqual([
    '12:19:50 nodefs at 97 % of its inodes used (30 free); the kubelet reclaims at 95 % (nodefs.inodesFree < 5%), read from /configz',
  ]);
});

test('nothing is said where nothing was measured then', () => {
  expect(evidence({ disks: [disk('12:05:00', 0.2), disk('12:21:00', 0.2)] }, 'disk')).toEqual([]);
  expect(only({}).settings).toEqual([]);
});

test('the settings that decided are those in force at that time', () => {
  const { settings } = only({
    thresholds: [
      thresholds('09:00:00', { imageGcHighPercent: 70 }),
      thresholds('12:30:00', { imageGcHighPercent: 60 }),
    ],
  });
  expect(settings).toContainEqual({ name: 'imageGCHighThresholdPercent', value: '70', from: 'kubelet' });
  expect(settings).toContainEqual({ name: 'evictionHard.imagefs.available', value: '15%', from: 'kubelet' });
});
