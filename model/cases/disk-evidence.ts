import type { DiskRecord, ThresholdsRecord } from '../records';
import { signalStates } from '../thresholds';
import type { Evidence } from './case';
import type { Facts } from './facts';
import type { Subject } from './subject';

/** A pod that uses less of the disk than this explains nothing. */
const WORTH_NAMING = 0.05;

/** How full the disks were just before a moment, against the thresholds in force; what was measured, and nothing where nothing was. */
export function diskEvidence({ cluster, node }: Subject, moment: number, facts: Facts): Evidence[] {
  const disk = facts.measurements.diskBefore(cluster, node, moment);
  const thresholds = facts.measurements.thresholdsAt(cluster, node, moment);
  return [
    ...(disk === undefined ? [] : [{ at: disk.time, source: 'disk' as const, text: fullness(disk, thresholds) }]),
    ...(disk === undefined ? [] : fullest(disk)),
    ...(thresholds === undefined
      ? []
      : [{ at: null, source: 'kubelet configuration' as const, text: settingsText(thresholds) }]),
  ];
}

/** `imagefs at 92 % (0.2 of 2.9 GB free); the kubelet reclaims at 85 % (imagefs.available < 15%), read from /configz`. */
function fullness(disk: DiskRecord, thresholds: ThresholdsRecord | undefined): string {
  const [nearest] = thresholds === undefined ? [] : signalStates(disk, thresholds.evictionHard);
  const name = nearest?.signal.startsWith('imagefs') === true ? 'imagefs' : 'nodefs';
  const filesystem = (name === 'imagefs' ? disk.imagefs : null) ?? disk.nodefs ?? disk.imagefs;
  if (filesystem === null) {
    return 'the use of the disks could not be read';
  }
  const { capacity, available, inodes, inodesFree } = filesystem;
  const threshold =
    nearest === undefined || thresholds === undefined
      ? ''
      : `; the kubelet reclaims ${begins(nearest.signal, thresholds.evictionHard[nearest.signal] ?? '')}, ${sourceText(thresholds)}`;
  const use =
    nearest?.signal.endsWith('inodesFree') === true && inodes !== null && inodesFree !== null
      ? `${percent(1 - inodesFree / inodes)} of its inodes used (${inodesFree.toLocaleString('en-US')} free)`
      : `${percent(1 - available / capacity)} (${gb(available)} of ${gb(capacity)} GB free)`;
  return `${name} at ${use}${threshold}`;
}

/** `at 85 % (imagefs.available < 15%)`; a threshold that is no percentage has no such use. */
function begins(signal: string, configured: string): string {
  const free = /^(\d+(?:\.\d+)?)%$/.exec(configured)?.[1];
  const below = `${signal} < ${configured}`;
  return free === undefined ? `when ${below}` : `at ${percent(1 - Number(free) / 100)} (${below})`;
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
          text: `of the running pods ${first.namespace}/${first.name} used most: ${gb(first.bytes)} GB`,
        },
      ];
}

function settingsText(thresholds: ThresholdsRecord): string {
  const { imageGcHighPercent: high, imageGcLowPercent: low, evictionHard } = thresholds;
  const disk = Object.entries(evictionHard).filter(([signal]) => /^(nodefs|imagefs|containerfs)\./.test(signal));
  const reclaim = disk.map(([signal, value]) => `${signal} < ${value}`).join(', ');
  return `image GC begins at ${high} % of use and ends at ${low} %; a reclaim begins at ${reclaim || 'no threshold'}; ${sourceText(thresholds)}`;
}

/** Where the settings come from, as half a sentence. */
export function sourceText({ source, reason }: Pick<ThresholdsRecord, 'source' | 'reason'>): string {
  return source === 'configz' ? 'read from /configz' : `assumed${reason === undefined ? '' : `: ${reason}`}`;
}

const percent = (part: number) => `${(part * 100).toFixed(1).replace(/\.0$/, '')} %`;
const gb = (bytes: number) => (bytes / 1e9).toFixed(1);
