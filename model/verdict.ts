import type { ContainerRecord, Verdict } from './records';

export type Account = Pick<ContainerRecord, 'linesAcked' | 'bytesSeen' | 'bytesAcked' | 'ended' | 'gaps' | 'left'>;

/**
 * The verdict on a container's log in Loki, from the agent's account of it.
 *
 * `kept` and `rescued` say that all of it is in Loki; they differ in whether the log had left the node before the last
 * acknowledgement. While bytes are still on their way, or the container may write more, it is `pending`.
 */
export function verdictOf(account: Account): Verdict {
  const underWay = account.bytesAcked < account.bytesSeen;
  const over = account.left !== null || account.ended;
  if (underWay || !over) {
    return 'pending';
  }
  if (account.gaps.length > 0) {
    return account.linesAcked === 0 ? 'lost' : 'partial';
  }
  return account.left !== null && account.left.bytesUnacked > 0 ? 'rescued' : 'kept';
}
