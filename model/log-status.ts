import type { ContainerRecord, Gap, LogStatus } from './records';

/** The rule of the agent's configuration that excludes a container: null where it is shipped. */
export function excludedBy(gaps: readonly Gap[]): string | null {
  const gap = gaps.find(({ reason, to }) => reason === 'excluded' && to === null);
  return gap === undefined ? null : (gap.detail ?? '');
}

export type Account = Pick<ContainerRecord, 'linesAcked' | 'bytesSeen' | 'bytesAcked' | 'ended' | 'gaps' | 'left'>;

/**
 * The status on a container's log in Loki, from the agent's account of it.
 *
 * `complete` and `rescued` say that all of it is in Loki; they differ in whether the log had left the node before the last
 * acknowledgement. While bytes are still on their way, or the container may write more, it is `pending`. Of a container
 * that is excluded by configuration it is `unknown`, or `partial` where a part was shipped before.
 */
export function logStatusOf(account: Account): LogStatus {
  const wasExcluded = account.gaps.some(({ reason }) => reason === 'excluded');
  if (wasExcluded && account.linesAcked === 0) {
    return 'unknown'; // nothing was to be in Loki: nothing of it is lost, and nothing complete
  }
  if (excludedBy(account.gaps) !== null) {
    return 'partial';
  }
  const missing = account.gaps.reduce((sum, gap) => sum + (gap.bytes ?? 0), 0);
  const underWay = account.bytesAcked + missing < account.bytesSeen;
  if (underWay || !account.ended) {
    return 'pending';
  }
  if (account.gaps.length > 0) {
    const sure = ({ reason, bytes, lines }: Gap) =>
      reason !== 'unacknowledged' && (reason === 'unreadable' || reason === 'shed' || bytes !== null || lines !== null);
    if (!account.gaps.some(sure) && !wasExcluded) {
      return 'unknown'; // something may be missing, and nobody can know whether anything is
    }
    return account.linesAcked === 0 ? 'lost' : 'partial';
  }
  return account.left !== null && account.left.bytesUnacked > 0 ? 'rescued' : 'complete';
}
