import type { Gap } from '../../../model/records';
import { lineTime } from '../files/line-time';
import { rotationOf } from '../files/names';
import type { ClosedFile } from './record-state';
import type { SavedFile } from './saved';
import type { TailedFile } from './tailed-file';

// What is missing and why: each loss as the gaps that report it. `until` is when it was gone at the latest, RFC 3339.

/** Times of files are as coarse as the kernel's tick: what happened in one of them has the same time. */
const TICK_MS = 50;
/** The kubelet makes the link when the container has started: it may have written for so long. */
const STARTED_MS = 1_000;
/** No log is rotated so soon after its container's start: the kubelet looks at sizes every 3 seconds at most. */
const FIRST_LINE_MS = 200;

const unknownAmount = { bytes: null, lines: null } as const;

/** A file that an earlier agent had begun, and that is not there any more. */
export function lossOfSaved(
  { hash, rotated, size, acked, firstTime, over, sent }: SavedFile,
  lastTime: string | null,
  until: string
): { closed: ClosedFile; bytes: number; gaps: Gap[] } {
  const to = lineTime(acked.seconds, acked.nanos) ?? lastTime;
  const closed = { ino: 0, birthMs: 0, hash, rotated, lines: acked.lines, bytes: acked.offset, from: firstTime, to };
  const span = { lines: null, from: to, to: until };
  const unsure = Math.min(size - acked.offset, Math.max(0, (sent?.offset ?? 0) - acked.offset));
  const sure = size - acked.offset - unsure;
  const gaps: Gap[] = [];
  if (unsure > 0) {
    gaps.push({ ...span, reason: 'unacknowledged', bytes: unsure });
  }
  if (sure > 0) {
    gaps.push({ ...span, reason: 'gone-unread', bytes: sure });
  }
  if (!over) {
    gaps.push({ ...span, reason: 'gone-unread', bytes: null, detail: 'what was written after the last look' });
  }
  return { closed: { ...closed, onNode: false }, bytes: size - acked.offset, gaps };
}

/**
 * All files of a log went. Where even the newest that was seen had been rotated, a newer one came and went unseen: how much
 * was in it nobody can know.
 */
export function lossOfUnseenLast(
  newest: TailedFile | undefined,
  closed: readonly ClosedFile[],
  lastTime: string | null,
  until: string
): Gap | null {
  if (newest?.lastRotation === '' || closed.some(({ rotated }) => rotated === '')) {
    return null;
  }
  const detail = 'a newer file that nobody saw';
  return { reason: 'gone-unread', ...unknownAmount, from: timeReached(newest) ?? lastTime, to: until, detail };
}

/**
 * None of the files that were known is there any more, and newer ones are: were there others between them? Rotation deletes
 * the oldest file first, and only when it makes a new one. So there were none where no file was made after the newest
 * known one was deleted, beside the one that this very rotation made; nor where the newest known one was written to until
 * the oldest new one was made; nor where it was never renamed, and so deleted by somebody else.
 * @param fileTimeText a time of the file system as RFC 3339
 */
export function lossBetween(
  known: TailedFile,
  newcomers: readonly TailedFile[],
  lastTime: string | null,
  fileTimeText: (ms: number) => string
): Gap | null {
  const [oldest] = newcomers;
  const newest = newcomers.at(-1);
  if (!oldest || !newest) {
    return null;
  }
  const deletedMs = known.isHeld ? known.unlinkedMs() : null;
  const isLastRotation = deletedMs !== null && newest.birthMs - deletedMs <= TICK_MS;
  const isSuccessor = known.isHeld && !oldest.compressed && oldest.birthMs - known.log.modifiedMs <= TICK_MS;
  const isByHand = known.isHeld && rotationOf(known.log.lastName) === '' && newest === oldest && newest.rotation === '';
  if (isLastRotation || isSuccessor || isByHand) {
    return null;
  }
  const detail = 'files that were rotated and deleted between two looks';
  const to = fileTimeText(newest.birthMs + TICK_MS);
  return { reason: 'gone-unread', ...unknownAmount, from: timeReached(known) ?? lastTime, to, detail };
}

/**
 * A log that is seen for the first time. Its first file was made before its container's link: where the oldest that is
 * there was made later, older ones were rotated and deleted. Of a compressed copy its first line has to do.
 * @param firstMs when the oldest file was made, or the time of its first line: milliseconds since 1970; null where unknown
 * @param linkedMs when the link was made
 */
export function lossBefore(
  firstMs: number | null,
  linkedMs: number,
  now: string,
  fileTimeText: (ms: number) => string
): Gap | null {
  if (firstMs !== null && firstMs <= linkedMs + FIRST_LINE_MS) {
    return null;
  }
  const to = firstMs === null ? now : fileTimeText(firstMs + TICK_MS);
  const detail = 'what was rotated and deleted before the agent first saw the log';
  return { reason: 'gone-unread', ...unknownAmount, from: fileTimeText(linkedMs - STARTED_MS), to, detail };
}

const timeReached = (file: TailedFile | undefined) => file && lineTime(file.read.seconds, file.read.nanos);
