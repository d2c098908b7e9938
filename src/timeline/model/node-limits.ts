import { ms } from '../../../model/cases/moment';
import type { DiskRecord, Thresholds, ThresholdsRecord } from '../../../model/records';
import { defaultThresholds, thresholdOf } from '../../../model/thresholds';

/** A line across a node's lane: where the kubelet begins to act. */
export interface Limit {
  what: 'image-gc-high' | 'image-gc-low' | 'hard' | 'soft';
  /** `nodefs.available`, `imagefs.available`; of the two image GC limits `imagefs`. */
  signal: string;
  /** As configured: `85 %`, `10%`, `5Gi`. */
  configured: string;
  /** The use at which it is crossed, as a part of the capacity. */
  use: number;
}

/** What was in force from a moment on. */
export interface Limits {
  /** -Infinity for the first: what was read later is taken to have been so before. */
  from: number;
  /** They could not be read: Kubernetes' defaults. */
  isAssumed: boolean;
  lines: Limit[];
}

/** @param disk any sample of the node: thresholds in bytes need its capacity, and are left out without one */
export function limitsOf(
  records: readonly ThresholdsRecord[],
  disk: DiskRecord | undefined,
  kubeletVersion: string | null
): Limits[] {
  if (records.length === 0) {
    return [{ from: -Infinity, isAssumed: true, lines: linesOf(defaultThresholds(kubeletVersion), disk) }];
  }
  return records
    .map((record) => ({
      from: ms(record.time) ?? -Infinity,
      isAssumed: record.source === 'assumed',
      lines: linesOf(record, disk),
    }))
    .sort((a, b) => a.from - b.from)
    .map((limits, i) => (i === 0 ? { ...limits, from: -Infinity } : limits));
}

function linesOf(thresholds: Thresholds, disk: DiskRecord | undefined): Limit[] {
  const { imageGcHighPercent: high, imageGcLowPercent: low } = thresholds;
  const imageGc: Limit[] = [
    { what: 'image-gc-high', signal: 'imagefs', configured: `${high} %`, use: high / 100 },
    { what: 'image-gc-low', signal: 'imagefs', configured: `${low} %`, use: low / 100 },
  ];
  return [
    // At 100 the image GC is switched off (KubeletConfiguration, imageGCHighThresholdPercent).
    ...(high < 100 ? imageGc : []),
    ...evictionLines(thresholds.evictionHard, 'hard', disk),
    ...evictionLines(thresholds.evictionSoft, 'soft', disk),
  ];
}

function evictionLines(signals: Record<string, string>, what: 'hard' | 'soft', disk: DiskRecord | undefined): Limit[] {
  return ['nodefs.available', 'imagefs.available'].flatMap((signal) => {
    const configured = signals[signal];
    const filesystem = signal.startsWith('imagefs') ? (disk?.imagefs ?? disk?.nodefs) : disk?.nodefs;
    // A percentage needs no capacity: any number does.
    const capacity = filesystem?.capacity ?? (configured?.endsWith('%') ? 1 : null);
    const available = configured === undefined ? undefined : thresholdOf(configured, capacity);
    return available === undefined || configured === undefined || capacity === null
      ? []
      : [{ what, signal, configured, use: 1 - available / capacity }];
  });
}
