import type { DiskRecord } from '../../../model/records';

/** Between two records of an unchanging disk, and of a changing one. */
const UNCHANGED_MS = 10 * 60_000;
const CHANGED_MS = 2 * 60_000;
/** What swings, about a band's edge for example, is not told with each sample. */
const SOON_MS = 10_000;
/** Parts of the capacity left until the threshold; passing one of them is reported at once. */
const BANDS = [0, 0.01, 0.05, 0.1];
const MEBIBYTE = 2 ** 20;
/** So much of the disk is a change: no picture shows less. */
const CHANGE = 1 / 1000;
/** So much of the disk since the last record is a step: a Job can fill a disk within a minute. */
const STEP = 5 / 100;

/**
 * Which samples are worth a record, given the last one that was written `ageMs` ago: at once when a threshold comes
 * nearer by a band, soon when it is farther again or use has taken a step, every two minutes while the numbers change, else
 * every ten minutes. The sample before goes with what is reported at once or soon, so that no line between two records rises
 * before the disk did.
 *
 * @param previous the sample before this one; undefined where it was written
 * @returns oldest first
 */
export function worthWriting(
  last: DiskRecord | undefined,
  previous: DiskRecord | undefined,
  sample: DiskRecord,
  ageMs: number
): DiskRecord[] {
  if (!last || last.layout !== sample.layout) {
    return [sample];
  }
  const [before, now] = [bandOf(last), bandOf(sample)];
  if (now < before || (ageMs >= SOON_MS && (now > before || differsBy(STEP, last, sample)))) {
    return previous ? [previous, sample] : [sample];
  }
  return ageMs >= UNCHANGED_MS || (ageMs >= CHANGED_MS && hasChanged(last, sample)) ? [sample] : [];
}

function bandOf({ nearest }: DiskRecord): number {
  return nearest === null ? -1 : BANDS.filter((band) => nearest.fraction >= band).length;
}

/** Whether the use of a file system differs by more than a part of its capacity. */
function differsBy(part: number, last: DiskRecord, sample: DiskRecord): boolean {
  return (['nodefs', 'imagefs'] as const).some((name) => {
    const [before, after] = [last[name], sample[name]];
    return Math.abs((before?.used ?? 0) - (after?.used ?? 0)) > (after?.capacity ?? 0) * part;
  });
}

function hasChanged(last: DiskRecord, sample: DiskRecord): boolean {
  const [logs, logsBefore] = [sample.logs, last.logs];
  const logBytes = [(logs?.live ?? 0) - (logsBefore?.live ?? 0), (logs?.dead ?? 0) - (logsBefore?.dead ?? 0)];
  const least = Math.max(MEBIBYTE, (sample.nodefs?.capacity ?? 0) * CHANGE);
  const riskGrew = Math.abs((sample.atRisk ?? 0) - (last.atRisk ?? 0)) >= MEBIBYTE;
  const riskBegan = (sample.atRisk ?? 0) > 0 !== (last.atRisk ?? 0) > 0;
  return (
    differsBy(CHANGE, last, sample) ||
    riskBegan ||
    riskGrew ||
    logBytes.some((difference) => Math.abs(difference) >= least)
  );
}
