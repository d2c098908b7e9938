import type { ContainerRecord, Gap, LogStatus } from './records';

export type Account = Pick<ContainerRecord, 'linesAcked' | 'bytesSeen' | 'bytesAcked' | 'ended' | 'gaps' | 'left'>;

/**
 * The status on a container's log in Loki, from the agent's account of it.
 *
 * `complete` and `rescued` say that all of it is in Loki; they differ in whether the log had left the node before the last
 * acknowledgement. While bytes are still on their way, or the container may write more, it is `pending`.
 */
export function logStatusOf(account: Account): LogStatus {
  const missing = account.gaps.reduce((sum, gap) => sum + (gap.bytes ?? 0), 0);
  const underWay = account.bytesAcked + missing < account.bytesSeen;
  if (underWay || !account.ended) {
    return 'pending';
  }
  if (account.gaps.length > 0) {
    const sure = ({ reason, bytes, lines }: Gap) =>
      reason !== 'unacknowledged' && (reason === 'unreadable' || reason === 'shed' || bytes !== null || lines !== null);
    if (!account.gaps.some(sure)) {
      return 'unknown'; // something may be missing, and nobody can know whether anything is
    }
    return account.linesAcked === 0 ? 'lost' : 'partial';
  }
  return account.left !== null && account.left.bytesUnacked > 0 ? 'rescued' : 'complete';
}
