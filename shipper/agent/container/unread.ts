import type { ContainerLog } from './container-log';
import type { FoundFile } from '../files/found-file';
import { rotationOf } from '../files/names';
import { lineTime } from '../files/line-time';

/**
 * What an earlier agent had begun and no file holds any more went unread.
 * @param until when it was gone at the latest, RFC 3339
 */
export function missUnresolved(container: ContainerLog, until: string | null): void {
  const { state } = container;
  for (const { hash, rotated, size, acked, firstTime, over, sent } of container.unresolved) {
    const to = lineTime(acked.seconds, acked.nanos) ?? state.lastTime;
    const done = { hash, rotated, lines: acked.lines, bytes: acked.offset, from: firstTime, to };
    state.closed.push({ ino: 0, birthMs: 0, ...done, onNode: false });
    state.vanishedBytes += size - acked.offset;
    const gap = { lines: null, from: to, to: until };
    const unsure = Math.max(0, (sent?.offset ?? 0) - acked.offset);
    const sure = size - acked.offset - unsure;
    if (unsure > 0) {
      container.miss({ ...gap, reason: 'unacknowledged', bytes: unsure });
    }
    if (sure > 0) {
      container.miss({ ...gap, reason: 'gone-unread', bytes: sure });
    }
    if (!over) {
      container.miss({ ...gap, reason: 'gone-unread', bytes: null, detail: 'what was written after the last look' });
    }
  }
  container.unresolved = [];
}

/**
 * Files that were seen and never opened are lost when they go.
 * @param there the container's files that lie in its directory
 * @param until when the others were gone at the latest, RFC 3339
 */
export function missUnopened(container: ContainerLog, there: readonly FoundFile[], until: string): void {
  const { state, unopened } = container;
  for (const unread of unopened.takeGone(there)) {
    state.vanishedBytes += unread.bytes ?? 0;
    container.miss({ ...unread, lines: null, from: state.lastTime, to: until });
  }
}

/**
 * All files went. Where even the newest that was seen had been rotated, a newer one came and went unseen: how much was
 * in it nobody can know.
 * @param until when it was gone at the latest, RFC 3339
 */
export function missUnseen(container: ContainerLog, until: string): void {
  const { closed, gaps, lastTime } = container.state;
  const newest = container.files.at(-1);
  if (!newest && closed.length === 0 && gaps.length > 0) {
    return; // nothing of it could be opened, which is told
  }
  const rotated = newest && (rotationOf(newest.log.lastName) || newest.rotated);
  if (rotated !== '' && !closed.some(({ rotated }) => rotated === '')) {
    const read = newest?.log.read;
    const from = (read && lineTime(read.seconds, read.nanos)) ?? lastTime;
    const detail = 'a newer file that nobody saw';
    container.miss({ reason: 'gone-unread', bytes: null, lines: null, from, to: until, detail });
  }
}
