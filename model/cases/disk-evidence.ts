import type { DiskRecord, ThresholdsRecord } from '../records';
import { defaultThresholds, signalStates } from '../thresholds';
import type { Evidence } from './case';
import type { Facts } from './facts';
import type { Subject } from './subject';

/** A pod that uses less of the disk than this explains nothing. */
const WORTH_NAMING = 0.05;
/** A disk with so little room before its threshold may cross it within a minute, */
const NEAR = 0.1;
/** and one with so much does not. Parts of the capacity. */
const FAR = 0.3;
/** A sample that is younger may have been taken in the middle of the reclaim, when images were removed already. */
const RECLAIMING = 5000;

const DEFAULTS = defaultThresholds(null).evictionHard;

/** How near the disk was to a threshold whose crossing removes containers; undefined where nothing was measured. */
function nearestFraction({ cluster, node }: Subject, moment: number, facts: Facts): number | undefined {
  const disk = facts.measurements.diskBefore(cluster, node, moment - RECLAIMING);
  const thresholds = facts.measurements.thresholdsAt(cluster, node, moment)?.evictionHard ?? DEFAULTS;
  return disk && signalStates(disk, thresholds).find(({ deletesContainers }) => deletesContainers)?.fraction;
}

export const isNearThreshold = (subject: Subject, moment: number, facts: Facts): boolean =>
  (nearestFraction(subject, moment, facts) ?? Infinity) < NEAR;

export const isFarFromThreshold = (subject: Subject, moment: number, facts: Facts): boolean =>
  (nearestFraction(subject, moment, facts) ?? -Infinity) > FAR;

/** How full the fullest file system was just before a moment. */
export function usedPercent({ cluster, node }: Subject, moment: number, facts: Facts): number | undefined {
  const disk = facts.measurements.diskBefore(cluster, node, moment - RECLAIMING);
  const used = [disk?.nodefs, disk?.imagefs].flatMap((one) => (one ? (1 - one.available / one.capacity) * 100 : []));
  return used.length === 0 ? undefined : Math.max(...used);
}

/** How full the disks were just before a moment, against the thresholds in force; nothing where nothing was measured. */
export function diskEvidence({ cluster, node }: Subject, moment: number, facts: Facts): Evidence[] {
  const disk = facts.measurements.diskBefore(cluster, node, moment);
  const thresholds = facts.measurements.thresholdsAt(cluster, node, moment);
  return [
    ...(disk === undefined ? [] : [fullness(disk, thresholds), ...fullest(disk)]),
    ...(thresholds === undefined ? [] : [settingsEvidence(thresholds)]),
  ];
}

function fullness(disk: DiskRecord, thresholds: ThresholdsRecord | undefined): Evidence {
  const [nearest] = thresholds === undefined ? [] : signalStates(disk, thresholds.evictionHard);
  const name = nearest?.signal.startsWith('imagefs') === true ? 'imagefs' : 'nodefs';
  const filesystem = (name === 'imagefs' ? disk.imagefs : null) ?? disk.nodefs ?? disk.imagefs;
  if (filesystem === null) {
    return { at: disk.time, source: 'disk', what: { code: 'disk-unreadable' } };
  }
  const { capacity, available, inodes, inodesFree } = filesystem;
  const isInodes = nearest?.signal.endsWith('inodesFree') === true && inodes !== null && inodesFree !== null;
  return {
    at: disk.time,
    source: 'disk',
    what: {
      code: 'disk-use',
      filesystem: name,
      usedPercent: 100 * (isInodes ? 1 - inodesFree / inodes : 1 - available / capacity),
      available: isInodes ? inodesFree : available,
      capacity: isInodes ? null : capacity,
      signal: nearest?.signal ?? null,
      configured: nearest === undefined ? null : (thresholds?.evictionHard[nearest.signal] ?? null),
      isAssumed: thresholds?.source === 'assumed',
    },
  };
}

function fullest({ pods, nodefs, imagefs, time }: DiskRecord): Evidence[] {
  const capacity = nodefs?.capacity ?? imagefs?.capacity ?? Infinity;
  const [first] = pods.filter(({ bytes }) => bytes >= capacity * WORTH_NAMING);
  return first === undefined
    ? []
    : [
        {
          at: time,
          source: 'disk',
          what: { code: 'largest-pod', pod: `${first.namespace}/${first.name}`, bytes: first.bytes },
        },
      ];
}

function settingsEvidence({ imageGcHighPercent, imageGcLowPercent, evictionHard, source }: ThresholdsRecord): Evidence {
  const disk = Object.entries(evictionHard).filter(([signal]) => /^(nodefs|imagefs|containerfs)\./.test(signal));
  return {
    at: null,
    source: 'kubelet configuration',
    what: {
      code: 'kubelet-settings',
      high: imageGcHighPercent,
      low: imageGcLowPercent,
      thresholds: disk.map(([signal, value]) => `${signal} < ${value}`).join(', '),
      isAssumed: source === 'assumed',
    },
  };
}
