import type { WhatIfProblem } from '../../codes';
import { parseQuantity } from '../../quantity';
import type { Thresholds } from '../../records';
import { thresholdOf } from '../../thresholds';

/** Settings to replay a time range under; what is undefined stays as it was. */
export interface SettingChanges {
  /** Of the disk with the images. */
  diskBytes?: number;
  imageGcHighPercent?: number;
  imageGcLowPercent?: number;
  /** Thresholds by signal: `nodefs.available`, `imagefs.available`. */
  evictionHard: Record<string, string>;
  containerLogMaxBytes?: number;
  containerLogMaxFiles?: number;
  ttlSeconds?: number;
}

/** What a value must look like. */
const EXAMPLES: Record<string, string> = {
  diskSize: '200GB',
  imageGCHighThresholdPercent: '70',
  imageGCLowThresholdPercent: '60',
  'evictionHard.nodefs.available': '10%',
  'evictionHard.imagefs.available': '15%',
  containerLogMaxSize: '50Mi',
  containerLogMaxFiles: '5',
  ttlSecondsAfterFinished: '86400',
};

/** The keys that `parseChanges` knows: the kubelet's and a Job's own, and `diskSize`. */
export const CHANGE_KEYS: readonly string[] = Object.keys(EXAMPLES);

/**
 * Changes as `key=value,…`, the keys named as in a KubeletConfiguration and a Job: `diskSize=6GB`,
 * `imageGCHighThresholdPercent=70`, `evictionHard.nodefs.available=10%`, `containerLogMaxSize=50Mi`.
 */
export function parseChanges(text: string): SettingChanges | WhatIfProblem {
  const changes: SettingChanges = { evictionHard: {} };
  for (const part of text.split(',')) {
    const [key = '', value = ''] = part.split('=').map((one) => one.trim());
    const example = Object.hasOwn(EXAMPLES, key) ? EXAMPLES[key] : undefined;
    if (example === undefined) {
      return { code: 'what-if-unknown-key', key, known: [...CHANGE_KEYS] };
    }
    if (!take(changes, key, value)) {
      return { code: 'what-if-invalid-value', key, value, example };
    }
  }
  const { imageGcHighPercent: high, imageGcLowPercent: low } = changes;
  return high !== undefined && low !== undefined && low >= high
    ? { code: 'what-if-invalid-value', key: 'imageGCLowThresholdPercent', value: `${low}`, example: `${high - 5}` }
    : changes;
}

/** @returns whether the value is one of its key */
function take(changes: SettingChanges, key: string, value: string): boolean {
  switch (key) {
    case 'diskSize':
      return isAbove(0, (changes.diskBytes = sizeOf(value)));
    case 'imageGCHighThresholdPercent':
      return isPercent((changes.imageGcHighPercent = wholeOf(value)));
    case 'imageGCLowThresholdPercent':
      return isPercent((changes.imageGcLowPercent = wholeOf(value)));
    case 'containerLogMaxSize':
      return isAbove(0, (changes.containerLogMaxBytes = sizeOf(value)));
    case 'containerLogMaxFiles':
      // The kubelet refuses fewer than two.
      return isAbove(1, (changes.containerLogMaxFiles = wholeOf(value)));
    case 'ttlSecondsAfterFinished':
      return isAbove(-1, (changes.ttlSeconds = wholeOf(value)));
    default:
      changes.evictionHard[key.replace('evictionHard.', '')] = value;
      // 0% and 100% switch a threshold off.
      return /^(?:0|100)%$/.test(value) || thresholdOf(value, 1) !== undefined;
  }
}

/** `6GB` and `6G`, `6GiB` and `6Gi`. */
const sizeOf = (text: string) => parseQuantity(text.replace(/B$/, ''));
const wholeOf = (text: string) => (/^\d+$/.test(text) ? Number(text) : undefined);
const isAbove = (least: number, value: number | undefined) => value !== undefined && value > least;
const isPercent = (value: number | undefined) => value !== undefined && value >= 0 && value <= 100;

/** The settings of a node with the changes. Of a high threshold without its low one, image GC frees five per cent. */
export function changedThresholds(thresholds: Thresholds, changes: SettingChanges): Thresholds {
  const high = changes.imageGcHighPercent ?? thresholds.imageGcHighPercent;
  const low = changes.imageGcLowPercent ?? thresholds.imageGcLowPercent;
  return {
    ...thresholds,
    evictionHard: { ...thresholds.evictionHard, ...changes.evictionHard },
    imageGcHighPercent: high,
    imageGcLowPercent: low < high ? low : Math.max(0, high - 5),
  };
}
