import type { Gap } from '../../../model/records';
import { lossOfUnseenLast } from './losses';
import type { RunAccount } from './run-account';
import type { RunFiles } from './run-files';
import { RUNS_MS } from './tailed-file';
import type { UnopenedFiles } from './unopened';

/** What the kubelet's link to a container's log reports: there as long as the kubelet has the container. */
export type LinkState = 'there' | 'removed' | 'unknown';

/** The detail of the gap of a container that writes to a file which nobody can read. */
const UNHELD = 'what its container wrote to the deleted file, which is not held open any more';

interface DepartureDeps {
  account: RunAccount;
  files: RunFiles;
  unopened: UnopenedFiles;
  /** Now as RFC 3339. */
  nowText: () => string;
  /** A time of the file system, milliseconds since 1970, as RFC 3339: now at the latest. */
  fileTimeText: (ms: number) => string;
}

/**
 * When the log of a container run left the node, and whether its container ended with that. The two are not the same: a log
 * may be removed by hand, and what the container writes until the kubelet makes a new one is in the deleted file.
 *
 * 1. `leave`: the last of its files was deleted; `wentAt` says when.
 * 2. `lookForEnd`, again and again: the kubelet removes its link with a container's log. What a container that goes on
 *    writes to a file that nobody holds open is missing until then.
 * 3. `comeBack`: there is a file of it again, and it is as before.
 */
export class Departure {
  /** The kubelet removed its link with its log: it has removed the container. */
  isUnlinked = false;
  /** When its log left the node, milliseconds of the monotonic clock. */
  leftAt = -Infinity;

  constructor(private readonly deps: DepartureDeps) {}

  /**
   * When the last of its files went, RFC 3339. The file system knows, however late it is noticed: open files say themselves
   * when they were deleted, and for the others a directory that is there says when it last changed, which is then or
   * later. With the directory gone as well it was by now.
   * @param changedMs when the directory last changed, milliseconds since 1970; null where it is gone
   * @param hadClosed whether files that are done with lay there before
   */
  wentAt(changedMs: number | null, hadClosed: boolean): string {
    const { files, nowText, fileTimeText } = this.deps;
    const unlinked = files.all.filter(({ isHeld }) => isHeld).map((file) => file.unlinkedMs());
    const known = unlinked.filter((ms) => ms !== null);
    const byFiles = known.length > 0 && known.length === unlinked.length && !hadClosed;
    const ms = byFiles ? Math.max(...known) : changedMs;
    return ms === null ? nowText() : fileTimeText(ms);
  }

  /**
   * The last of its files was deleted.
   * @param isOver nothing writes to it any more, whatever lies on the disk
   * @param lastSeen when an agent last knew it there, where this one found it gone
   */
  leave(at: string, noticed: string, isOver: boolean, lastSeen?: string): void {
    const { account, files, unopened } = this.deps;
    const { state } = account;
    this.leftAt = performance.now();
    state.ended ||= isOver;
    state.left = { at, noticed, ...(lastSeen && { lastSeen }), directory: 'unknown', bytesUnacked: files.unacked };
    const { newest } = files;
    // Of a log that nobody could open the gaps report already.
    if (newest || state.closed.length > 0 || state.gaps.length + unopened.count === 0) {
      const gap = lossOfUnseenLast(newest, state.closed, state.lastTime, noticed);
      if (gap) {
        account.miss(gap);
      }
    }
  }

  /** There is a file of it. What was written while none was open nobody knows. */
  comeBack(isSuperseded: boolean, wasHeld: boolean): void {
    const { account } = this.deps;
    const { state } = account;
    if (state.left !== null) {
      if (state.ended && !isSuperseded) {
        this.missUntil(this.deps.nowText());
      } else if (this.unheldGap() || !(wasHeld || isSuperseded)) {
        this.missUnheld();
        account.unreported = true; // the gap ends here
      }
      if (this.isUnlinked) {
        state.containerId = null; // that of a container that the kubelet has removed
      }
      state.left = null;
      state.ended = isSuperseded;
      this.isUnlinked = false;
    }
  }

  /** The same container has a log again: what it wrote since that of before was given up nobody knows. */
  missUntil(now: string): void {
    this.miss('what was written after its log was removed and before it was there again', now);
  }

  /**
   * Looks whether a container whose log was deleted ended: the kubelet removes its link with its log, and leaves it there
   * where somebody else deleted the log. Without a link silence has to do.
   */
  lookForEnd(link: LinkState): void {
    const { account, files, unopened } = this.deps;
    const isHeld = files.all.some((file) => file.isReadable) || unopened.count > 0;
    if (!isHeld && (link === 'there' || this.unheldGap() !== undefined)) {
      this.missUnheld();
    }
    this.isUnlinked = link === 'removed';
    const grewAt = Math.max(...files.all.map((file) => file.grewAt));
    const since = link === 'removed' ? grewAt : Math.max(grewAt, this.leftAt);
    account.state.ended = link !== 'there' && performance.now() - since > RUNS_MS;
  }

  /** Where the account reports writing to a deleted file that is not held open. */
  private unheldGap(): Gap | undefined {
    return this.deps.account.state.gaps.findLast(({ detail }) => detail === UNHELD);
  }

  /** Its container writes, or may have written, to a deleted file that nobody can read: that is so until now. */
  private missUnheld(): void {
    const now = this.deps.nowText();
    const gap = this.unheldGap();
    if (gap) {
      gap.to = now;
    } else {
      this.miss(UNHELD, now);
    }
  }

  private miss(detail: string, to: string): void {
    const { account } = this.deps;
    account.miss({ reason: 'gone-unread', bytes: null, lines: null, from: account.state.lastTime, to, detail });
  }
}
