import type { DiskRecord } from '../../../model/records';

/** Between two records of an unchanging disk, and of a changing one. */
const UNCHANGED_MS = 10 * 60_000;
const CHANGED_MS = 60_000;
/** Parts of the capacity left until the threshold; passing one of them is told at once. */
const BANDS = [0, 0.01, 0.05, 0.1];
const MEBIBYTE = 2 ** 20;
/** So much of the disk is a change: no picture shows less. */
const CHANGE = 1 / 1000;

/**
 * Whether a sample is worth a record, given the last one that was written `ageMs` ago: at once when the distance to a
 * threshold passes from one band into another, once a minute while the numbers change, else every ten minutes.
 */
export function isWorthWriting(last: DiskRecord | undefined, sample: DiskRecord, ageMs: number): boolean {
  if (!last || last.layout !== sample.layout || bandOf(last) !== bandOf(sample)) {
    return true;
  }
  return ageMs >= UNCHANGED_MS || (ageMs >= CHANGED_MS && hasChanged(last, sample));
}

function bandOf({ nearest }: DiskRecord): number {
  return nearest === null ? -1 : BANDS.filter((band) => nearest.fraction >= band).length;
}

function hasChanged(last: DiskRecord, sample: DiskRecord): boolean {
  const filesystems = (['nodefs', 'imagefs'] as const).some((name) => {
    const [before, after] = [last[name], sample[name]];
    return Math.abs((before?.used ?? 0) - (after?.used ?? 0)) > (after?.capacity ?? 0) * CHANGE;
  });
  const [logs, logsBefore] = [sample.logs, last.logs];
  const logBytes = [(logs?.live ?? 0) - (logsBefore?.live ?? 0), (logs?.dead ?? 0) - (logsBefore?.dead ?? 0)];
  const least = Math.max(MEBIBYTE, (sample.nodefs?.capacity ?? 0) * CHANGE);
  const riskGrew = Math.abs((sample.atRisk ?? 0) - (last.atRisk ?? 0)) >= MEBIBYTE;
  const riskBegan = (sample.atRisk ?? 0) > 0 !== (last.atRisk ?? 0) > 0;
  return filesystems || riskBegan || riskGrew || logBytes.some((difference) => Math.abs(difference) >= least);
}
